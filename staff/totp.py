"""Codes that a phone and the site make from a key they share and the time (TOTP, RFC 6238): six digits every 30 seconds."""

import base64
import hmac
from datetime import datetime
from urllib.parse import quote

from django_otp.oath import hotp

DIGITS = 6
_STEP_SECONDS = 30
# A phone's clock may be late or early by one step.
_TOLERANCE = 1


def code_at(step: int, key: bytes) -> str:
    return f"{hotp(key, step, DIGITS):0{DIGITS}d}"


def current_step(*, now: datetime) -> int:
    return int(now.timestamp()) // _STEP_SECONDS


def step_of(code: str, key: bytes, *, now: datetime) -> int | None:
    """The time step whose code this is, of the current one and its neighbors; None for any other code."""
    step = current_step(now=now)
    for near in range(step - _TOLERANCE, step + _TOLERANCE + 1):
        if hmac.compare_digest(code_at(near, key).encode(), code.encode()):
            return near
    return None


def base32(key: bytes) -> str:
    """The key as people type it into an app."""
    return base64.b32encode(key).decode()


def app_url(key: bytes, *, name: str, issuer: str) -> str:
    """What an authenticator app reads from the picture."""
    label = quote(f"{issuer.replace(':', '')}:{name}")
    return f"otpauth://totp/{label}?secret={base32(key)}&issuer={quote(issuer)}"
