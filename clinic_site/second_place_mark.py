"""Whether BACKUP_DIR is the folder that was used before: without its mark nothing is written there.

Where a share is not mounted, its path is a folder of the local disk, or can be made there. Copies in it would be on the very disk
they are to survive, and nobody would know.
"""

import re
import secrets
from pathlib import Path

from django.conf import settings

from clinic_site import plain_files

MARK = ".clinic-backups"
_LENGTH = 32


class AnotherPlace(OSError):
    """The folder has not the mark of the one that was used before."""


def check(place: Path, *, may_be_new: bool) -> None:
    """Makes folder and mark at the first use of this path, if it `may_be_new`. Raises AnotherPlace, or another OSError."""
    is_new = not is_known(place)
    if not is_there(place) and not (is_new and may_be_new):
        raise AnotherPlace(
            f"{place} is not the folder that was used before: its file {MARK} is missing, or another. Is the share mounted? "
            "If this is to be the second place from now on: manage.py backup --use-second-place"
        )
    if is_new:
        accept(place)


def is_there(place: Path) -> bool:
    """Whether it has a mark, and no other than before. Raises OSError."""
    mark = _read(place)
    return bool(mark) and mark == (_known(place) or mark)


def is_known(place: Path) -> bool:
    """Whether this machine has used this path before."""
    return bool(_known(place))


def accept(place: Path) -> None:
    """From now on the folder is the second place; it is made if it is missing. Raises OSError."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _read(place):
        (place / MARK).unlink(missing_ok=True)
        try:
            plain_files.write_text(place / MARK, secrets.token_hex(_LENGTH // 2), "x")
        except FileExistsError:
            pass  # another machine that shares the place was faster
    if not (mark := _read(place)):
        raise OSError(f"{place / MARK} is empty")
    plain_files.write_text(_memory(), f"{mark} {place}\n", "a")


def _memory() -> Path:
    """A line for each place that was accepted, the last one last."""
    return settings.DATA_DIR / "second-places.txt"


def _known(place: Path) -> str:
    """The mark of this path; empty when it was never used."""
    if not _memory().exists():
        return ""
    lines = (line.partition(" ") for line in _memory().read_text(errors="replace").splitlines())
    return next((mark for mark, _, path in reversed(list(lines)) if path == str(place)), "")


def _read(place: Path) -> str:
    """The mark there; empty when there is none. Nothing else that somebody wrote there gets into our memory. Raises OSError."""
    try:
        text = plain_files.read_text(place / MARK, at_most=_LENGTH + 1).strip()
    except FileNotFoundError:
        return ""
    return text if re.fullmatch(rf"[0-9a-f]{{{_LENGTH}}}", text) else ""
