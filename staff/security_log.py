"""The log `clinic.security`: who signed in, who was refused, what changed about accounts.

A line is a word for what happened and facts as `name=value`: numbers of accounts and codes, never a name that was typed, an
IP address, a token or a URL. Its time is UTC (`clinic_site.logs`).
"""

import logging

logger = logging.getLogger("clinic.security")

# What somebody should look at when there is more of it than usual.
_WARNINGS = {"sign_in_failed", "code_refused", "passkey_refused", "refused", "too_many"}


def write(what: str, *, user=None, **facts: object) -> None:
    """`user`: the account it is about, as its number; a fact that is an account too is written likewise."""
    named = {"account": user, **facts}
    line = " ".join([what, *(f"{name}={getattr(value, 'pk', value)}" for name, value in named.items() if value is not None)])
    logger.log(logging.WARNING if what in _WARNINGS else logging.INFO, "%s", line)
