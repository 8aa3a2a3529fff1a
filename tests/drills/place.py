"""What a drill needs beside its site: a temporary folder, and PostgreSQL."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import postgresql

DATABASES = ("sqlite", "postgresql")


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder of this drill's own, which the things that tests share between processes go to as well."""
    with tempfile.TemporaryDirectory(prefix="clinic-drill-") as folder:
        os.environ["TESTS_SHARED_DIR"] = folder
        yield Path(folder)


def settings_on(database: str) -> dict[str, str]:
    """What a site needs to run on a fresh database of this kind."""
    if database == "postgresql" and (reason := postgresql.why_postgresql_is_missing()):
        sys.exit(reason)
    return postgresql.settings_on(database)
