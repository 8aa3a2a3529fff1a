"""A backup is signed with a field key: a copy that somebody else planted is known."""

import io
import os
import shutil
import tarfile

import pytest

from clinic_site import archive, backups, database_copy
from clinic_site.database_copy import BackupFailed


@pytest.fixture
def made(settings, tmp_path):
    """A backup of a database and a picture."""
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    (settings.MEDIA_ROOT / "pictures").mkdir(parents=True)
    (settings.MEDIA_ROOT / "pictures" / "a.webp").write_bytes(b"picture")
    database = tmp_path / "clinic.sqlite3"
    database.write_bytes(b"rows")
    archive.write(tmp_path / "made.tar.gz", database, "digest")
    return tmp_path / "made.tar.gz"


def no_room(*_, **__):
    raise OSError(28, "No space left on device")


def members(path) -> list[tuple[str, bytes]]:
    with tarfile.open(path) as tar:
        return [(member.name, tar.extractfile(member).read()) for member in tar]


def rewritten(path, change) -> None:
    """The same file with its members as `change` gives them back."""
    changed = change(members(path))
    with tarfile.open(path, "w:gz") as tar:
        for name, content in changed:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def test_what_was_written_is_unpacked_and_known_as_ours(made, tmp_path):
    assert archive.unpack(made, tmp_path / "opened")
    assert (tmp_path / "opened" / "clinic.sqlite3").read_bytes() == b"rows"
    assert (tmp_path / "opened" / "uploads" / "pictures" / "a.webp").read_bytes() == b"picture"
    assert archive.read_digest(made) == "digest"
    rewritten(made, lambda members: members)
    assert archive.unpack(made, tmp_path / "again")


def test_a_name_that_is_no_utf_8_is_backed_up_like_any_other(made, settings, tmp_path, monkeypatch):
    """Where another tool brought it, as an old archive with names in Latin-1."""
    name = os.fsdecode(b"caf\xe9.webp")
    (settings.MEDIA_ROOT / name).write_bytes(b"coffee")
    monkeypatch.setattr(database_copy, "digest", lambda _: "rows")
    before = archive.content_digest(tmp_path / "clinic.sqlite3")
    archive.write(made, tmp_path / "clinic.sqlite3", before)
    assert archive.unpack(made, tmp_path / "opened")
    assert (tmp_path / "opened" / "uploads" / name).read_bytes() == b"coffee"
    (settings.MEDIA_ROOT / name).rename(settings.MEDIA_ROOT / os.fsdecode(b"caf\xe8.webp"))
    assert archive.content_digest(tmp_path / "clinic.sqlite3") != before


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda old: [(name, content.replace(b"rows", b"ROWS")) for name, content in old], id="other rows"),
        pytest.param(lambda old: [(name.replace("a.webp", "b.webp"), content) for name, content in old], id="another name"),
        pytest.param(lambda old: [*old, ("uploads/more.webp", b"")], id="one file more"),
        pytest.param(lambda old: [*old, ("clinic.sqlite3", b"ROWS")], id="the database twice"),
        pytest.param(lambda old: [entry for entry in old if not entry[0].startswith("uploads")], id="one file less"),
        pytest.param(lambda old: old[:-1], id="no signature"),
        pytest.param(lambda old: [*old[:-1], (old[-1][0], b"\xff" * 40)], id="a signature that is no text"),
    ],
)
def test_a_backup_that_somebody_else_made_changes_nothing_unless_it_is_wanted(made, monkeypatch, change):
    put = []
    monkeypatch.setattr(database_copy, "find", lambda folder: folder / "clinic.sqlite3")
    monkeypatch.setattr(database_copy, "put_in_place", lambda path: put.append(path.read_bytes()))
    rewritten(made, change)
    with pytest.raises(BackupFailed, match=r"signed by none of FIELD_KEYS.*--unsigned"):
        backups.restore(made)
    assert put == []
    backups.restore(made, unsigned=True)
    assert len(put) == 1


def test_any_key_of_the_list_knows_its_backups_and_another_does_not(made, settings, tmp_path):
    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = [os.urandom(32), *old]
    assert archive.unpack(made, tmp_path / "opened")
    settings.FIELD_KEYS = [os.urandom(32)]
    assert not archive.unpack(made, tmp_path / "opened")


@pytest.mark.parametrize("before", [["newer.webp"], []], ids=["other uploads", "no uploads"])
def test_uploads_take_the_place_of_others_at_once_and_without_more_room(made, settings, monkeypatch, before):
    shutil.rmtree(settings.MEDIA_ROOT)
    for name in before:
        settings.MEDIA_ROOT.mkdir()
        (settings.MEDIA_ROOT / name).write_bytes(b"newer")
    monkeypatch.setattr(database_copy, "find", lambda folder: folder / "clinic.sqlite3")
    monkeypatch.setattr(database_copy, "put_in_place", lambda path: monkeypatch.setattr(shutil, "copytree", no_room))
    backups.restore(made)
    assert [path.name for path in settings.MEDIA_ROOT.rglob("*")] == ["pictures", "a.webp"]
    assert not list(settings.DATA_DIR.glob(".restoring-*"))


def test_a_full_disk_is_told_and_is_no_damaged_backup(made, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "copyfileobj", no_room)
    with pytest.raises(BackupFailed, match=r"could not be unpacked: .*No space left"):
        archive.unpack(made, tmp_path / "opened")


def test_nobody_waits_for_a_pipe_with_the_name_of_a_backup(tmp_path):
    os.mkfifo(tmp_path / "pipe.tar.gz")
    with pytest.raises(BackupFailed, match="is no file"):
        archive.unpack(tmp_path / "pipe.tar.gz", tmp_path / "opened")
