"""A file of starting content that cannot be read is named, with what is wrong in it."""

import pytest

from content.files import UnreadableContent, read_content_file, read_content_files

WHOLE = "+++\nupdated = 2026-11-30\n+++\nWords.\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param("+++\ntitle = 'Caf\u00e9'\n+++\n".encode("cp1252"), "must be text in UTF-8", id="another coding"),
        pytest.param(b"Words.\n", "must begin with TOML between two", id="no facts"),
        pytest.param(WHOLE.replace("2026-11-30", "9999-12-31").encode(), "updated must be a date from 1900", id="the last day"),
        pytest.param(WHOLE.replace("2026-11-30", "x").encode(), "line 2", id="no TOML"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, content, says):
    (tmp_path / "words.md").write_bytes(content)
    with pytest.raises(UnreadableContent, match=r"words\.md: ") as refused:
        read_content_file(tmp_path / "words.md")
    assert says in str(refused.value)


def test_a_folder_in_the_place_of_a_file_and_a_link_to_nothing_are_named_too(tmp_path):
    (tmp_path / "x.md").mkdir()
    with pytest.raises(UnreadableContent, match=r"x\.md: Is a directory"):
        read_content_files(tmp_path)
    (tmp_path / "x.md").rmdir()
    (tmp_path / "y.md").symlink_to(tmp_path / "gone")
    with pytest.raises(UnreadableContent, match=r"y\.md: No such file"):
        read_content_files(tmp_path)


def test_a_mark_of_the_coding_at_the_beginning_is_no_word(tmp_path):
    (tmp_path / "words.md").write_text(WHOLE, encoding="utf-8-sig")
    assert read_content_file(tmp_path / "words.md").body == "Words.\n"
