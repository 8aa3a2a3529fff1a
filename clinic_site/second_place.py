"""BACKUP_DIR: a second place for every backup. What fails there is told, and never stops the first place.

Each that is missing there, and that thinning would keep, is copied at the next occasion, so a share that was away for a week
catches up. A share may also hang for ever: a thread of the background worker alone touches it, and everybody else reads of a
failure beside the backups.
"""

import hashlib
import logging
import os
import secrets
import shutil
from datetime import datetime, tzinfo
from functools import partial
from io import BufferedReader
from pathlib import Path

from django.conf import settings

from clinic_site import backups, erased_elsewhere, erased_list, left_behind, room, second_place_mark, told_beside
from clinic_site.beside import Beside
from clinic_site.plain_files import plain
from clinic_site.thinning import surplus

logger = logging.getLogger("clinic.worker")

_COPYING = ".copying-"
_CHUNK = 1 << 20
_PROBLEM = "second-place-problem.txt"


class CopyFailed(Exception):
    """A backup is not in the second place; the message says why."""


def copy_missing(*, now: datetime, zone: tzinfo, thin: bool = True) -> int:
    """Copies the list of erased requests, and each backup that the second place lacks, oldest first; thins what is there.

    Returns how many were copied. Raises CopyFailed, whatever went wrong. Nothing is deleted there before the newest has arrived;
    an older one that cannot be copied is tried again each time, and stops no thinning.
    """
    place = settings.BACKUP_DIR
    if place is None:
        return 0
    try:
        second_place_mark.check(place, may_be_new=not erased_elsewhere.is_to_be_read())
        erased_elsewhere.catch_up()
        erased_list.copy_to_second_place()
        left_behind.delete_old(place, _COPYING, now=now)
        missing = _missing(place, now=now, zone=zone)
        # What is older may be all that is left of the site, and this database an empty one.
        ours_since = next((at for at, _ in backups.existing(now=now)), now)
        if thin and missing:
            there = dict(backups.existing(now=now, place=place))
            room.make(place, there, 2 * max(map(room.size, missing)), now=now, zone=zone, ours_since=ours_since)
        failed = _copy_each(missing, place)
        if thin and not (missing and missing[-1] in failed):
            backups.delete_surplus(place, now=now, zone=zone, ours_since=ours_since)
        for error in failed.values():
            raise error
        told_beside.forget(_PROBLEM)
        room.forget_second_place()
    except Exception as error:
        # What is told nowhere else stops all copying without anybody knowing.
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        _tell(reason, now=now)
        raise CopyFailed(str(error)) from error
    return len(missing)


class Copier(Beside):
    """Copies in a thread of its own, one at a time, what `copy_missing` says."""

    def __init__(self) -> None:
        super().__init__("second place")

    def copy(self, *, now: datetime, zone: tzinfo, thin: bool) -> None:
        """Does nothing without a second place; while the last copying goes on for a minute and more, tells that instead."""
        if settings.BACKUP_DIR is None:
            return
        if self.goes_on:
            _tell("copying takes long, or hangs", now=now)
        else:
            self.start(partial(_copy_all, now, zone, thin))


def _copy_all(now: datetime, zone: tzinfo, thin: bool) -> None:
    try:
        copy_missing(now=now, zone=zone, thin=thin)
    except CopyFailed as error:
        logger.error("a backup is not in BACKUP_DIR: %s", error)


def _tell(problem: str, *, now: datetime) -> None:
    told_beside.tell(_PROBLEM, problem, now=now)


def problem() -> str:
    """Why the last attempt to copy failed; empty when it did not, or when there is no second place."""
    return told_beside.told(_PROBLEM) if settings.BACKUP_DIR else ""


def _missing(place: Path, *, now: datetime, zone: tzinfo) -> list[Path]:
    """The backups that are not there, oldest first, but for those that thinning would delete there at once. Raises OSError.

    A link or a pipe with the name of one is none, and gives way to it.
    """
    with os.scandir(place) as entries:
        names = {entry.name for entry in entries if entry.is_file(follow_symlinks=False)}
    ours, theirs = backups.existing(now=now), backups.existing(now=now, place=place)
    unneeded = surplus({at for at, _ in (*ours, *theirs)}, now=now, zone=zone)
    return [path for at, path in ours if path.name not in names and at not in unneeded]


def _copy_each(missing: list[Path], place: Path) -> dict[Path, OSError]:
    """Those that failed: one that cannot be read keeps no newer one from getting there."""
    failed = {}
    for path in missing:
        try:
            _copy(path, place)
        except OSError as error:
            failed[path] = error
    return failed


def _copy(path: Path, place: Path) -> None:
    """Whole or not at all: the name is given once size and digest of what was read back are those of the first place."""
    # Several machines may share the place.
    unfinished = place / f"{_COPYING}{secrets.token_hex(4)}"
    try:
        with open(path, "rb") as source, open(unfinished, "xb", opener=plain) as target:
            shutil.copyfileobj(source, target, _CHUNK)
            target.flush()
            os.fsync(target.fileno())
        with open(path, "rb") as source, open(unfinished, "rb", opener=plain) as target:
            if _size_and_digest(source) != _size_and_digest(target):
                raise OSError(f"what was read back is not {path.name}")
        unfinished.replace(place / path.name)
    finally:
        unfinished.unlink(missing_ok=True)


def _size_and_digest(file: BufferedReader) -> tuple[int, str]:
    return os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest()
