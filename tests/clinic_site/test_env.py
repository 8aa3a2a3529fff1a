"""A wrong value stops the start with one line that names the variable and what it must be."""

import os
import tempfile
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from django.conf import global_settings
from psycopg.conninfo import make_conninfo

import manage
from clinic_site import env, env_database, env_folders, env_secrets
from clinic_site.near_hosts import is_near


@pytest.mark.parametrize(
    ("reader", "name", "value"),
    [
        pytest.param(lambda: env.whole_number("PORT", 8000, 1, 65535), "PORT", "80a", id="letters in a number"),
        pytest.param(lambda: env.whole_number("PORT", 8000, 1, 65535), "PORT", "70000", id="a port too high"),
        pytest.param(lambda: env.whole_number("PORT", 8000, 1, 65535), "PORT", "-1", id="a negative number"),
        pytest.param(lambda: env.whole_number("PORT", 8000, 1, 65535), "PORT", "８０", id="digits of another script"),
        pytest.param(lambda: env.flag("DEBUG"), "DEBUG", "maybe", id="neither on nor off"),
        pytest.param(lambda: env.choice("HSTS", "host", "subdomains", "preload"), "HSTS", "Preload", id="none of the values"),
        pytest.param(lambda: env.listen_host("HOST", "127.0.0.1"), "HOST", "a b", id="no host"),
        pytest.param(lambda: env.public_url("PUBLIC_URL", ""), "PUBLIC_URL", "clinic.example", id="no scheme"),
        pytest.param(lambda: env.public_url("PUBLIC_URL", ""), "PUBLIC_URL", "ftp://clinic.example", id="another scheme"),
        pytest.param(lambda: env.public_url("PUBLIC_URL", ""), "PUBLIC_URL", "https://clinic.example/site", id="with a path"),
        pytest.param(lambda: env.public_url("PUBLIC_URL", ""), "PUBLIC_URL", "https://clinic.example:x", id="no port"),
        pytest.param(lambda: env.public_url("PUBLIC_URL", ""), "PUBLIC_URL", "https://me@clinic.example", id="with a user"),
        pytest.param(lambda: env_database.database("DATABASE_URL", ""), "DATABASE_URL", "mysql://x@y/z", id="another database"),
        pytest.param(lambda: env_database.database("DATABASE_URL", ""), "DATABASE_URL", "postgres://host", id="no database name"),
        pytest.param(lambda: env.cache("CACHE_URL"), "CACHE_URL", "memcached://x", id="another cache"),
        pytest.param(lambda: env.mailer("EMAIL_URL", ""), "EMAIL_URL", "http://x", id="no mail scheme"),
        pytest.param(lambda: env.mailer("EMAIL_URL", ""), "EMAIL_URL", "smtp://u:p@mail.example:587?tls=1", id="a query of mail"),
        pytest.param(lambda: env.mailer("EMAIL_URL", ""), "EMAIL_URL", "smtp://user:12#x@mail.example", id="a # in a password"),
        pytest.param(lambda: env.mailer("EMAIL_URL", ""), "EMAIL_URL", "smtp://u:p@mail..example", id="no mail host"),
        pytest.param(lambda: env.mailer("EMAIL_URL", ""), "EMAIL_URL", "smtp://u:p@mail.example:0", id="no mail port"),
        pytest.param(lambda: env.mailer("EMAIL_URL", ""), "EMAIL_URL", "smtp://u:p%C3%A4@mail.example", id="no ASCII password"),
        pytest.param(lambda: env.mail_address("STAFF_INBOX"), "STAFF_INBOX", "desk", id="no address"),
        pytest.param(lambda: env.mail_address("MAIL_FROM"), "MAIL_FROM", "a@example.com,b", id="a comma in an address"),
        pytest.param(lambda: env.mail_address("STAFF_INBOX"), "STAFF_INBOX", "a@b.c\nBcc: d@e.f", id="a second header"),
        pytest.param(lambda: env.rate("BOOKING_RATE", "20/h"), "BOOKING_RATE", "20 per hour", id="a rate in words"),
        pytest.param(lambda: env.rate("BOOKING_RATE", "20/h"), "BOOKING_RATE", "0/h", id="a rate of nothing"),
        pytest.param(lambda: env_secrets.field_keys("FIELD_KEYS", "c2hvcnQ="), "FIELD_KEYS", "", id="a key too short"),
        pytest.param(lambda: env_secrets.field_keys("FIELD_KEYS", "A" * 43 + ","), "FIELD_KEYS", "", id="an empty key"),
    ],
)
def test_a_wrong_value_stops_the_start_with_one_line(monkeypatch, reader, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as stopped:
        reader()
    line = str(stopped.value)
    assert line.startswith(f"{name}: ")
    assert "must be" in line
    assert "\n" not in line.replace("\\n", "")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("backups", id="not absolute"),
        pytest.param("{data}", id="the first place itself"),
        pytest.param("{data}/second", id="inside the first place"),
        pytest.param("{data}/..", id="above the first place"),
        pytest.param("/dev/null", id="a file"),
        pytest.param("/dev/null/backups", id="below a file"),
    ],
)
def test_a_second_place_that_can_be_none_stops_the_start_with_one_line(monkeypatch, tmp_path, value):
    monkeypatch.setenv("BACKUP_DIR", value.format(data=tmp_path))
    with pytest.raises(SystemExit, match=r"\ABACKUP_DIR: must be [^\n]+\Z"):
        env_folders.second_folder("BACKUP_DIR", tmp_path)


def test_a_start_does_not_make_the_second_place_and_nothing_set_is_none(monkeypatch, tmp_path):
    monkeypatch.setenv("BACKUP_DIR", str(tmp_path / "share" / "clinic"))
    assert env_folders.second_folder("BACKUP_DIR", tmp_path / "data") == tmp_path / "share" / "clinic"
    assert not (tmp_path / "share").exists()
    monkeypatch.setenv("BACKUP_DIR", "")
    assert env_folders.second_folder("BACKUP_DIR", tmp_path / "data") is None


@pytest.mark.parametrize(
    "value",
    [
        "clinic@example.com",
        "Modern Therapeutics <clinic@example.com>",
        "Modern Therapeutics, LLC <clinic@example.com>",
        "Modern; Therapeutics [MN] <clinic@example.com>",
        '"Modern Therapeutics, LLC" <clinic@example.com>',
        'Modern "M" Therapeutics, Inc. (Dundas) <clinic@example.com>',
        "Klinik Ä, LLC <clinic@example.com>",
    ],
)
def test_a_name_with_a_comma_or_a_bracket_leaves_the_address_whole(monkeypatch, value):
    monkeypatch.setenv("MAIL_FROM", value)
    name, address = parseaddr(env.mail_address("MAIL_FROM"))
    assert address == "clinic@example.com"
    assert make_header(decode_header(name)) == value.partition(" <")[0].strip('"') or value == address


@pytest.mark.parametrize(
    ("value", "scheme", "host", "origin"),
    [
        ("https://clinic.example/", "https", "clinic.example", "https://clinic.example"),
        ("https://clinic.example:443", "https", "clinic.example", "https://clinic.example"),
        ("http://127.0.0.1:8000", "http", "127.0.0.1", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http", "[::1]", "http://[::1]:8000"),
    ],
)
def test_the_public_address_is_taken_apart(monkeypatch, value, scheme, host, origin):
    monkeypatch.setenv("PUBLIC_URL", value)
    assert env.public_url("PUBLIC_URL", "") == env.PublicURL(scheme, host, origin)


def test_nothing_set_is_a_laptop_with_sqlite_files_and_a_rate(monkeypatch):
    for name in ("DATABASE_URL", "EMAIL_URL", "CACHE_URL", "BOOKING_RATE"):
        monkeypatch.delenv(name, raising=False)
    database = env_database.database("DATABASE_URL", "/data/clinic.sqlite3")
    assert (database["ENGINE"], database["NAME"]) == ("django.db.backends.sqlite3", "/data/clinic.sqlite3")
    assert env.mailer("EMAIL_URL", "/data/mail")["OPTIONS"] == {"file_path": "/data/mail"}
    assert env.rate("BOOKING_RATE", "20/h") == env.Rate(20, 3600)


def test_postgresql_and_smtp_addresses_are_unquoted(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://us%40er:p%2Fw@db.example:5433/clinic")
    database = env_database.database("DATABASE_URL", "")
    assert [database[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "us@er",
        "p/w",
        "db.example",
        "5433",
        "clinic",
    ]
    monkeypatch.setenv("EMAIL_URL", "smtp+tls://me:s%40cret@mail.example")
    options = env.mailer("EMAIL_URL", "")["OPTIONS"]
    assert [options[key] for key in ("host", "port", "password", "use_tls")] == ["mail.example", 587, "s@cret", True]


def test_a_postgresql_that_is_silent_is_waited_for_as_long_as_its_address_says(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/clinic")
    options = env_database.database("DATABASE_URL", "")["OPTIONS"]
    assert options["connect_timeout"] == 10
    assert options["tcp_user_timeout"] == 15_000
    assert options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"] == 20
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/clinic?connect_timeout=3&keepalives_idle=60")
    own = env_database.database("DATABASE_URL", "")
    assert own["OPTIONS"] == options | {"connect_timeout": "3", "keepalives_idle": "60"}
    # As libpq knows them: it refuses a name that it does not know.
    assert "keepalives_idle=60" in make_conninfo(**env_database.libpq_parameters(own))


@pytest.mark.parametrize("url", ["", "smtps://me:secret@mail.example:2465"])
def test_before_django_6_1_each_option_of_mail_is_a_setting_of_its_own(monkeypatch, url):
    monkeypatch.setenv("EMAIL_URL", url)
    mailer = env.mailer("EMAIL_URL", "/data/mail")
    monkeypatch.setattr("django.VERSION", (5, 2, 0, "final", 0))
    flat = env.email_settings(mailer)
    assert flat.pop("EMAIL_BACKEND") == mailer["BACKEND"]
    assert sorted(map(str, flat.values())) == sorted(map(str, mailer["OPTIONS"].values()))
    # The folder for mail in files has no default in Django.
    assert flat.keys() <= {*dir(global_settings), "EMAIL_FILE_PATH"}
    monkeypatch.setattr("django.VERSION", (6, 1, 0, "final", 0))
    assert env.email_settings(mailer) == {}


def test_another_account_than_the_owner_of_the_data_is_refused_with_one_line(monkeypatch, tmp_path):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert env_folders.folder("DATA_DIR", "") == tmp_path
    monkeypatch.setattr("os.geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(SystemExit, match=r"\ADATA_DIR: must belong to the account that runs this[^\n]+: sudo -u \S+ …\Z"):
        env_folders.folder("DATA_DIR", "")


def test_a_password_in_the_public_address_is_refused_and_not_told(monkeypatch):
    for value in ("https://me:s3cret@clinic.example", "https://me:s3/cr@t@clinic.example/x", "me:s3cret@clinic.example"):
        monkeypatch.setenv("PUBLIC_URL", value)
        with pytest.raises(SystemExit, match="must be a URL like") as stopped:
            env.public_url("PUBLIC_URL", "")
        assert "s3" not in str(stopped.value)


def test_options_of_the_database_come_after_the_sites_own(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/clinic?options=-c%20search_path%3Dclinic")
    options = env_database.database("DATABASE_URL", "")["OPTIONS"]["options"]
    assert options == "-c lock_timeout=10s -c search_path=clinic"


def test_every_command_keeps_its_temporary_files_in_the_data(monkeypatch, settings, tmp_path, capsys):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr("os.umask", lambda _: 0)
    monkeypatch.setattr("sys.argv", ["manage.py", "version"])
    for name in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(name, "/var/tmp")
    monkeypatch.setattr(tempfile, "tempdir", "/var/tmp")
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    manage.main()
    assert {os.environ[name] for name in ("TMPDIR", "SQLITE_TMPDIR")} == {tempfile.gettempdir()} == {str(tmp_path / "tmp")}


def test_plain_http_is_for_what_is_near():
    near = ("127.0.0.1", "0.0.0.0", "[::1]", "localhost", "10.0.0.7", "192.168.1.20", "[fd00::7]", "clinic", "clinic.local")
    assert [host for host in (*near, "A.LOCALHOST", "web.internal", "clinic.home.arpa") if not is_near(host)] == []
    assert [
        host for host in ("clinic.example", "localhost.com", "local.example.org", "8.8.8.8", "[2600::1]") if is_near(host)
    ] == []
