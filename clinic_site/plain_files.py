"""Opening files in a folder where somebody else may write too: BACKUP_DIR.

A name there may be a link to a file of our own, a pipe on which an open waits for ever, or a file without end. What is there and
is none of ours is refused, and told as any failure of the second place.
"""

import errno
import os
import stat
from pathlib import Path


class NotPlain(OSError):
    """What has this name is no file that we would have made."""


def plain(path: str, flags: int) -> int:
    """An `opener` for `open`, for plain files alone; a new one is for its owner alone. Raises NotPlain, or another OSError.

    A file with a second name is not written to: that may be one of ours. To read it does no harm.
    """
    try:
        number = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as error:
        # A link; a pipe that nobody reads.
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise _not_plain(path) from error
        raise
    status = os.fstat(number)
    is_written = flags & os.O_ACCMODE != os.O_RDONLY
    if not stat.S_ISREG(status.st_mode) or (is_written and status.st_nlink > 1):
        os.close(number)
        raise _not_plain(path)
    return number


def read_text(path: Path, *, at_most: int) -> str:
    """What is in it, whatever its bytes. Raises NotPlain, also for more bytes than that, or another OSError."""
    with open(path, "rb", opener=plain) as file:
        content = file.read(at_most + 1)
    if len(content) > at_most:
        raise NotPlain(f"{path} is too large to be a file of this site. Look at it, then delete it")
    return content.decode(errors="replace")


def write_text(path: Path, text: str, mode: str) -> None:
    """In one write, down to the disk. `mode`: "a" to append, "x" to make a new file. Raises NotPlain, or another OSError."""
    with open(path, f"{mode}b", buffering=0, opener=plain) as file:
        file.write(text.encode())
        os.fsync(file.fileno())


def check_writable(path: Path) -> None:
    """Opens a file that is there for writing, and writes nothing. Raises NotPlain, or another OSError."""
    os.close(plain(str(path), os.O_WRONLY | os.O_APPEND))


def _not_plain(path: str) -> NotPlain:
    return NotPlain(f"{path} is a link, a pipe or a folder, and no file that this site made. Look at it, then delete it")
