"""Who can write to BACKUP_DIR makes the site neither write to its own files nor wait for ever: it refuses, and tells."""

import os
import secrets
from contextlib import suppress
from datetime import UTC, timedelta

import pytest

from clinic_site import backups, erased_list, left_behind, second_place
from clinic_site.second_place import CopyFailed, copy_missing, problem
from clinic_site.second_place_mark import MARK
from tests.builders import WEDNESDAY

BACKUP = f"{WEDNESDAY - timedelta(hours=1):%Y-%m-%dT%H%M%SZ}.tar.gz"
ENDLESS = 1 << 40

# What somebody puts there, given its path and one of our files.
PLANTED = {
    "a link to one of our files": lambda path, ours: path.symlink_to(ours),
    "a link to a file that we do not have": lambda path, ours: path.symlink_to(ours.parent / "restore-unfinished"),
    "a second name of one of our files": lambda path, ours: path.hardlink_to(ours),
    "a pipe": lambda path, ours: os.mkfifo(path),
    "a folder": lambda path, ours: path.mkdir(),
    "a file without end": lambda path, ours: (path.touch(), os.truncate(path, ENDLESS)),
}
LINKS_AND_PIPES = [kind for kind in PLANTED if "link" in kind or "pipe" in kind]


@pytest.fixture
def ours(settings, tmp_path):
    """One of our files. Both places are in use, with a backup and an erased request that are to be copied."""
    settings.DATA_DIR, settings.BACKUP_DIR = tmp_path / "data", tmp_path / "share"
    backups.folder().mkdir(parents=True)
    copy()
    (backups.folder() / BACKUP).write_bytes(os.urandom(2000))
    erased_list.add("AAAA-BBBB")
    key = settings.DATA_DIR / "field_keys"
    key.write_text("a key")
    return key


def copy() -> int:
    return copy_missing(now=WEDNESDAY, zone=UTC)


def ours_now(settings) -> dict[str, bytes]:
    """Every file of our own, but for the one that tells what failed."""
    files = [path for path in settings.DATA_DIR.rglob("*") if path.is_file() and path.name != "second-place-problem.txt"]
    return {path.name: path.read_bytes() for path in files}


@pytest.mark.parametrize("name", ["erased.txt", MARK])
@pytest.mark.parametrize("kind", PLANTED)
def test_what_is_no_file_of_ours_is_refused_and_told(settings, ours, name, kind):
    before, place = ours_now(settings), settings.BACKUP_DIR
    (place / name).unlink(missing_ok=True)
    PLANTED[kind](place / name, ours)
    with pytest.raises(CopyFailed, match=name):
        copy()
    assert (ours_now(settings), name in problem()) == (before, True)
    if (place / name).is_dir():
        (place / name).rmdir()
    else:
        (place / name).unlink()
    if name == "erased.txt":
        assert (copy(), problem()) == (1, "")


@pytest.mark.parametrize("kind", LINKS_AND_PIPES)
def test_a_link_or_a_pipe_with_the_name_of_a_backup_gives_way_to_it(settings, ours, kind):
    before = ours_now(settings)
    PLANTED[kind](settings.BACKUP_DIR / BACKUP, ours)
    assert (copy(), copy(), ours_now(settings)) == (1, 0, before)
    assert (settings.BACKUP_DIR / BACKUP).read_bytes() == before[BACKUP]


@pytest.mark.parametrize("kind", PLANTED)
def test_a_copy_is_written_to_a_file_that_nobody_made_before(settings, ours, kind, monkeypatch):
    before = ours_now(settings)
    monkeypatch.setattr(secrets, "token_hex", lambda length: "guessed")
    planted = settings.BACKUP_DIR / f"{second_place._COPYING}guessed"
    PLANTED[kind](planted, ours)
    # Young: what is old is deleted first.
    os.utime(planted, (WEDNESDAY.timestamp(),) * 2, follow_symlinks=False)
    with pytest.raises(CopyFailed):
        copy()
    assert ours_now(settings) == before


@pytest.mark.parametrize("to", ["field_keys", "backups"])
def test_of_an_old_link_only_the_link_is_deleted(settings, ours, to):
    before, link = ours_now(settings), settings.BACKUP_DIR / f"{second_place._COPYING}old"
    link.symlink_to(settings.DATA_DIR / to)
    os.utime(link, (0, 0), follow_symlinks=False)
    left_behind.delete_old(settings.BACKUP_DIR, second_place._COPYING, now=WEDNESDAY)
    assert (link.is_symlink(), ours_now(settings)) == (False, before)


@pytest.mark.parametrize("mark", ["0" * 31, f"{'0' * 32} /other\n{'0' * 32}", "no mark"])
def test_no_mark_of_somebody_else_is_written_into_our_own_list(settings, ours, tmp_path, mark):
    settings.BACKUP_DIR = tmp_path / "new"
    settings.BACKUP_DIR.mkdir()
    (settings.BACKUP_DIR / MARK).write_text(mark)
    with suppress(CopyFailed):
        copy()
    lines = (settings.DATA_DIR / "second-places.txt").read_text().splitlines()
    assert {line.partition(" ")[2] for line in lines} <= {str(tmp_path / "share"), str(tmp_path / "new")}
    assert all(len(line.partition(" ")[0]) == 32 for line in lines)


@pytest.mark.parametrize("name", [f"{BACKUP}\n", "2026-12-01T090000Z\n.tar.gz", "2026-12-01T090000Z.tar.gz\x1b[2J"])
def test_a_name_with_anything_else_in_it_is_no_backup(settings, ours, name):
    (settings.BACKUP_DIR / name).touch()
    assert backups.existing(now=WEDNESDAY, place=settings.BACKUP_DIR) == []
