"""Which address a request came from, as far as the trusted proxies tell."""

import ipaddress

from django.conf import settings

from . import sealing


def client_key(request, *, purpose: str = "client address") -> str:
    """A keyed hash that stands for the client's address; an IPv6 client is its /64 network.

    The same address has another hash for another purpose, so that a visitor and a member of staff do not share a rate limit.
    """
    return sealing.blind_index(purpose, _network(_client_address(request)))


def _client_address(request) -> str:
    """The entry that the outermost trusted proxy added to X-Forwarded-For; with none trusted, the peer itself.

    Entries further left are client-supplied and not trusted.
    """
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if settings.TRUSTED_PROXIES and len(forwarded) >= settings.TRUSTED_PROXIES:
        return forwarded[-settings.TRUSTED_PROXIES]
    return request.META.get("REMOTE_ADDR", "")


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unreadable"
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False)) if not parsed.ipv4_mapped else str(parsed.ipv4_mapped)
    return str(parsed)
