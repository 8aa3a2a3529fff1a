"""Strict readers of secrets, which may be given as files, and of the mailbox for delivery reports; see `env`."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from clinic_site.env import WrongSetting, text

_PORT_OF_IMAPS = 993


def secret(name: str) -> str:
    """The value of NAME, or of the file that NAME_FILE names. Both at once are a mistake."""
    value, path = text(name), text(f"{name}_FILE")
    if not path:
        return value
    if value:
        raise WrongSetting(f"{name}_FILE", f"must be empty when {name} is set: one of them would be ignored")
    try:
        return Path(path).read_text().strip()
    except (OSError, ValueError):
        raise WrongSetting(f"{name}_FILE", f"must be the path of a text file that can be read, got {path!r}") from None


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
