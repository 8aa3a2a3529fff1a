"""The IP address a request came from, as far as trusted proxies tell."""

import ipaddress

from django.conf import settings

from . import sealing


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
    if settings.TRUSTED_PROXIES and len(forwarded) >= settings.TRUSTED_PROXIES:
        return forwarded[-settings.TRUSTED_PROXIES]
    return request.META.get("REMOTE_ADDR", "")


# What a provider gives one household. A /64 would give it 256 clients of its own; a /48 would be many households.
_HOUSEHOLD = 56


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unreadable"
    if parsed.version == 6:
        return (
            str(ipaddress.ip_network((parsed, _HOUSEHOLD), strict=False)) if not parsed.ipv4_mapped else str(parsed.ipv4_mapped)
        )
    return str(parsed)
