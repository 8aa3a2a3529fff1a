"""The references of erased requests, beside the backups: what comes back with an older backup is erased again.

References only, which identify nobody once a request is erased. Every node lists what any node erased, within ten minutes.
"""

import os
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings

from clinic_site import backups
from consults.erasure import erase_at_once
from consults.models import ConsultRequest
from consults.one_by_one import decide_each

_NAME = "erased.txt"
# SQLite takes some thousand parameters in one statement.
_AT_ONCE = 500


def add(*references: str) -> None:
    """Adds lines to the list, down to the disk. Raises OSError."""
    backups.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    _append(backups.folder() / _NAME, references)


def read() -> set[str]:
    """The references in both places, as far as they can be read."""
    return set().union(*(_read(place) for place in (backups.folder(), settings.BACKUP_DIR) if place))


def catch_up() -> int:
    """Lists what was erased and is not listed: by another node, or just before a crash. Returns how many. Raises OSError."""
    erased = ConsultRequest.objects.exclude(erased_at=None).values_list("reference", flat=True)
    missing = set(erased) - _read(backups.folder())
    if missing:
        add(*sorted(missing))
    return len(missing)


def copy_to_second_place() -> int:
    """Adds to the list in BACKUP_DIR what it lacks. Returns how many references. Raises OSError."""
    if settings.BACKUP_DIR is None:
        return 0
    missing = _read(backups.folder()) - _read(settings.BACKUP_DIR)
    if missing:
        _append(settings.BACKUP_DIR / _NAME, sorted(missing))
    return len(missing)


def erase_again(*, now: datetime) -> tuple[int, list[str]]:
    """Erases what is listed and is in the database again; nobody has to say yes to what was owed before.

    Returns how many, and the references of those that could not be erased; the worker tries again every ten minutes.
    """
    references, erased, failed = sorted(read()), 0, set[int]()
    for start in range(0, len(references), _AT_ONCE):
        back = ConsultRequest.objects.filter(erased_at=None, reference__in=references[start : start + _AT_ONCE])
        done, failed_now = decide_each(partial(erase_at_once, by=None, now=now), list(back))
        erased, failed = erased + done, failed | failed_now
    return erased, list(ConsultRequest.objects.filter(pk__in=failed).values_list("reference", flat=True))


def _read(place: Path) -> set[str]:
    try:
        return set((place / _NAME).read_text(errors="replace").split())
    except OSError:
        return set()


def _append(path: Path, references) -> None:
    """One write: lines of two processes do not mix. A line that a crash cut off ends before the next one."""
    lines = "".join(f"\n{reference}" for reference in references) + "\n"
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(number, lines.encode())
        os.fsync(number)
    finally:
        os.close(number)
