"""The real site, started as its README starts it: `manage.py serve` in a process of its own, on a port of its own."""

import compileall
import email
import email.policy
import fcntl
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from tests.environment import shared_folder, without_settings

CHECKOUT = Path(__file__).resolve().parent.parent
# How long a state is waited for: it comes within seconds, beside other work within a minute. More is a hang.
HANG_SECONDS = 240
# Settings of a site behind a proxy that ends TLS.
OVER_HTTPS = {
    "PUBLIC_URL": "https://clinic.example",
    "TRUSTED_PROXIES": "1",
    "SECRET_KEY": "k" * 50,
    "FIELD_KEYS": "a2V5LW9mLTMyLWJ5dGVzLWZvci10aGUtdGVzdHMtISE=",
    # Nobody listens there: such a site keeps its mail.
    "EMAIL_URL": "smtp+tls://127.0.0.1:1",
}


@dataclass(frozen=True)
class Answer:
    """An HTTP answer as it came over the wire; header names in lower case, `cookies` each as it was sent."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Site:
    """A checkout with a DATA_DIR in `folder` and settings of its own. `serve` runs it, `stop` ends it."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    checkout: Path = CHECKOUT
    port: int = 0
    process: subprocess.Popen | None = None

    def __post_init__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What `serve` and everything beside it printed."""
        return (self.folder / "serve.log").read_text()

    @property
    def environment(self) -> dict[str, str]:
        home = self.folder / "home"
        temporary = self.folder / "tmp"
        for place in (home, temporary):
            place.mkdir(exist_ok=True)
        own = {"DATA_DIR": self.data, "PORT": self.port, "HOME": home, "TMPDIR": temporary}
        return without_settings(os.environ) | {name: str(value) for name, value in (own | self.settings).items()}

    def manage(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        """Runs a command of manage.py to its end, with the site's settings and `environment` on top."""
        return subprocess.run(
            [sys.executable, str(self.checkout / "manage.py"), *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=HANG_SECONDS,
            check=False,
        )

    def shell(self, code: str) -> str:
        """What Python `code` prints in the site's own shell."""
        done = self.manage("shell", "--verbosity=0", "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def make_staff(self, name: str = "desk", password: str = "lamps-in-seven-windows") -> tuple[str, str]:
        """A member of staff who may do everything."""
        made = self.manage(
            *("createsuperuser", "--noinput", f"--username={name}", "--email=desk@clinic.example"),
            DJANGO_SUPERUSER_PASSWORD=password,
        )
        assert made.returncode == 0, made.stderr
        return name, password

    def serve(self) -> "Site":
        """Starts it and waits until it is ready. The process id stays gunicorn's: `serve` becomes gunicorn."""
        self.begin()
        self.wait_until_ready()
        return self

    def begin(self) -> None:
        command = dying_with_us([sys.executable, str(self.checkout / "manage.py"), "serve"], signal.SIGTERM)
        with open(self.folder / "serve.log", "ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def wait_until_ready(self) -> None:
        wait_for(lambda: self._has_ended() or self.is_ready(), HANG_SECONDS, f"{self.url} is ready", lambda: self.log)
        assert not self._has_ended(), f"serve ended:\n{self.log}"

    def is_ready(self) -> bool:
        try:
            return self.get("/health/ready").status == 200
        except OSError:
            return False

    def _has_ended(self) -> bool:
        return self.process.poll() is not None

    def stop(self) -> None:
        """By SIGTERM, as a service manager would. Whatever is left after its time is killed and is a failure."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(HANG_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        left = self.processes()
        for process_id in left:
            kill(process_id)
        self.process.wait()
        self.process = None
        assert not left, f"still running {HANG_SECONDS} s after SIGTERM: {list(left.values())}"

    def processes(self) -> dict[int, str]:
        """Everything that runs with this DATA_DIR: process id -> command line. Children that lost their parent too."""
        mark = f"DATA_DIR={self.data}".encode()
        found = {}
        for place in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (place / "environ").read_bytes().split(b"\0"):
                    found[int(place.name)] = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            except OSError:
                continue
        return found

    def web_workers(self) -> list[int]:
        """Process ids of gunicorn's children, without the background worker."""
        return [number for number, command in self.processes().items() if "gunicorn" in command and self._is_child(number)]

    def _is_child(self, process_id: int) -> bool:
        try:
            status = Path(f"/proc/{process_id}/stat").read_text()
        except OSError:
            return False
        return int(status.rpartition(")")[2].split()[1]) == self.process.pid

    def background_worker(self) -> int | None:
        return next((number for number, command in self.processes().items() if "manage.py worker" in command), None)

    def letters(self, to: str) -> list[EmailMessage]:
        """What was written to an address, oldest first, as it lies in DATA_DIR/mail."""
        files = sorted((self.data / "mail").glob("*.log"), key=lambda path: path.stat().st_mtime_ns)
        texts = [text.strip() for path in files for text in path.read_text().split("\n" + "-" * 79 + "\n") if text.strip()]
        letters = [email.message_from_string(text, policy=email.policy.default) for text in texts]
        return [letter for letter in letters if to in str(letter["To"])]

    def get(self, path: str, **options) -> Answer:
        return self.request("GET", path, **options)

    def request(self, method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes | None = None) -> Answer:
        """One request on a connection of its own. Host is the site's own unless `headers` names another."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=HANG_SECONDS)
        try:
            connection.request(method, path, body=body, headers={"Connection": "close"} | (headers or {}))
            answer = connection.getresponse()
            headers_in_lower_case = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers_in_lower_case, answer.headers.get_all("Set-Cookie", []), answer.read())
        except http.client.HTTPException as error:
            raise OSError(f"not an HTTP answer: {error!r}") from error
        finally:
            connection.close()


@contextmanager
def made_once(name: str) -> Iterator[bool]:
    """Whether another process of this run has made it already. If not, the block makes it, while the others wait."""
    folder = shared_folder() / "made-once"
    folder.mkdir(exist_ok=True)
    done = folder / name
    with open(folder / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield (is_there := done.exists())
        if not is_there:
            done.touch()


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Every path below, with what changes when somebody writes there."""
    statuses = {str(path.relative_to(folder)): path.lstat() for path in folder.rglob("*")}
    return {name: (status.st_size, status.st_mtime_ns) for name, status in statuses.items()}


def _copy_checkout(to: Path) -> None:
    ignored = [line.strip().strip("/") for line in (CHECKOUT / ".gitignore").read_text().split()]
    shutil.copytree(CHECKOUT, to, ignore=shutil.ignore_patterns(".git", *ignored))


@cache
def compiled_checkout() -> Path:
    """A copy of the checkout with compiled files: a site starts with a fifth less of CPU. Sites themselves write none."""
    checkout = shared_folder() / "compiled-checkout"
    with made_once("compiled-checkout") as is_there:
        if not is_there:
            _copy_checkout(checkout)
            compileall.compile_dir(checkout, quiet=1)
    return checkout


@cache
def first_start() -> Site:
    """A site that was started for the first time, from a copy of the checkout, and stopped. Once in a run: it takes seconds.

    `checkout-before`, beside the copy, is its listing before the start.
    """
    with made_once("first-start") as is_there:
        port, checkout = shared_folder() / "first-start-port", shared_folder() / "first-start-checkout"
        site = Site(shared_folder() / "first-start", port=int(port.read_text()) if is_there else 0, checkout=checkout)
        if not is_there:
            _copy_checkout(checkout)
            (shared_folder() / "checkout-before").write_text(json.dumps(listing(checkout)))
            site.serve().stop()
            port.write_text(str(site.port))
    return site


def started_before(folder: Path, settings: dict[str, str] | None = None) -> Site:
    """A new site that has been started once before. By default without limits: all visitors have one address here.

    A database of its own (DATABASE_URL) is one with content: `postgresql.with_content`.
    """
    site = Site(folder, {"BOOKING_RATE": "off", "SIGN_IN_RATE": "off"} | (settings or {}), compiled_checkout())
    shutil.copytree(first_start().data, site.data)
    return site


def book(site: Site, name: str, headers: dict[str, str] | None = None) -> Answer:
    """Asks for the first open time, as a browser without JavaScript would; the answer to the POST."""
    headers = headers or {}
    page = site.get("/book-a-consult/", headers=headers)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    start = re.search(r'name="starts_at" value="(\d[^"]+)"', page.text)[1]
    person = {"full_name": name, "email": f"{name.lower()}@example.com", "contact_by": "email", "acknowledged": "on"}
    own = {
        "Cookie": "; ".join(cookie.partition(";")[0] for cookie in page.cookies),
        "Content-Type": "application/x-www-form-urlencoded",
        "Referer": f"{site.settings.get('PUBLIC_URL', site.url)}/book-a-consult/",
    }
    body = urlencode(hidden | person | {"starts_at": start}).encode()
    return site.request("POST", "/book-a-consult/", headers=headers | own, body=body)


def kill(process_id: int) -> None:
    """SIGKILL: no chance to tidy up. A process that has just ended on its own is as good."""
    try:
        os.kill(process_id, signal.SIGKILL)
    except ProcessLookupError:
        pass


def wait_for(happened: Callable[[], object], seconds: float, what: str, detail: Callable[[], str] = lambda: ""):
    """The first true answer of `happened`; fails after `seconds`, saying `what` did not come about."""
    deadline = time.monotonic() + seconds
    while True:
        if result := happened():
            return result
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}\n{detail()}"
        time.sleep(0.05)


def free_port() -> int:
    """A loopback port nobody listens on, drawn below the range that systems hand to outgoing connections."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as candidate:
            try:
                candidate.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def dying_with_us(command: list[str], with_signal: signal.Signals, *options: str) -> list[str]:
    """`command`, told to end when a killed test run could not tell it any more, where the machine can (setpriv)."""
    setpriv = shutil.which("setpriv")
    return [setpriv, f"--pdeathsig={with_signal.name.removeprefix('SIG')}", *options, *command] if setpriv else command
