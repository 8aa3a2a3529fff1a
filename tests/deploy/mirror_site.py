"""A site that nobody should run: it calls public, for a minute, whatever it made of what it was asked.

A proxy that keeps its answers must see to it that nobody gets what another made it say. Below /numbered/ it keeps to the second,
as the site does, counts its answers, and waits for `may_answer`.
"""

import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

# What it tells about a request besides its line and body.
TOLD = ("Host", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "Forwarded", "Authorization", "Accept-Encoding")
HONEST = "GET {path} Host=clinic.example X-Forwarded-Proto=https"


class _Mirror(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __getattr__(self, name: str):
        if name.startswith("do_"):
            return self._answer
        raise AttributeError(name)

    def _answer(self) -> None:
        # As it came: the standard library makes one slash of two.
        self.path = self.requestline.split()[1]
        self.server.asked.append(self.path)
        body, cookie = self._told(), self.headers.get("Cookie")
        status, headers = 200, [("X-Accel-Expires", "60"), ("Vary", "Accept-Encoding"), ("ETag", '"one"')]
        headers.append(("Cache-Control", "max-age=0, must-revalidate, public"))
        # What it does with a cookie, or a part that is asked for, depends on the address.
        if cookie and "/no-page/" not in self.path:
            body += f" Cookie={cookie}".encode()
        if "/private/" in self.path:
            headers[-1] = ("Cache-Control", "private")
        if "/first-public/" in self.path:
            headers.append(("Cache-Control", "private"))
        if "/sets-a-cookie/" in self.path:
            headers.append(("Set-Cookie", "session=1"))
        if "/varies/" in self.path:
            headers[1] = ("Vary", "Cookie")
        if "/no-page/" in self.path and cookie:
            status = 404
        if "/numbered/" in self.path:
            number = self.server.asked.count(self.path)
            self.server.may_answer.wait(60)
            headers[0], body = ("X-Accel-Expires", f"@{int(time.time())}"), str(number).encode()
        if "Range" in self.headers:
            status, body = 206, body[:4]
        if "If-None-Match" in self.headers:
            status, body = 304, b""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _told(self) -> bytes:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        said = [f"{name}={', '.join(self.headers.get_all(name))}" for name in TOLD if name in self.headers]
        return " ".join([self.command, self.path, *said, *([f"body={sent}"] if sent else [])]).encode()

    def log_message(self, *arguments) -> None:
        pass


class MirrorSite(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 100

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Mirror)
        self.asked: list[str] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    @property
    def port(self) -> int:
        return self.server_address[1]

    @classmethod
    @contextmanager
    def running(cls):
        site: Self = cls()
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield site
        finally:
            site.shutdown()
            site.server_close()
            thread.join()
