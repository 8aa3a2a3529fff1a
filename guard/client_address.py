"""The IP address a request came from, as far as trusted proxies tell."""

import ipaddress
import logging

from django.conf import settings

from . import sealing

logger = logging.getLogger("clinic.security")

# What this process found wrong with the entries of the proxies. Visitors then count as one client.
problems: set[str] = set()


def client_key(request, *, purpose: str = "client address") -> str:
    """A keyed hash in place of the client's IP address; IPv6 addresses count by their /56 network.

    The hash depends on the purpose, so that a visitor and a colleague on one address do not share a rate limit.
    """
    return sealing.blind_index(purpose, _network(_client_address(request)))


def _client_address(request) -> str:
    """The entry that the outermost trusted proxy added to X-Forwarded-For; the peer itself if no proxy is trusted.

    Entries further left are client-supplied and not trusted.
    """
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    trusted = settings.TRUSTED_PROXIES
    if trusted and len(forwarded) >= trusted:
        return forwarded[-trusted]
    # A probe on the same machine comes without the header.
    if trusted and forwarded:
        _note(f"TRUSTED_PROXIES is {trusted}, and X-Forwarded-For has {len(forwarded)}: visitors count as one client")
    return request.META.get("REMOTE_ADDR", "")


def _note(problem: str) -> None:
    """Logs it once, and keeps it for `/health/ready`."""
    if problem not in problems:
        problems.add(problem)
        logger.warning("%s", problem)


# What a provider gives one household. A /64 would give it 256 clients of its own; a /48 would be many households.
_HOUSEHOLD = 56


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        if settings.TRUSTED_PROXIES and address:
            _note("X-Forwarded-For names no IP address: visitors count as one client")
        return "unreadable"
    if parsed.version == 6:
        return (
            str(ipaddress.ip_network((parsed, _HOUSEHOLD), strict=False)) if not parsed.ipv4_mapped else str(parsed.ipv4_mapped)
        )
    return str(parsed)
