"""What is wrong with backups, in small files beside them: the worker writes, the desk, monitors and letters read."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from clinic_site.whole_files import replace_if_there_is_room

_TIME = "%Y-%m-%d %H:%M"
_TIME_LENGTH = len("2026-12-02 16:00")


def folder() -> Path:
    """Of the backups in the first place."""
    return settings.DATA_DIR / "backups"


def tell(name: str, problem: str, *, now: datetime) -> None:
    """In place of what was told before."""
    replace_if_there_is_room(_path(name), f"{now.astimezone(UTC):{_TIME}} UTC: {problem}")


def add(name: str, happened: str, *, now: datetime, lasts: timedelta) -> None:
    """Beside what was told before, but for what is older than it `lasts`."""
    lines = [*_lines(name, now=now, lasts=lasts), f"{now.astimezone(UTC):{_TIME}} UTC: {happened}"]
    replace_if_there_is_room(_path(name), "\n".join(lines) + "\n")


def told(name: str) -> str:
    """Empty when nothing is told."""
    try:
        return _path(name).read_text()
    except OSError:
        return ""


def told_since(name: str, *, now: datetime, lasts: timedelta) -> str:
    """What `add` told, in one line, but for what is older than it `lasts`."""
    return "; ".join(_lines(name, now=now, lasts=lasts))


def forget(name: str) -> None:
    with suppress(OSError):
        _path(name).unlink()


def _path(name: str) -> Path:
    return folder() / name


def _lines(name: str, *, now: datetime, lasts: timedelta) -> list[str]:
    """A line of a clock that was ahead is shown until that time has passed."""
    return [line for line in told(name).splitlines() if (at := _time_of(line)) and now - at < lasts]


def _time_of(line: str) -> datetime | None:
    try:
        return datetime.strptime(line[:_TIME_LENGTH], _TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
