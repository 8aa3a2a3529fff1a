"""Where staff can use passkeys, and the settings of django-otp-webauthn."""

import ipaddress
from typing import Any

from clinic_site.env import PublicURL


def are_offered(public: PublicURL) -> bool:
    """Where browsers allow them: over https at a name, and over plain http at `localhost` alone. An IP address is no name."""
    try:
        ipaddress.ip_address(public.host.strip("[]"))
    except ValueError:
        return public.is_https or public.host == "localhost"
    return False


def settings_of(public: PublicURL) -> dict[str, Any]:
    """A passkey is bound to the name for good: under another `PUBLIC_URL` it does not count.

    Where none is offered no origin is allowed, so none counts; the package's check of that (E030) is silenced.
    """
    return {
        "OTP_WEBAUTHN_RP_ID": public.host,
        "OTP_WEBAUTHN_RP_NAME": public.host,
        "OTP_WEBAUTHN_ALLOWED_ORIGINS": [public.origin] if are_offered(public) else [],
        # The password comes first.
        "OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN": False,
    }
