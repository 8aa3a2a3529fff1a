"""A real nginx with deploy/nginx.conf before a site: free ports, a certificate of its own, logs in `folder`."""

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from tests.certificates import write_certificate
from tests.environment import skip_for_want_of
from tests.server import CHECKOUT, HANG_SECONDS, Answer, dying_with_us, free_port, wait_for

HOST = "clinic.example"
# What a distribution's nginx.conf says around the recipe: both logs are on.
_AROUND = """
daemon off;
worker_processes 1;
{user}
pid {folder}/nginx.pid;
error_log {folder}/logs/error.log info;
events {{}}
http {{
    access_log {folder}/logs/access.log;
    client_body_temp_path {folder}/temporary/body;
    proxy_temp_path {folder}/temporary/proxy;
    fastcgi_temp_path {folder}/temporary/fastcgi;
    uwsgi_temp_path {folder}/temporary/uwsgi;
    scgi_temp_path {folder}/temporary/scgi;
{recipe}
}}
"""


def recipe() -> str:
    """The configuration that ships."""
    return (CHECKOUT / "deploy/nginx.conf").read_text()


def _program() -> str:
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    return found or skip_for_want_of("nginx was not found on PATH or in /usr/sbin")


@dataclass
class Nginx:
    folder: Path
    plain_port: int
    port: int

    @property
    def logged(self) -> str:
        """Everything in every log."""
        return "".join(path.read_text() for path in sorted((self.folder / "logs").iterdir()))

    def request(
        self, method: str, path: str, fields: dict[str, str] | None = None, *, plain: bool = False, host: str = HOST
    ) -> Answer:
        """One request on a connection of its own, over TLS unless `plain`."""
        if plain:
            connection = http.client.HTTPConnection("127.0.0.1", self.plain_port, timeout=HANG_SECONDS)
        else:
            context = ssl.create_default_context(cafile=self.folder / "fullchain.pem")
            context.check_hostname = False
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=HANG_SECONDS, context=context)
        headers = {"Host": host, "Content-Type": "application/x-www-form-urlencoded"}
        with closing(connection):
            connection.request(method, path, urlencode(fields or {}) if fields else None, headers)
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.headers.get_all("Set-Cookie", []), answer.read())

    def connected(self, *protocols: str) -> ssl.SSLSocket:
        """A connection over TLS; `protocols`: what the client says that it speaks."""
        context = ssl.create_default_context(cafile=self.folder / "fullchain.pem")
        if protocols:
            context.set_alpn_protocols(protocols)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=HANG_SECONDS)
        return context.wrap_socket(plain, server_hostname=HOST)

    def raw(self, head: str, body: bytes = b"") -> Answer:
        """What comes back for these very lines, without the empty one that ends them."""
        with closing(self.connected()) as client:
            client.sendall(head.encode("latin-1") + b"Connection: close\r\n\r\n" + body)
            answer = http.client.HTTPResponse(client, method=head.partition(" ")[0])
            answer.begin()
            named = {name.lower(): value for name, value in answer.getheaders()}
            try:
                body = answer.read()
            except http.client.IncompleteRead as half:
                body = half.partial
            return Answer(answer.status, named, answer.headers.get_all("Set-Cookie", []), body)


@contextmanager
def nginx_before(site_port: int, folder: Path, text: str):
    """nginx with the configuration `text` before the site that listens on `site_port`; gone afterwards."""
    program = _program()
    running = Nginx(folder, free_port(), free_port())
    for name in ("logs", "temporary", "kept"):
        (folder / name).mkdir(parents=True)
    write_certificate(folder, HOST)
    changes = {
        r"listen \[::\]:.*\n": "",
        r"listen 80;": f"listen 127.0.0.1:{running.plain_port};",
        r"listen 443 ": f"listen 127.0.0.1:{running.port} ",
        "/etc/ssl/clinic.example": str(folder),
        "127.0.0.1:8000": f"127.0.0.1:{site_port}",
        "/var/lib/nginx": str(folder / "kept"),
    }
    for before, after in changes.items():
        text, count = re.subn(before, after, text)
        assert count, f"{before} is not in the recipe"
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_AROUND.format(folder=folder, user=user, recipe=text))
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "logs/error.log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(dying_with_us(command, signal.SIGTERM), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: process.poll() is not None or _answers(running), HANG_SECONDS, "nginx answers", lambda: running.logged)
        yield running
    finally:
        process.terminate()
        process.wait(HANG_SECONDS)


def _answers(running: Nginx) -> bool:
    try:
        return running.request("GET", "/", plain=True).status == 301
    except OSError:
        return False
