"""A backup is signed with a field key: a copy that somebody else planted is known."""

import io
import os
import shutil
import tarfile

import pytest

from clinic_site import archive, backups, database_copy, uploads
from clinic_site.database_copy import BackupFailed
from tests.builders import WEDNESDAY


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


def test_two_names_of_one_file_are_two_files_in_a_backup(made, settings, tmp_path):
    """As a program leaves them that looks for equal files."""
    os.link(settings.MEDIA_ROOT / "pictures" / "a.webp", settings.MEDIA_ROOT / "pictures" / "b.webp")
    archive.write(made, tmp_path / "clinic.sqlite3", "digest")
    assert archive.unpack(made, tmp_path / "opened")
    assert [(tmp_path / "opened/uploads/pictures" / name).read_bytes() for name in ("a.webp", "b.webp")] == [b"picture"] * 2


@pytest.mark.parametrize("what", ["a linked folder", "a linked file", "a pipe", "an unreadable folder"])
def test_what_could_be_in_no_backup_is_told_and_never_left_out(made, settings, tmp_path, monkeypatch, what):
    (tmp_path / "larger").mkdir()
    (tmp_path / "larger" / "c.webp").write_bytes(b"elsewhere")
    strange = settings.MEDIA_ROOT / "strange"
    if what == "a pipe":
        os.mkfifo(strange)
    elif what == "an unreadable folder":
        strange.mkdir()
        listed = os.scandir

        def scan(path):
            if os.fspath(path) == os.fspath(strange):
                raise PermissionError(13, "Permission denied", os.fspath(path))
            return listed(path)

        # Root, as whom tests may run, reads everything.
        monkeypatch.setattr(os, "scandir", scan)
    else:
        strange.symlink_to(tmp_path / "larger" / ("c.webp" if "file" in what else ""))
    for make in (archive.content_digest, lambda database: archive.write(made, database, "digest")):
        monkeypatch.setattr(database_copy, "digest", lambda _: "rows")
        with pytest.raises(uploads.Unreadable, match="strange"):
            make(tmp_path / "clinic.sqlite3")
    assert "strange" in uploads.problem()
    monkeypatch.undo()


@pytest.fixture
def whole(made, settings, tmp_path, monkeypatch):
    """`_keep` with a database that is none, and one picture in the rows."""
    monkeypatch.setattr(database_copy, "find", lambda folder: folder / "clinic.sqlite3")
    names = {"a.webp"}
    monkeypatch.setattr(uploads, "picture_files", lambda: set(names))
    (tmp_path / "backups" / ".making-x").mkdir(parents=True)
    return names, lambda: backups._keep(tmp_path / "backups" / ".making-x", tmp_path / "clinic.sqlite3", "digest", now=WEDNESDAY)


def test_a_picture_whose_file_is_gone_is_told_and_stops_no_backup(whole):
    names, keep = whole
    names.add("b.webp")
    assert keep().is_file()
    assert "1 of the 2 files of pictures are missing (b.webp)" in uploads.problem()


def test_a_backup_without_a_file_that_is_there_does_not_count(whole, monkeypatch):
    monkeypatch.setattr(uploads, "walk", list)
    with pytest.raises(BackupFailed, match=r"1 of the 1 files of pictures are missing \(a.webp\)"):
        whole[1]()
    assert not list(backups.folder().glob("*.tar.gz"))


def test_a_backup_with_the_files_of_all_pictures_counts(whole):
    assert whole[1]().is_file()
    assert uploads.problem() == ""


def test_a_backup_that_does_not_open_with_its_own_signature_does_not_count(whole, monkeypatch):
    monkeypatch.setattr(archive, "unpack", lambda *_: False)
    with pytest.raises(BackupFailed, match="its own signature"):
        whole[1]()
