"""A secret may be in a file. A mailbox that is none stops the start with one line, which does not repeat its password."""

import pytest

from clinic_site import env, env_database
from clinic_site.env_secrets import Mailbox, mailbox


@pytest.fixture
def given(monkeypatch):
    def give(**variables: str) -> None:
        for name in ("BOUNCES_URL", "BOUNCES_URL_FILE"):
            monkeypatch.setenv(name, variables.get(name, ""))

    return give


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("imaps://me:secret@mail.example/INBOX", Mailbox("mail.example", 993, "me", "secret", "INBOX")),
        ("imaps://me:secret@mail.example:1993/INBOX", Mailbox("mail.example", 1993, "me", "secret", "INBOX")),
        (
            "imaps://me%40clinic.example:s%40c%25%2F%20t@[::1]/a%20b/c",
            Mailbox("::1", 993, "me@clinic.example", "s@c%/ t", "a b/c"),
        ),
        ("", None),
    ],
)
def test_a_mailbox_is_taken_apart(given, value, expected):
    given(BOUNCES_URL=value)
    assert mailbox("BOUNCES_URL") == expected
    assert "secret" not in repr(expected)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("imap://me:secret@mail.example/INBOX", id="without TLS"),
        pytest.param("me:secret@mail.example/INBOX", id="no scheme"),
        pytest.param("imaps://me:secret@/INBOX", id="no host"),
        pytest.param("imaps://me:secret@mail.example:x/INBOX", id="no port"),
        pytest.param("imaps://me:secret@mail.example:0/INBOX", id="port 0"),
        pytest.param("imaps://me:secret@mail.example", id="no mailbox"),
        pytest.param("imaps://me:secret@mail.example/", id="an empty mailbox"),
        pytest.param("imaps://mail.example/INBOX", id="no user"),
        pytest.param("imaps://secret@mail.example/INBOX", id="no password"),
        pytest.param("imaps://me:secret@mail.example/INBOX?tls=off", id="a query"),
        pytest.param("imaps://me:secret@mail.example/INBOX#x", id="a fragment"),
        pytest.param("imaps://me:secret%0D%0ALOGOUT@mail.example/INBOX", id="a second line"),
        pytest.param("imaps://me:secret%00@mail.example/INBOX", id="a null"),
        pytest.param("imaps://me:secret@mail.example/Zur%C3%BCck", id="another script"),
        pytest.param("imaps://me:secret@[mail.example/INBOX", id="half a bracket"),
    ],
)
def test_a_mailbox_that_is_none_stops_the_start(given, value):
    given(BOUNCES_URL=value)
    with pytest.raises(SystemExit, match=r"\ABOUNCES_URL: must be [^\n]+\Z") as stopped:
        mailbox("BOUNCES_URL")
    assert "secret" not in str(stopped.value)


def test_a_file_may_hold_it(given, tmp_path):
    file = tmp_path / "bounces_url"
    file.write_text("imaps://me:secret@mail.example/INBOX\n")
    given(BOUNCES_URL_FILE=str(file))
    assert mailbox("BOUNCES_URL") == Mailbox("mail.example", 993, "me", "secret", "INBOX")


def test_a_file_that_is_not_there_or_one_too_many_stops_the_start(given, tmp_path):
    given(BOUNCES_URL_FILE=str(tmp_path / "nowhere"))
    with pytest.raises(SystemExit, match=r"\ABOUNCES_URL_FILE: must be the path "):
        mailbox("BOUNCES_URL")
    given(BOUNCES_URL_FILE="imaps://me:secret@mail.example/INBOX")
    with pytest.raises(SystemExit, match=r"\ABOUNCES_URL_FILE: must be the path [^:@]*\Z"):
        mailbox("BOUNCES_URL")
    given(BOUNCES_URL="imaps://me:secret@mail.example/INBOX", BOUNCES_URL_FILE=str(tmp_path))
    with pytest.raises(SystemExit, match=r"\ABOUNCES_URL_FILE: must be empty "):
        mailbox("BOUNCES_URL")


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        (
            "DATABASE_URL",
            "postgresql://me:secret@127.0.0.1:5432/clinic",
            lambda: env_database.database("DATABASE_URL", "")["PASSWORD"],
        ),
        ("CACHE_URL", "redis://:secret@127.0.0.1:6379/0", lambda: env.cache("CACHE_URL")["LOCATION"].split(":")[2][:6]),
        ("EMAIL_URL", "smtp://me:secret@127.0.0.1:25", lambda: env.mailer("EMAIL_URL", "")["OPTIONS"]["password"]),
    ],
)
def test_the_url_of_a_server_may_be_in_a_file(monkeypatch, tmp_path, name, value, read):
    file = tmp_path / "url"
    file.write_text(f"{value}\n")
    monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(f"{name}_FILE", str(file))
    assert read() == "secret"
