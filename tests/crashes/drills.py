"""Processes die, disks fill and databases lock while visitors book. Each drill returns what it saw, and what it broke."""

import os
import random
import sqlite3
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path

from aiosmtpd.controller import Controller

from tests.actors import FORM, Records, Visitor
from tests.races.promises import broken
from tests.server import Site, free_port, kill, started_before, wait_for

VISITORS = 6
# The clock is moved on instead of waiting three minutes for the lease of a message that was in flight.
_LEASES_END = "UPDATE consults_outboxmessage SET not_before = created_at WHERE state = 'waiting' AND kind <> 'reminder'"
_WAITING = "SELECT count(*) FROM consults_outboxmessage WHERE state = 'waiting' AND kind <> 'reminder'"
_EMAILS = "from consults.models import ConsultRequest as R; print(*(r.email for r in R.objects.all()))"


class Postbox:
    """A mail server's memory of the Message-IDs it was given."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()

    async def handle_DATA(self, server, session, envelope) -> str:
        self.arrived[message_from_bytes(envelope.content)["Message-ID"].strip("<>").partition("@")[0]] += 1
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[tuple[Postbox, dict[str, str]]]:
    """What arrived, and the setting of a site that sends there."""
    postbox, port = Postbox(), free_port()
    server = Controller(postbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield postbox, {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    finally:
        server.stop()


@contextmanager
def running(folder: Path, settings: dict[str, str]) -> Iterator[tuple[Site, Postbox]]:
    """A running site with these settings, and what its mail server was given."""
    with mail_server() as (postbox, mail):
        site = started_before(folder, mail | settings)
        try:
            yield site.serve(), postbox
        finally:
            site.stop()


@dataclass
class Load:
    """Visitors who open the form and send it, one after the other, for as long as the block lasts.

    `acknowledged`: addresses that were answered 303; `unanswered`: whose POST got no answer; `refused`: how often each status.
    """

    site: Site
    visitors: int = VISITORS
    acknowledged: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    refused: Counter = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Load":
        self._visitors = [threading.Thread(target=self._keep_asking) for _ in range(self.visitors)]
        for visitor in self._visitors:
            visitor.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        for visitor in self._visitors:
            visitor.join()

    def _keep_asking(self) -> None:
        while not self._over.is_set():
            try:
                visitor = Visitor(self.site).open_form()
            except AssertionError:
                time.sleep(0.1)
                continue
            status = visitor.ask("none")
            if status == 303:
                self.acknowledged.append(visitor.fields["email"])
            elif status == 0:
                self.unanswered.append(visitor.fields["email"])
            else:
                self.refused[status] += 1


def stored_emails(site: Site) -> Counter:
    return Counter(site.shell(_EMAILS).split())


def kill_at_random(site: Site, postbox: Postbox, *, seconds: float) -> tuple[str, list[str]]:
    """One round: kill -9 of one process after the other, whichever it is. The site is started again when its master went."""
    kills, until = Counter(), time.monotonic() + seconds
    with Load(site) as load:
        while time.monotonic() < until:
            time.sleep(random.uniform(0.2, 1.0))
            running = site.processes()
            if not running:
                continue
            victim = random.choice(list(running))
            kill(victim)
            kills["master" if victim == site.process.pid else "other"] += 1
            if victim == site.process.pid:
                site.process.wait()
                site.begin()
                site.wait_until_ready()
        site.wait_until_ready()
    return f"{kills.total()} kills ({kills['master']} of the master), {_count(load)}", _judge(site, postbox, load)


def restart_under_load(site: Site, postbox: Postbox, *, seconds: float) -> tuple[str, list[str]]:
    """One round: SIGTERM, then a start. A request that was read is answered: none is stored without its answer."""
    with Load(site) as load:
        time.sleep(random.uniform(0.3, seconds))
        site.stop()
        site.serve()
    wrong = _judge(site, postbox, load)
    if dropped := stored_emails(site).keys() & set(load.unanswered):
        wrong.append(f"{len(dropped)} stored and never answered")
    return _count(load), wrong


def database_locked(site: Site, postbox: Postbox, *, seconds: float) -> tuple[str, list[str]]:
    """Another process holds the write lock. Visitors get a 503 with what they typed; afterwards all is well by itself."""
    visitor = Visitor(site).open_form()
    # Fewer than one web process has threads: whoever waits for the lock must not keep a reader waiting.
    with Load(site, visitors=2) as load:
        time.sleep(0.5)
        with _write_lock(site):
            began = time.monotonic()
            status, _, page = visitor.send("POST", FORM, visitor.fields | {"starts_at": "none"})
            reads = site.get("/faqs/").status
            time.sleep(max(0.0, seconds - (time.monotonic() - began)))
        time.sleep(2)
    wrong = _kept_answers(status, page, visitor) + ([] if reads == 200 else [f"a page was answered {reads}"])
    wrong += _sends_again(visitor, page) + [f"answered {code}" for code in load.refused if code not in {503}]
    load.acknowledged.append(visitor.fields["email"])
    return f"locked for {seconds:g} s, {_count(load)}", wrong + _judge(site, postbox, load)


def disk_full(site: Site, postbox: Postbox, *, fill: Callable[[], Callable[[], None]]) -> tuple[str, list[str]]:
    """`fill` takes all room the site has and returns what gives it back."""
    visitor, load = Visitor(site).open_form(), Load(site)
    make_room = fill()
    try:
        status, _, page = visitor.send("POST", FORM, visitor.fields | {"starts_at": "none"})
        with load:
            time.sleep(2)
    finally:
        make_room()
    wrong = _kept_answers(status, page, visitor) + [f"answered {code}" for code in load.refused if code not in {503}]
    wait_for(site.is_ready, 30, "the site is well again", lambda: site.log)
    wrong += _sends_again(visitor, page)
    load.acknowledged.append(visitor.fields["email"])
    return f"disk full, {_count(load)}", wrong + _judge(site, postbox, load)


def _count(load: Load) -> str:
    refused = ", ".join(f"{times} answered {status}" for status, times in sorted(load.refused.items()))
    return f"{len(load.acknowledged)} acknowledged, {len(load.unanswered)} unanswered{', ' if refused else ''}{refused}"


def _kept_answers(status: int, page: str, visitor: Visitor) -> list[str]:
    kept = visitor.fields["email"] in page and visitor.fields["full_name"] in page
    return ([] if status == 503 else [f"answered {status}, not 503"]) + ([] if kept else ["what was typed is lost"])


def _sends_again(visitor: Visitor, page: str) -> list[str]:
    status = visitor.ask("none")
    return [] if status == 303 else [f"sent again: {status}"]


def _judge(site: Site, postbox: Postbox, load: Load) -> list[str]:
    """Acknowledged is stored exactly once; every message left under its one Message-ID; the database is sound."""
    with closing(Records(site)) as records:
        records.run(_LEASES_END)
        wait_for(lambda: records.run(_LEASES_END) or not records.value(_WAITING), 60, "the outbox is empty", lambda: site.log)
        stored = stored_emails(site)
        wrong = broken(records, since=0)
        wrong += [f"{email} acknowledged and stored {stored[email]} times" for email in load.acknowledged if stored[email] != 1]
        wrong += [f"{email} stored {times} times" for email, times in stored.items() if times > 1]
        owed = {str(name).replace("-", "") for (name,) in records.rows("SELECT message_id FROM consults_outboxmessage")}
        arrived = {name.replace("-", "") for name in postbox.arrived}
        wrong += [f"{len(owed - arrived)} messages lost"] if owed - arrived else []
        wrong += [f"{len(arrived - owed)} messages of nothing stored"] if arrived - owed else []
        if not records.is_postgresql and (sound := records.value("PRAGMA integrity_check")) != "ok":
            wrong.append(sound)
    return wrong


@contextmanager
def _write_lock(site: Site) -> Iterator[None]:
    if url := site.settings.get("DATABASE_URL"):
        import psycopg

        with psycopg.connect(url) as holder:
            holder.execute("LOCK TABLE consults_consultrequest, guard_ratelimit IN EXCLUSIVE MODE")
            yield
        return
    with closing(sqlite3.connect(site.data / "clinic.sqlite3", isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own that can be filled. Root's alone: raises PermissionError for others."""
    if os.geteuid() != 0:
        raise PermissionError("only root can mount a small disk to fill")
    folder.mkdir(parents=True)
    options = f"size={megabytes}m,mode=0755"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], capture_output=True, text=True, check=False)
    if done.returncode:
        raise PermissionError(done.stderr.strip())
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill_disk(folder: Path) -> Callable[[], None]:
    ballast = folder / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
    return ballast.unlink
