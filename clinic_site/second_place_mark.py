"""Whether BACKUP_DIR is the folder that was used before, and of this site: without its mark nothing is written there.

Where a share is not mounted, its path is a folder of the local disk, or can be made there. Copies in it would be on the very disk
they are to survive, and nobody would know. In one folder two sites would thin away each other's backups, whose names tell a time
only; so the mark is signed with a field key. A site that moved, and one that was restored, still has the key.
"""

import re
import secrets
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from clinic_site import plain_files
from guard import sealing

MARK = ".clinic-backups"
_LENGTH = 32
_SIGNED = re.compile(rf"([0-9a-f]{{{_LENGTH}}})(?: ([0-9a-f]{{40}}))?")
_LONGEST = 80
_PURPOSE = "second place"


class AnotherPlace(OSError):
    """The folder has not the mark of the one that was used before, or that of another site."""


class _Mark(NamedTuple):
    name: str = ""
    signature: str = ""

    @property
    def is_ours(self) -> bool:
        return sealing.is_blind_index(_PURPOSE, self.name, self.signature)


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
    elif not (mark := _read(place)).is_ours:
        raise AnotherPlace(
            f"{place} was signed with another key than FIELD_KEYS hold, as the folder of another site is. "
            "If no other site uses it: manage.py backup --use-second-place"
        )
    else:
        _sign(place, mark)


def is_there(place: Path) -> bool:
    """Whether it has a mark, and no other than before, under any key. Raises OSError."""
    name = _read(place).name
    return bool(name) and name == (_known(place) or name)


def is_known(place: Path) -> bool:
    """Whether this machine has used this path before."""
    return bool(_known(place))


def accept(place: Path) -> None:
    """From now on the folder is the second place; it is made if it is missing. Raises OSError.

    Raises AnotherPlace where the mark is that of another site, unless this machine has used the folder before: its own keys may
    be others now.
    """
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _read(place).name:
        (place / MARK).unlink(missing_ok=True)
        try:
            plain_files.write_text(place / MARK, _signed(secrets.token_hex(_LENGTH // 2)), "x")
        except FileExistsError:
            pass  # another machine that shares the place was faster
    if not (mark := _read(place)).name:
        raise OSError(f"{place / MARK} is empty")
    if not mark.is_ours and mark.name != _known(place):
        raise AnotherPlace(
            f"{place} is the second place of another site, or its keys are gone. Each site needs a folder of its own: two in one "
            f"would delete each other's backups. If no other site uses this one, delete its file {MARK}"
        )
    _sign(place, mark)
    plain_files.write_text(_memory(), f"{mark.name} {place}\n", "a")


def _signed(name: str) -> str:
    return f"{name} {sealing.blind_index(_PURPOSE, name)}"


def _sign(place: Path, mark: _Mark) -> None:
    """Under the first key, before the one that signed it is gone. Raises OSError."""
    if (signed := _signed(mark.name)) != " ".join(mark):
        # Several machines may share the place. What a crash leaves is deleted as half a copy of a backup is.
        unfinished = place / f".copying-{secrets.token_hex(4)}"
        try:
            plain_files.write_text(unfinished, signed, "x")
            unfinished.replace(place / MARK)
        finally:
            unfinished.unlink(missing_ok=True)


def _memory() -> Path:
    """A line for each place that was accepted, the last one last."""
    return settings.DATA_DIR / "second-places.txt"


def _known(place: Path) -> str:
    """The name in the mark of this path; empty when it was never used."""
    if not _memory().exists():
        return ""
    lines = (line.partition(" ") for line in _memory().read_text(errors="replace").splitlines())
    return next((mark for mark, _, path in reversed(list(lines)) if path == str(place)), "")


def _read(place: Path) -> _Mark:
    """The mark there; empty when there is none. Nothing else that somebody wrote there gets into our memory. Raises OSError."""
    try:
        text = plain_files.read_text(place / MARK, at_most=_LONGEST).strip()
    except FileNotFoundError:
        return _Mark()
    found = _SIGNED.fullmatch(text)
    return _Mark(*found.groups(default="")) if found else _Mark()
