"""Strict readers of environment variables.

Every reader raises `WrongSetting`, which ends the process with one line on standard error that names the variable and says what
it must be. Nothing is read from files but secrets that NAME_FILE names: see the README's table.
"""

import ipaddress
import os
import re
from dataclasses import dataclass
from email.utils import formataddr, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django


class WrongSetting(SystemExit):
    """A value that keeps the site from starting. As a SystemExit it prints its one line and no traceback."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


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
        # Not what it says: somebody may have put the secret itself there.
        raise WrongSetting(f"{name}_FILE", "must be the path of a text file that can be read") from None


def flag(name: str) -> bool:
    value = text(name, "off").lower()
    if value not in {"on", "off", "1", "0", "true", "false", "yes", "no"}:
        raise WrongSetting(name, f"must be on or off, got {value!r}")
    return value in {"on", "1", "true", "yes"}


def choice(name: str, *values: str) -> str:
    """One of the values; the first is the default."""
    value = text(name, values[0])
    if value not in values:
        raise WrongSetting(name, f"must be {', '.join(values[:-1])} or {values[-1]}, got {value!r}")
    return value


def whole_number(name: str, default: int, lowest: int, highest: int) -> int:
    value = text(name, str(default))
    if not re.fullmatch(r"[0-9]{1,6}", value) or not lowest <= int(value) <= highest:
        raise WrongSetting(name, f"must be a whole number from {lowest} to {highest}, got {value!r}")
    return int(value)


@dataclass(frozen=True)
class PublicURL:
    """The URL of the site. `origin` has no trailing slash."""

    scheme: str
    host: str
    origin: str

    @property
    def is_https(self) -> bool:
        return self.scheme == "https"


def public_url(name: str, default: str) -> PublicURL:
    value = text(name, default)
    told = re.sub(r"^(\w+://)?.*@", r"\1…@", value)  # no password
    takes = f"must be a URL like https://clinic.example without a path, got {told!r}"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise WrongSetting(name, takes) from None
    host = parts.hostname or ""
    if (
        parts.scheme not in {"http", "https"}
        or not _is_host(host)
        or parts.path not in {"", "/"}
        or parts.query
        or parts.fragment
        or parts.username is not None
    ):
        raise WrongSetting(name, takes)
    bracketed = f"[{host}]" if ":" in host else host
    standard = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    origin = f"{parts.scheme}://{bracketed}" + ("" if standard else f":{port}")
    return PublicURL(parts.scheme, bracketed, origin)


def listen_host(name: str, default: str) -> str:
    value = text(name, default)
    if not _is_host(value.strip("[]")):
        raise WrongSetting(name, f"must be an IP address or host name to listen on, got {value!r}")
    return value


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
        return True
    except ValueError:
        return bool(re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", host.lower()))


def cache(name: str) -> dict:
    value = secret(name)
    if not value:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if urlsplit(value).scheme not in {"redis", "rediss", "valkey", "valkeys", "unix"}:
        raise WrongSetting(name, "must be redis://host:port/0, or empty for a cache inside each process")
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": re.sub("^valkey", "redis", value),
    }


def mailer(name: str, folder: str) -> dict[str, Any]:
    """An entry of Django's MAILERS: SMTP for a URL, files in `folder` if empty."""
    value = secret(name)
    if not value:
        return {"BACKEND": "django.core.mail.backends.filebased.EmailBackend", "OPTIONS": {"file_path": folder}}
    takes = (
        "must be smtp://user:password@host:port (plain), smtp+tls:// (STARTTLS) or smtps:// (TLS) with nothing after the port, in"
        " printable ASCII, #, ?, / and @ in a password as %23, %3F, %2F and %40; or empty for files in DATA_DIR"
    )
    default_ports = {"smtp": 25, "smtp+tls": 587, "smtps": 465, "smtp+ssl": 465}
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise WrongSetting(name, takes) from None
    named = [unquote(each or "") for each in (parts.username, parts.password)]
    # smtplib signs in with ASCII alone. What follows a # or a ? would be dropped in silence, the rest of a password too.
    is_plain = all(re.fullmatch(r"[ -~]*", each) for each in (value, *named))
    is_whole = _is_host(parts.hostname or "") and port != 0 and parts.path in {"", "/"} and not (parts.query or parts.fragment)
    if parts.scheme not in default_ports or not is_plain or not is_whole or value.endswith(("?", "#")):
        raise WrongSetting(name, takes)
    options = {
        "host": parts.hostname,
        "port": port or default_ports[parts.scheme],
        "username": named[0],
        "password": named[1],
        "use_tls": parts.scheme == "smtp+tls",
        "use_ssl": parts.scheme in {"smtps", "smtp+ssl"},
        "timeout": 10,
    }
    return {"BACKEND": "consults.messages.channels.smtp_server.SmtpServer", "OPTIONS": options}


def email_settings(mailer: dict[str, Any]) -> dict[str, object]:
    """The same as settings of their own, which Django reads before 6.1 and refuses beside MAILERS from then on."""
    if django.VERSION >= (6, 1):
        return {}
    names = {"username": "HOST_USER", "password": "HOST_PASSWORD", "host": "HOST", "port": "PORT", "file_path": "FILE_PATH"}
    options = {f"EMAIL_{names.get(name, name.upper())}": value for name, value in mailer["OPTIONS"].items()}
    return {"EMAIL_BACKEND": mailer["BACKEND"], **options}


def mail_address(name: str, default: str = "") -> str:
    """The address as mail programs read it: a name with a comma or a bracket in it is put into quotation marks."""
    value = text(name, default)
    found = re.fullmatch(r"(?:([^<>@\r\n]*) <([^<>@\s]+@[^<>@\s]+)>|([^<>@\s]+@[^<>@\s]+))", value)
    if not value or (found and parseaddr(value)[1] == (found[2] or found[3])):
        return value
    # Unquoted, everything from the comma on would be another address.
    quoted = found and found[2] and formataddr((found[1].strip().strip('"'), found[2]))
    if not found or not quoted or parseaddr(quoted)[1] != found[2]:
        raise WrongSetting(name, f"must be an email address like clinic@example.com or Name <clinic@example.com>, got {value!r}")
    return quoted


@dataclass(frozen=True)
class Rate:
    """`limit` actions per `seconds`."""

    limit: int
    seconds: int


def rate(name: str, default: str) -> Rate | None:
    """`20/h` as a Rate (s, m, h or d); None for `off`."""
    value = text(name, default).lower()
    if value == "off":
        return None
    match = re.fullmatch(r"([1-9][0-9]{0,5})/([smhd])", value)
    if not match:
        raise WrongSetting(name, f"must be a rate like 20/h (s, m, h or d), or off, got {value!r}")
    return Rate(int(match[1]), {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]])
