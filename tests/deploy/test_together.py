"""The shipped settings of nginx, PostgreSQL and Redis, with the site in their middle."""

import re
import shutil
import signal
import socket
import subprocess
from contextlib import ExitStack, closing, contextmanager
from types import SimpleNamespace

import psycopg
import pytest

from tests.deploy import http2
from tests.environment import skip_for_want_of
from tests.nginx import HOST, nginx_before, recipe
from tests.postgresql import postgresql
from tests.server import CHECKOUT, HANG_SECONDS, OVER_HTTPS, Site, book, dying_with_us, free_port, wait_for

DEPLOY = CHECKOUT / "deploy"
pytestmark = [pytest.mark.server, pytest.mark.slow]
ASK_REDIS = """
import redis
from django.conf import settings
from django.core.cache import cache
cache.set("a", "b", 60)
client = redis.from_url(settings.CACHES["default"]["LOCATION"])
refused = []
for command in ("CONFIG GET dir", "SHUTDOWN", "SAVE", "REPLICAOF 192.0.2.1 6379", "ACL LIST"):
    try:
        client.execute_command(*command.split())
    except redis.exceptions.NoPermissionError:
        refused.append(command.split()[0])
said = client.info()
print(cache.get("a"), *refused, said["maxmemory_human"], said["maxmemory_policy"], said["aof_enabled"], said["rdb_saves"])
"""


@contextmanager
def redis_with_the_shipped_settings(folder):
    program = shutil.which("redis-server") or skip_for_want_of("redis-server was not found on PATH")
    folder.mkdir()
    port = free_port()
    command = [program, str(DEPLOY / "redis.conf"), "--port", str(port), "--dir", str(folder)]
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(dying_with_us(command, signal.SIGTERM), stdout=log, stderr=log)
    try:
        wait_for(lambda: b"Ready to accept" in (folder / "log").read_bytes(), HANG_SECONDS, "Redis answers")
        yield port
    finally:
        process.terminate()
        process.wait(HANG_SECONDS)
    assert [path.name for path in folder.iterdir()] == ["log"], "nothing is written to the disk"


def test_a_booking_goes_through_all_of_them(tmp_path):
    settings = (DEPLOY / "postgresql.conf").read_text()
    with ExitStack() as stack:
        database = stack.enter_context(postgresql(settings))
        redis_port = stack.enter_context(redis_with_the_shipped_settings(tmp_path / "redis"))
        more = {"DATABASE_URL": database.new_database(), "CACHE_URL": f"redis://127.0.0.1:{redis_port}/0", "WEB_WORKERS": "1"}
        site = Site(tmp_path / "site", OVER_HTTPS | more | {"NOTIFY_SOCKET": str(tmp_path / "notify")})
        told = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        told.bind(str(tmp_path / "notify"))
        told.settimeout(HANG_SECONDS)
        try:
            site.begin()
            # The unit waits for it (Type=notify): `serve` becomes gunicorn, so the process that says so is the one it started.
            assert told.recv(1000).startswith(b"READY=1")
            site.wait_until_ready()
            with nginx_before(site.port, tmp_path / "nginx", recipe()) as nginx:
                take_a_booking(site, nginx)
            assert site.shell(ASK_REDIS) == ("b CONFIG SHUTDOWN SAVE REPLICAOF ACL 64.00M allkeys-lru 0 0")
            # The address that the tests listen on is on the command line.
            wrong = "SELECT name FROM pg_file_settings WHERE error IS NOT NULL AND name <> 'listen_addresses'"
            with psycopg.connect(database.url("postgres")) as connection:
                assert connection.execute(wrong).fetchall() == []
                assert connection.execute("SHOW log_min_error_statement").fetchone() == ("panic",)
                refused(connection)
            log = (database.folder / "log").read_text()
            assert "duplicate key value" in log
            assert not [secret for secret in ("Wilhelmina", "wilhelmina@example.com", "Vjqxwz") if secret in log]
        finally:
            site.stop()


def take_a_booking(site, nginx):
    def request(method, path, *, headers=None, body=b""):
        fields = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        return nginx.raw(f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n{fields}{length}", body)

    get = lambda path, **more: request("GET", path, **more)  # noqa: E731
    assert book(SimpleNamespace(settings=site.settings, url="", request=request, get=get), "Wilhelmina").status == 303
    with closing(nginx.connected("h2")) as client:
        fields = [(":scheme", "https"), (":path", "/faqs/"), (":authority", HOST)]
        status, body = http2.ask(client, *fields)
    assert (status, body) == (200, get("/faqs/").body)
    kept = [path for path in (nginx.folder / "kept").rglob("*") if path.is_file()]
    assert any(re.search(rb"KEY: \S+https://clinic\.example/faqs/", path.read_bytes()) for path in kept)


def refused(connection) -> None:
    """What PostgreSQL logs of a statement that a constraint refuses."""
    connection.execute("CREATE TEMPORARY TABLE people (name text UNIQUE)")
    connection.execute("INSERT INTO people VALUES ('Vjqxwz')")
    with pytest.raises(psycopg.errors.UniqueViolation, match="Vjqxwz"):
        connection.execute("INSERT INTO people VALUES ('Vjqxwz')")
