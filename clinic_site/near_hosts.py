"""Which hosts are this machine or on its own network, by their address or their name."""

import ipaddress

# The last labels of names that no public name server answers (RFC 6761, 6762 and 8375; ICANN for internal).
_NEAR = (".localhost", ".local", ".internal", ".test", ".home.arpa")


def is_near(host: str) -> bool:
    """`host`: as in a URL. A name of one label is looked up on the own network alone."""
    name = host.strip("[]").lower()
    try:
        return ipaddress.ip_address(name).is_private
    except ValueError:
        return "." not in name or name.endswith(_NEAR)
