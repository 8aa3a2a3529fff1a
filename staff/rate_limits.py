"""Rate limits of sign-in. No IP address is stored, only its keyed hash, for a day at most."""

import ipaddress
from datetime import datetime

from django.conf import settings
from django.shortcuts import render
from django.utils import timezone

from guard import rate_limit
from guard.client_address import client_key
from guard.sealing import blind_index

_PURPOSE = "staff sign-in"


def take_sign_in_try(request, *, now: datetime) -> int:
    """Takes one try of the request's IP address. Returns 0, or the seconds until the next."""
    if settings.BOOKING_RATE is None:
        return 0
    rate = settings.STAFF_RATE
    return rate_limit.take(client_key(request, purpose=_PURPOSE), limit=rate.limit, seconds=rate.seconds, now=now)


def take_code_try(user, *, now: datetime) -> int:
    """Takes one guess at the user's six-digit code. Returns 0, or the seconds until the next."""
    rate = settings.STAFF_CODE_RATE
    return rate_limit.take(blind_index("second factor", str(user.pk)), limit=rate.limit, seconds=rate.seconds, now=now)


def address_pseudonym(request) -> str:
    """A pseudonym for django-axes, which stores an IP address: the keyed hash as an address in the private range fd00::/8."""
    return str(ipaddress.IPv6Address(bytes([0xFD]) + bytes.fromhex(client_key(request, purpose=_PURPOSE))[:15]))


def too_many(request, wait: int):
    """The page for too many attempts. `wait`: seconds until the next."""
    minutes = max(1, -(-wait // 60))
    retry = "in a minute" if minutes == 1 else f"in {minutes} minutes"
    response = render(request, "registration/too_many.html", {"title": "Too many attempts", "retry_text": retry}, status=429)
    response["Retry-After"] = str(wait)
    return response


def locked_out(request, original_response=None, credentials=None, *args, **kwargs):
    """The page that django-axes shows when a name was tried too often from one IP address."""
    return too_many(request, int(settings.AXES_COOLOFF_TIME.total_seconds()))


def limited(view):
    """Decorates a view whose POSTs count against the IP address."""

    def limited_view(request, *args, **kwargs):
        if request.method == "POST" and (wait := take_sign_in_try(request, now=timezone.now())):
            return too_many(request, wait)
        return view(request, *args, **kwargs)

    return limited_view
