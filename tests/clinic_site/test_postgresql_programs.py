"""What PostgreSQL's programs are started with: every secret and none in sight, no terminal, and a limit."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db.backends.postgresql.base import DatabaseWrapper

from clinic_site import env_database, postgresql_dump
from clinic_site.postgresql_dump import BackupFailed, conninfo, read_to_the_end, restore, write

# Writes down what it was given. `write` gets the schema from it, and `restore` a list of contents.
PROGRAM = """#!/bin/sh
case "$*" in
    *--list*) echo '1; 1259 2 TABLE public django_migrations me';;
    *--command=*) echo '--schema="public"';;
esac
printf '%s\\n' "$@" >> "$0.arguments"
env > "$0.environment"
if [ -n "$PGSERVICEFILE" ]; then cp -p "$PGSERVICEFILE" "$0.service"; fi
if (: < /dev/tty) 2> /dev/null; then echo yes > "$0.terminal"; fi
"""
HANGS = '#!/bin/sh\necho $$ > "$0.pid"\nexec sleep 60\n'


@pytest.fixture
def programs(tmp_path, settings, monkeypatch):
    """A folder of programs that take the place of PostgreSQL's."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("pg_dump", "pg_restore", "psql"):
        place(folder, name, PROGRAM)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    for name in ("PGPASSWORD", "PGSERVICE", "PGSERVICEFILE"):
        monkeypatch.delenv(name, raising=False)
    use(settings, monkeypatch, "postgresql://me@127.0.0.1/clinic")
    return folder


def place(folder, name: str, text: str) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(0o700)


def use(settings, monkeypatch, url: str) -> None:
    monkeypatch.setitem(settings.DATABASES, "default", env_database.postgresql("DATABASE_URL", url))


def environment(folder, name: str) -> dict[str, str]:
    lines = (folder / f"{name}.environment").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


# URL, PGPASSWORD of the site's own environment, PGPASSWORD of the program.
PASSWORDS = [
    ("postgresql://me:in-front@127.0.0.1/clinic", None, "in-front"),
    ("postgresql://me@127.0.0.1/clinic?password=behind", None, "behind"),
    ("postgresql://me:in-front@127.0.0.1/clinic?password=behind", None, "in-front"),
    ("postgresql://me:in%2Ffront@127.0.0.1/clinic", "around", "in/front"),
    ("postgresql://me@127.0.0.1/clinic", "around", "around"),
    ("postgresql://me@127.0.0.1/clinic?passfile=/etc/clinic/pgpass", None, None),
]


def test_a_program_gets_the_password_wherever_it_was_set_and_shows_it_on_no_command_line(
    programs, settings, monkeypatch, tmp_path
):
    for url, around, password in PASSWORDS:
        use(settings, monkeypatch, url)
        monkeypatch.delenv("PGPASSWORD", raising=False)
        if around:
            monkeypatch.setenv("PGPASSWORD", around)
        write(tmp_path / "dump", left_out=())
        restore(tmp_path / "dump", conninfo(dbname="other"))
        for name in ("pg_dump", "psql"):
            assert environment(programs, name).get("PGPASSWORD") == password, (url, around, name)
            shown = (programs / f"{name}.arguments").read_text()
            assert "--no-password" in shown
            assert not [secret for secret in ("in-front", "in/front", "behind", "around") if secret in shown]
    assert "passfile=/etc/clinic/pgpass" in (programs / "pg_dump.arguments").read_text()


def test_the_site_and_its_programs_take_the_same_of_two_passwords(settings, monkeypatch):
    for url, *_ in PASSWORDS:
        database = env_database.postgresql("DATABASE_URL", url) | {"TIME_ZONE": None}
        taken = DatabaseWrapper(database).get_connection_params().get("password")
        assert env_database.libpq_parameters(database).get("password") == taken, url


def test_a_secret_without_a_variable_is_in_a_file_for_its_owner_alone_and_gone_afterwards(
    programs, settings, monkeypatch, tmp_path
):
    use(settings, monkeypatch, "postgresql://me@127.0.0.1/clinic?sslpassword=of-the-key&sslkey=/etc/clinic/key")
    write(tmp_path / "dump", left_out=())
    shown = (programs / "pg_dump.arguments").read_text()
    assert "sslkey=/etc/clinic/key" in shown
    assert "of-the-key" not in shown
    kept = programs / "pg_dump.service"
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == ("[clinic_site]\nsslpassword=of-the-key\n", 0o600)
    given = environment(programs, "pg_dump")
    assert given["PGSERVICE"] == "clinic_site"
    assert "of-the-key" not in given.values()
    assert not (tmp_path / given["PGSERVICEFILE"]).exists()
    use(settings, monkeypatch, "postgresql://me@127.0.0.1/clinic?sslpassword=of-the-key&service=own")
    with pytest.raises(BackupFailed, match="sslpassword: must be in the file of the service"):
        write(tmp_path / "dump", left_out=())


def test_no_program_has_a_terminal_to_ask_on(programs, tmp_path):
    script = (
        "import os, pty, sys\n"
        "pid, _ = pty.fork()\n"
        "if pid == 0:\n"
        "    from clinic_site.postgresql_dump import _started\n"
        "    import clinic_site.postgresql_dump as programs\n"
        "    programs.parameters = dict\n"
        "    with _started(['pg_dump']) as program: program.wait()\n"
        "    os._exit(0 if open('/dev/tty') else 1)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert (programs / "pg_dump.environment").exists()
    assert not (programs / "pg_dump.terminal").exists()


@pytest.mark.parametrize("name", ["pg_dump", "pg_restore", "psql"])
def test_a_program_that_hangs_is_ended_and_told(programs, monkeypatch, tmp_path, name):
    # Two others end before psql is waited for.
    monkeypatch.setattr(postgresql_dump, "_MINUTES", 0.05 if name == "psql" else 0.003)
    place(programs, name, HANGS)
    act = {
        "pg_dump": lambda: write(tmp_path / "dump", left_out=()),
        "pg_restore": lambda: read_to_the_end(tmp_path / "dump"),
        "psql": lambda: restore(tmp_path / "dump", conninfo()),
    }[name]
    with pytest.raises(BackupFailed, match=rf"{name}: ended after .* minutes in which it did not finish"):
        act()
    number = programs / f"{name}.pid"
    if number.exists():
        with pytest.raises(ProcessLookupError):
            os.kill(int(number.read_text()), 0)
