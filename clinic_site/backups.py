"""Nightly backups of the database and the uploads, kept for 14 nights, as the privacy policy promises.

What patients typed is sealed in a backup as it is in the database. The keys are not in it: keep them elsewhere.
"""

import shutil
import tarfile
import tempfile
import zlib
from datetime import UTC, datetime, time, timedelta
from pathlib import Path, PurePosixPath

from django.conf import settings

from clinic_site import database_copy
from clinic_site.database_copy import BackupFailed

KEPT = timedelta(days=14)
# However old: when the site was down for weeks, or the clock was wrong, the last good ones are still there.
LEAST_KEPT = 3
# One night may pass without a backup before somebody is told.
LATE_AFTER = timedelta(hours=30)
_AT = time(3)
_NAME = "%Y-%m-%dT%H%M%SZ"
_SUFFIX = ".tar.gz"
# Folders of unfinished backups. A killed process leaves one behind, which is deleted after this many seconds.
_MAKING, _LEFT_BEHIND = ".making-", 6 * 3600
_UPLOADS = "uploads"


def folder() -> Path:
    return settings.DATA_DIR / "backups"


def existing(*, now: datetime) -> list[tuple[datetime, Path]]:
    """The time (UTC) and path of each backup, oldest first. Not one of ours: other names, and times that are yet to come."""
    found = ((_made_at(path), path) for path in folder().glob(f"*{_SUFFIX}"))
    return sorted((made_at, path) for made_at, path in found if made_at and made_at <= now)


def last_made(*, now: datetime) -> datetime | None:
    """When the newest backup was made (UTC); None when there is none."""
    copies = existing(now=now)
    return copies[-1][0] if copies else None


def is_late(*, now: datetime) -> bool:
    newest = last_made(now=now)
    return newest is None or now - newest > LATE_AFTER


def back_up(*, now: datetime) -> Path:
    """Writes a backup while the site keeps running, and opens it again before it counts.

    Raises BackupFailed, OSError or sqlite3.Error. An unfinished or unreadable one never gets the final name.
    """
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder().glob(f"{_MAKING}*"):
        if now.timestamp() - left.stat().st_mtime > _LEFT_BEHIND:
            shutil.rmtree(left, ignore_errors=True)
    target = folder() / (now.astimezone(UTC).strftime(_NAME) + _SUFFIX)
    with tempfile.TemporaryDirectory(dir=folder(), prefix=_MAKING) as making:
        archive = Path(making) / "archive"
        database = database_copy.write(Path(making))
        with tarfile.open(archive, "w:gz", compresslevel=6) as tar:
            tar.add(database, database.name)
            if settings.MEDIA_ROOT.is_dir():
                tar.add(settings.MEDIA_ROOT, _UPLOADS)
        database.unlink()
        database_copy.find(_open(archive, Path(making) / "opened"))
        archive.chmod(0o600)
        archive.replace(target)
    return target


def back_up_if_due(*, now: datetime, zone) -> Path | None:
    """Tonight's backup, made once after 3 AM local time; then those older than 14 nights go. Raises as `back_up` does."""
    local = now.astimezone(zone)
    night = datetime.combine(local.date() - timedelta(days=local.time() < _AT), _AT, zone)
    newest = last_made(now=now)
    if newest and newest >= night:
        return None
    made = back_up(now=now)
    for made_at, path in existing(now=now)[:-LEAST_KEPT]:
        if now - made_at > KEPT:
            path.unlink(missing_ok=True)
    return made


def restore(backup: Path) -> None:
    """Restores database and uploads. Raises BackupFailed and changes nothing when the backup is corrupt."""
    with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".restoring-") as place:
        opened = _open(backup, Path(place))
        database_copy.put_in_place(database_copy.find(opened))
        if (uploads := opened / _UPLOADS).is_dir():
            shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
            shutil.copytree(uploads, settings.MEDIA_ROOT)


def _made_at(path: Path) -> datetime | None:
    try:
        return datetime.strptime(path.name.removesuffix(_SUFFIX), _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def _open(archive: Path, into: Path) -> Path:
    """Unpacks the database and the uploads, and nothing else. Raises BackupFailed.

    By hand: the filters of tarfile came with Python 3.11.4, and Debian 12 has 3.11.2.
    """
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                path = PurePosixPath(member.name)
                is_ours = member.name in database_copy.NAMES or (path.parts[:1] == (_UPLOADS,) and ".." not in path.parts)
                source = tar.extractfile(member) if is_ours and member.isreg() else None
                if source is None:
                    continue
                (into / path).parent.mkdir(parents=True, exist_ok=True)
                with source, open(into / path, "wb") as target:
                    shutil.copyfileobj(source, target)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as error:
        raise BackupFailed(f"{archive} is not a backup of this site, or not a whole one: {error}") from error
    return into
