"""The file of a backup: a tar.gz of the database and the uploads, before them the digest of both, after them a signature.

The signature is made with the field keys, which are in no backup: who can write to a folder of backups alone cannot make one.
"""

import hashlib
import io
import os
import shutil
import tarfile
import zlib
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import IO

from django.conf import settings

from clinic_site import database_copy, uploads
from clinic_site.database_copy import BackupFailed
from guard import sealing

UPLOADS = "uploads"
_DIGEST, _SIGNATURE = "content.sha256", "content.signature"
_PURPOSE = "backup"
_CHUNK = 1 << 20
_UNREADABLE = (OSError, EOFError, zlib.error, tarfile.TarError)


def content_digest(database: Path) -> str:
    """Changes whenever the database in the file, or an upload, is another. That of one content is the same in every backup.

    Raises uploads.Unreadable.
    """
    sha = hashlib.sha256(database_copy.digest(database).encode())
    for path, status in uploads.walk():
        # A name may hold bytes that are no UTF-8.
        name = os.fsencode(path.relative_to(settings.MEDIA_ROOT))
        sha.update(b"\0%b\0%d\0%d" % (name, status.st_size, status.st_mtime_ns))
    return sha.hexdigest()


def write(archive: Path, database: Path, digest: str) -> None:
    """Writes the file, for its owner alone, down to the disk. Raises OSError, uploads.Unreadable too."""
    with open(archive, "wb") as file:
        os.fchmod(file.fileno(), 0o600)
        # Of two names of one file, tarfile would otherwise store the second as a link without content.
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6, dereference=True) as tar:
            _add_text(tar, _DIGEST, digest)
            signed = hashlib.sha256()
            _add_file(tar, database, database.name, signed)
            for path, _ in uploads.walk():
                # One that was deleted or renamed since need not be in it; `backups` looks whether a picture lacks its file.
                with suppress(FileNotFoundError):
                    _add_file(tar, path, f"{UPLOADS}/{path.relative_to(settings.MEDIA_ROOT)}", signed)
            _add_text(tar, _SIGNATURE, sealing.blind_index(_PURPOSE, signed.hexdigest()))
        file.flush()
        os.fsync(file.fileno())


class _Signed:
    """A file that is read into a digest too."""

    def __init__(self, file: IO[bytes], into: "hashlib._Hash") -> None:
        self._file, self._into = file, into

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self._into.update(chunk)
        return chunk


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(text)
    tar.addfile(member, io.BytesIO(text.encode()))


def _add_file(tar: tarfile.TarFile, path: Path, name: str, signed: "hashlib._Hash") -> None:
    with open(path, "rb") as file:
        member = tar.gettarinfo(arcname=name, fileobj=file)
        signed.update(_head(member))
        tar.addfile(member, _Signed(file, signed))


def _head(member: tarfile.TarInfo) -> bytes:
    """What keeps the content of one file from being that of another in the digest."""
    return f"\0{member.name}\0{member.size}\0".encode("utf-8", "surrogateescape")


def read_digest(archive: Path) -> str:
    """That of what is in the file, read without unpacking it; empty when it tells none."""
    try:
        with tarfile.open(archive) as tar:
            first = tar.next()
            content = tar.extractfile(first) if first is not None and first.name == _DIGEST else None
            return content.read().decode() if content else ""
    except (*_UNREADABLE, UnicodeDecodeError):
        return ""


def unpack(archive: Path, into: Path) -> bool:
    """Unpacks the database and the uploads, and nothing else. Whether a key of FIELD_KEYS signed them. Raises BackupFailed.

    By hand: the filters of tarfile came with Python 3.11.4, and Debian 12 has 3.11.2.
    """
    if not archive.is_file():
        # On a pipe an open would wait for ever.
        raise BackupFailed(f"{archive} is not there, or is no file")
    signed, signature = hashlib.sha256(), ""
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                if member.name == _SIGNATURE and member.isreg():
                    signature = _read_text(tar, member)
                path = PurePosixPath(member.name)
                is_ours = member.name in database_copy.NAMES or (path.parts[:1] == (UPLOADS,) and ".." not in path.parts)
                source = tar.extractfile(member) if is_ours and member.isreg() else None
                if source is None:
                    continue
                (into / path).parent.mkdir(parents=True, exist_ok=True)
                signed.update(_head(member))
                with source, open(into / path, "wb") as target:
                    shutil.copyfileobj(_Signed(source, signed), target, _CHUNK)
    except _UNREADABLE as error:
        if isinstance(error, OSError) and error.errno:
            raise BackupFailed(f"{archive} could not be unpacked: {error}") from error
        raise BackupFailed(f"{archive} is not a backup of this site, or not a whole one: {error}") from error
    return sealing.is_blind_index(_PURPOSE, signed.hexdigest(), signature)


def _read_text(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    content = tar.extractfile(member)
    return content.read(_CHUNK).decode(errors="replace") if content else ""
