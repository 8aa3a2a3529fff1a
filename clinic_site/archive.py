"""The file of a backup: a tar.gz of the database, the uploads, and before them the digest of both."""

import hashlib
import io
import os
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath

from django.conf import settings

from clinic_site import database_copy
from clinic_site.database_copy import BackupFailed

UPLOADS = "uploads"
_DIGEST = "content.sha256"
_UNREADABLE = (OSError, EOFError, zlib.error, tarfile.TarError)


def content_digest(database: Path) -> str:
    """Changes whenever the database in the file, or an upload, is another. That of one content is the same in every backup."""
    sha = hashlib.sha256(database_copy.digest(database).encode())
    for path in sorted(settings.MEDIA_ROOT.rglob("*")):
        status = path.stat()
        sha.update(f"\0{path.relative_to(settings.MEDIA_ROOT)}\0{status.st_size}\0{status.st_mtime_ns}".encode())
    return sha.hexdigest()


def write(archive: Path, database: Path, digest: str) -> None:
    """Writes the file, for its owner alone, down to the disk. Raises OSError."""
    with open(archive, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as tar:
            first = tarfile.TarInfo(_DIGEST)
            first.size = len(digest)
            tar.addfile(first, io.BytesIO(digest.encode()))
            tar.add(database, database.name)
            if settings.MEDIA_ROOT.is_dir():
                tar.add(settings.MEDIA_ROOT, UPLOADS)
        file.flush()
        os.fsync(file.fileno())


def read_digest(archive: Path) -> str:
    """That of what is in the file, read without unpacking it; empty when it tells none."""
    try:
        with tarfile.open(archive) as tar:
            first = tar.next()
            content = tar.extractfile(first) if first is not None and first.name == _DIGEST else None
            return content.read().decode() if content else ""
    except (*_UNREADABLE, UnicodeDecodeError):
        return ""


def unpack(archive: Path, into: Path) -> Path:
    """Unpacks the database and the uploads, and nothing else. Raises BackupFailed.

    By hand: the filters of tarfile came with Python 3.11.4, and Debian 12 has 3.11.2.
    """
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                path = PurePosixPath(member.name)
                is_ours = member.name in database_copy.NAMES or (path.parts[:1] == (UPLOADS,) and ".." not in path.parts)
                source = tar.extractfile(member) if is_ours and member.isreg() else None
                if source is None:
                    continue
                (into / path).parent.mkdir(parents=True, exist_ok=True)
                with source, open(into / path, "wb") as target:
                    shutil.copyfileobj(source, target)
    except _UNREADABLE as error:
        raise BackupFailed(f"{archive} is not a backup of this site, or not a whole one: {error}") from error
    return into
