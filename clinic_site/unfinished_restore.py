"""A mark that a restore has begun: with half of one, the site does not start."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from clinic_site.database_copy import BackupFailed


def _mark() -> Path:
    return settings.DATA_DIR / "restore-unfinished"


@contextmanager
def marked() -> Iterator[None]:
    """The mark stays when the block fails, or the machine does; not when BackupFailed says that nothing was changed."""
    was_there = is_marked()
    _mark().touch(mode=0o600)
    try:
        yield
    except BackupFailed:
        if not was_there:
            _mark().unlink(missing_ok=True)
        raise
    _mark().unlink(missing_ok=True)


def is_marked() -> bool:
    return _mark().exists()


def refuse_to_start() -> None:
    """Raises CommandError while the mark is there: before the hold is in place, the worker would send letters of long ago."""
    if is_marked():
        raise CommandError(
            "A restore did not come to its end. Run `manage.py restore FILE --yes` again; nothing is lost by that."
        )
