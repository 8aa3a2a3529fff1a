"""A real PostgreSQL server for tests: a temporary data folder, a free port, gone afterwards.

One server serves a whole run: the process that started the run owns it, the others find its address in the environment.
Databases are copies of two templates, made by the first test that needs them: one with the tables, one with the content too.
"""

import atexit
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg

from tests.environment import shared_folder, skip_for_want_of, with_real_clock
from tests.server import Site, dying_with_us, free_port, made_once

_START_SECONDS = 180
_SHARED = "TESTS_POSTGRESQL"


def why_postgresql_is_missing() -> str:
    """One line for a skipped test; empty when a server can be started here."""
    if _programs() is None:
        return "PostgreSQL was not found: no initdb and postgres on PATH or in /usr/lib/postgresql/*/bin"
    if os.geteuid() == 0 and not (shutil.which("setpriv") and _has_postgres_user()):
        return "PostgreSQL was found, but it refuses to run as root, and there is no setpriv or no user postgres to run it as"
    return ""


def pytest_sessionstart(session):
    """The first process of a run on several starts the server for all: it outlives each of them."""
    is_first = session.config.getoption("tx", None) and not hasattr(session.config, "workerinput")
    if is_first and session.config.option.database != "sqlite" and not why_postgresql_is_missing():
        os.environ[_SHARED] = _started().url("")


def shared_postgresql() -> str:
    """The address of the run's server, up to the name of a database; skips the test in one line where there is none."""
    if reason := why_postgresql_is_missing():
        skip_for_want_of(reason)
    if _SHARED not in os.environ:
        os.environ[_SHARED] = _started().url("")
    return os.environ[_SHARED]


@cache
def _started() -> "Postgresql":
    server = Postgresql.start()
    atexit.register(lambda owner: os.getpid() == owner and server.stop(), os.getpid())
    return server


def new_database(template: str = "template1") -> str:
    """The URL of a fresh database on the run's server; `template`: one of those below, by default empty."""
    address, name = shared_postgresql(), f"clinic_{secrets.token_hex(4)}"
    with psycopg.connect(f"{address}postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"{address}{name}"


def with_tables() -> str:
    """A template with every table, and no rows but those that migrations make."""
    return _template("with_tables", "template1", "migrate")


def with_content() -> str:
    """A template with tables and the starting content: what a site finds that was started before."""
    return _template("with_content", with_tables(), "load_content")


def settings_on(database: str) -> dict[str, str]:
    """What a site that was started before needs to run on `database`, as the fixture of that name tells it."""
    return {"DATABASE_URL": new_database(with_content())} if database == "postgresql" else {}


def _template(name: str, origin: str, command: str) -> str:
    address = shared_postgresql()
    with made_once(name) as is_there:
        if not is_there:
            with psycopg.connect(f"{address}postgres", autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE {origin}")
            done = Site(shared_folder() / f"making-{name}", {"DATABASE_URL": f"{address}{name}"}).manage(command)
            assert done.returncode == 0, done.stderr
    return name


@contextmanager
def postgresql(settings: str = ""):
    """A server of its own, for a test that looks at its files; skips the test in one line where there is none.

    `settings`: what its postgresql.conf ends with. What `_run` sets wins over that.
    """
    if reason := why_postgresql_is_missing():
        skip_for_want_of(reason)
    server = Postgresql.start(settings)
    try:
        yield server
    finally:
        server.stop()


@dataclass
class Postgresql:
    """A running server. `folder` is everything it wrote."""

    folder: Path
    port: int
    password: str
    process: subprocess.Popen

    @classmethod
    def start(cls, settings: str = "") -> "Postgresql":
        folder = _reachable_folder()
        try:
            password = secrets.token_urlsafe(16)
            _initialise(folder, password)
            with open(folder / "data/postgresql.conf", "a") as file:
                file.write(settings)
            server = cls(folder, 0, password, None)
            server._run()
            return server
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def url(self, database: str) -> str:
        return f"postgresql://clinic:{self.password}@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """The URL of a fresh, empty database."""
        name = f"clinic_{secrets.token_hex(4)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self) -> None:
        for _ in range(3):
            self.port = free_port()
            options = {
                "listen_addresses": "127.0.0.1",
                "port": self.port,
                "unix_socket_directories": "",
                # A crash of the machine would cost a test run, nothing more.
                **dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off"),
            }
            settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
            with open(self.folder / "log", "ab") as log:
                command = [_programs() / "postgres", "-D", self.folder / "data", *settings]
                # While it waits, libfaketime shows its signal handlers the real clock: lock_timeout would never end a wait.
                environment = with_real_clock(os.environ)
                self.process = subprocess.Popen(_as_its_user(command), cwd="/", env=environment, stdout=log, stderr=log)
            if self._becomes_ready():
                return
        raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()}")

    def _becomes_ready(self) -> bool:
        """False when it ended on its own, because its port was taken."""
        deadline = time.monotonic() + _START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=5).close()
                return True
            except psycopg.OperationalError:
                time.sleep(0.05)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        return False


def _programs() -> Path | None:
    """The folder of the newest server programs. Debian keeps them off PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    found = [Path(program).parent for program in [shutil.which("initdb")] if program]
    return next((folder for folder in [*found, *debian] if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


def _has_postgres_user() -> bool:
    try:
        return bool(pwd.getpwnam("postgres"))
    except KeyError:
        return False


def _reachable_folder() -> Path:
    """A new folder which the server's user can reach: as root that is another user, whom a 0700 folder above would stop."""
    parents = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]
    open_to_all = (path for path in parents if all(place.stat().st_mode & 0o001 for place in [path, *path.parents]))
    folder = Path(tempfile.mkdtemp(prefix="clinic-postgresql-", dir=next(open_to_all, parents[0])))
    folder.chmod(0o755)
    (folder / "data").mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(folder / "data", "postgres", "postgres")
    return folder


def _initialise(folder: Path, password: str) -> None:
    password_file = folder / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if os.geteuid() == 0:
        shutil.chown(password_file, "postgres", "postgres")
    login = ["--username=clinic", "--auth=scram-sha-256", f"--pwfile={password_file}"]
    options = [*login, "--encoding=UTF8", "--locale=C", "--no-sync"]
    command = _as_its_user([_programs() / "initdb", "-D", folder / "data", *options])
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stdout}{done.stderr}")


def _as_its_user(command: list) -> list[str]:
    words = [str(word) for word in command]
    if os.geteuid() != 0:
        return dying_with_us(words, signal.SIGINT)
    return dying_with_us(words, signal.SIGINT, "--reuid=postgres", "--regid=postgres", "--clear-groups")
