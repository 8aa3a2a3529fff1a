"""The references of erased requests, beside the backups: what comes back with an older backup is erased again.

References only, which identify nobody once a request is erased. Every node lists what any node erased, within ten minutes. Each
line is signed with a field key: who can write to BACKUP_DIR alone can have no request erased, and the running site takes nothing
from there, unless a restore could not (see `erased_elsewhere`).
"""

import os
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings

from clinic_site import backups, plain_files
from consults.erasure import erase_at_once
from consults.models import ConsultRequest, Event
from consults.one_by_one import decide_each
from guard import sealing

_NAME = "erased.txt"
_PURPOSE = "erased"
_REFERENCE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")
# SQLite takes some thousand parameters in one statement.
_AT_ONCE = 500
# Some 300,000 lines. Somebody else may make the list in BACKUP_DIR as long as the disk allows.
_MOST_BYTES = 1 << 24
# Our own is as long as what was erased here: a bound below that would make it, and every restore, impossible for good.
_MOST_BYTES_OF_OURS = 1 << 30
# The worker lists every ten minutes what another node erased, and what could not be listed at once.
_LISTED_WITHIN = timedelta(minutes=15)
_NEWEST = 50


def add(*references: str) -> None:
    """Adds lines to the list, down to the disk. Raises OSError."""
    backups.folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    _append(backups.folder() / _NAME, map(_line, references))


def read() -> set[str]:
    """The references in the first place, but for lines that no key of FIELD_KEYS signed."""
    return {line.partition(":")[0] for line in lines_in(backups.folder()) if _is_signed(line)}


def lines_in(place: Path) -> set[str]:
    """The lines of the list there, signed or not; none where there is no list. Raises OSError."""
    try:
        return set(plain_files.read_text(place / _NAME, at_most=_bound(place)).split())
    except FileNotFoundError:
        return set()


def catch_up() -> int:
    """Lists what was erased and is not listed under the first key: by another node, just before a crash, or under an older key.

    Returns how many. Raises OSError.
    """
    erased = set(ConsultRequest.objects.exclude(erased_at=None).values_list("reference", flat=True))
    listed = lines_in(backups.folder())
    missing = sorted(reference for reference in erased if _line(reference) not in listed)
    if missing:
        add(*missing)
    return len(missing)


def problem(*, now: datetime) -> str:
    """Why the list in the first place does not do its work; empty when it does. Nothing is written, not even a trial."""
    path = backups.folder() / _NAME
    try:
        listed = lines_in(backups.folder())
        if path.exists():
            plain_files.check_writable(path)
        elif not os.access(backups.folder() if backups.folder().exists() else settings.DATA_DIR, os.W_OK | os.X_OK):
            return f"{path} cannot be written"
    except OSError as error:
        return f"{path} cannot be read or written: {error.strerror or error}"
    # By their events, which have an index: this is asked with every look at the desk.
    erased = Event.objects.filter(kind=Event.Kind.ERASED, at__lte=now - _LISTED_WITHIN).order_by("-at", "-pk")
    newest = list(erased.values_list("request__reference", flat=True)[:_NEWEST])
    missing = [one for one in newest if listed.isdisjoint(_signed_lines(one))]
    # A full disk takes nothing, and nothing else tells.
    return f"{path} lacks {len(missing)} of the {len(newest)} requests erased last; is the disk full?" if missing else ""


def copy_to_second_place() -> int:
    """Adds to the list in BACKUP_DIR what it lacks. Returns how many lines. Raises OSError."""
    if settings.BACKUP_DIR is None:
        return 0
    missing = {line for line in lines_in(backups.folder()) if _is_signed(line)} - lines_in(settings.BACKUP_DIR)
    if missing:
        _append(settings.BACKUP_DIR / _NAME, sorted(missing))
    return len(missing)


def take_over(others: set[str], *, unsigned: bool) -> int:
    """Adds to the list the lines of another one, for a restore; of both lists also the `unsigned` lines, signed now.

    Returns how many unsigned lines were left out. Raises OSError.
    """
    lines = lines_in(backups.folder()) | others
    signed = {line for line in lines if _is_signed(line)}
    doubtful = {line.partition(":")[0] for line in lines - signed} - {line.partition(":")[0] for line in signed}
    doubtful = {reference for reference in doubtful if _REFERENCE.fullmatch(reference)}
    wanted = {line.partition(":")[0] for line in signed} | (doubtful if unsigned else set())
    if missing := wanted - read():
        add(*sorted(missing))
    return 0 if unsigned else len(doubtful)


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


def _bound(place: Path) -> int:
    """How many bytes are read of the list there: in BACKUP_DIR never fewer than our own has twice."""
    if place == backups.folder():
        return _MOST_BYTES_OF_OURS
    try:
        ours = (backups.folder() / _NAME).stat().st_size
    except OSError:
        ours = 0
    return max(_MOST_BYTES, 2 * ours)


def _line(reference: str) -> str:
    return f"{reference}:{sealing.blind_index(_PURPOSE, reference)}"


def _signed_lines(reference: str) -> list[str]:
    return [f"{reference}:{index}" for index in sealing.blind_indexes(_PURPOSE, reference)]


def _is_signed(line: str) -> bool:
    reference, _, signature = line.partition(":")
    return sealing.is_blind_index(_PURPOSE, reference, signature)


def _append(path: Path, lines: Iterable[str]) -> None:
    """One write: lines of two processes do not mix. A line that a crash cut off ends before the next one."""
    plain_files.write_text(path, "".join(f"\n{line}" for line in lines) + "\n", "a")
