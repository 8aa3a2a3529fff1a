"""Strict readers of keys, and of the mailbox for delivery reports; see `env`."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from clinic_site.env import WrongSetting, secret

_PORT_OF_IMAPS = 993


def field_keys(name: str, value: str) -> list[bytes]:
    """Comma-separated URL-safe base64 of 32 bytes each; the first seals, all open."""
    keys = []
    for item in value.split(","):
        item = item.strip()
        try:
            key = base64.b64decode(item + "=" * (-len(item) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if len(key) != 32:
            raise WrongSetting(name, "must be keys separated by commas, each URL-safe base64 of 32 bytes")
        keys.append(key)
    return keys


@dataclass(frozen=True)
class Mailbox:
    """A mailbox that is read over IMAP with TLS."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    name: str


def mailbox(name: str) -> Mailbox | None:
    """The mailbox of an imaps:// URL; None if nothing is set. The value holds a password, so the line does not repeat it."""
    value = secret(name)
    if not value:
        return None
    takes = "must be imaps://user:password@host:port/mailbox in printable ASCII, % and @ in a password as %25 and %40, or empty"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise WrongSetting(name, takes) from None
    found = Mailbox(
        host=parts.hostname or "",
        port=_PORT_OF_IMAPS if port is None else port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        name=unquote(parts.path.removeprefix("/")),
    )
    # What goes into a line of the protocol; a name of other letters has a spelling of its own there.
    is_plain = all(re.fullmatch(r"[ -~]+", each) for each in (found.host, found.user, found.password, found.name))
    if parts.scheme != "imaps" or not is_plain or not found.port or parts.query or parts.fragment:
        raise WrongSetting(name, takes)
    return found
