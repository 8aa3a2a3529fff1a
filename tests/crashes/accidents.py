"""Processes die, disks fill and databases lock while visitors book.

Each accident returns the visitors of its time; `judge` says what broke for them, by what is stored and what was sent.
"""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg

from tests.browsers import FORM, Visitor
from tests.concurrency import together
from tests.crashes.load import Load
from tests.crashes.mail_server import Postbox, mail_server
from tests.races.promises import broken
from tests.records import Records
from tests.server import HANG_SECONDS, Site, kill, started_before, wait_for

# The clock is moved on instead of waiting three minutes for the lease of a message that was in flight.
LEASES_END = "UPDATE consults_outboxmessage SET not_before = created_at WHERE state = 'waiting' AND kind <> 'reminder'"
_WAITING = "SELECT count(*) FROM consults_outboxmessage WHERE state = 'waiting' AND kind <> 'reminder'"
_HALF_A_REQUEST = (
    "SELECT count(*) FROM consults_consultrequest AS r"
    " WHERE NOT EXISTS (SELECT 1 FROM consults_event AS e WHERE e.request_id = r.id)"
)
_EMAILS = "from consults.models import ConsultRequest as R; print(*(r.email for r in R.objects.all()))"
_PROCESSES: dict[str, Callable[[Site], list[int]]] = {
    "gunicorn's master": lambda site: [site.process.pid],
    "a web worker": lambda site: site.web_workers(),
    "the background worker": lambda site: list(filter(None, [site.background_worker()])),
}
EACH = tuple(_PROCESSES)


@contextmanager
def running(folder: Path, settings: dict[str, str]) -> Iterator[tuple[Site, Postbox]]:
    """A running site with these settings, and what its mail server was given."""
    with mail_server() as (postbox, mail):
        site = started_before(folder, mail | settings)
        try:
            yield site.serve(), postbox
        finally:
            site.stop()


def kills(site: Site, victims: Sequence[str]) -> Load:
    """kill -9 of one process after the other, in any order. The site is started again when its master went."""
    with Load(site, answers_may_be_lost=True) as load:
        for name in random.sample(victims, len(victims)):
            load.wait_for_acknowledged(random.randint(1, 3))
            found = wait_for(lambda n=name: _PROCESSES[n](site), HANG_SECONDS, f"{name} is found", lambda: site.log)
            kill(random.choice(found))
            if found == [site.process.pid]:
                site.process.wait()
                site.serve()
        load.wait_for_acknowledged(1)
    site.wait_until_ready()
    return load


def kill_in_the_middle(site: Site) -> Load:
    """kill -9 of the web worker while a request is stored and its event is not. On a guarded site nobody ever sees that."""
    with Load(site, answers_may_be_lost=True) as load, closing(Records(site)) as records:
        load.wait_for_acknowledged(1)
        (worker,) = wait_for(site.web_workers, HANG_SECONDS, "the web worker is found", lambda: site.log)
        wait_for(lambda: records.value(_HALF_A_REQUEST), HANG_SECONDS, "half a request is stored", lambda: site.log)
        kill(worker)
        load.wait_for_acknowledged(1)
    site.wait_until_ready()
    return load


def restart(site: Site) -> Load:
    """SIGTERM, then a start. A request that was read is answered: none is stored without its answer."""
    with Load(site) as load:
        load.wait_for_acknowledged(random.randint(1, 4))
        site.stop()
        site.serve()
        load.wait_for_acknowledged(1)
    return load


def locked_database(site: Site) -> Load:
    """Another process writes, for longer than a visitor waits. Visitors get a 503 with what they typed; then all is well."""
    visitor = Visitor(site).open_form()
    # Fewer than one web process has threads: visitors who wait for the lock must not keep a reader waiting.
    with Load(site, visitors=2) as load:
        load.wait_for_acknowledged(1)
        with _write_lock(site):
            (status, _, page), read = together([lambda: _post(visitor), lambda: site.get("/faqs/").status])
        load.wait_for_acknowledged(2)
    load.wrong += [] if read == 200 else [f"a page was answered {read}"]
    return _refused_then_taken(load, visitor, status, page)


def full_disk(site: Site, *, fill: Callable[[], Callable[[], None]]) -> Load:
    """`fill` takes all room the site has and returns what gives it back."""
    visitor, load = Visitor(site).open_form(), Load(site)
    make_room = fill()
    try:
        status, _, page = _post(visitor)
        with load:
            load.wait_for_refused(503)
    finally:
        make_room()
    wait_for(site.is_ready, HANG_SECONDS, "the site is well again", lambda: site.log)
    return _refused_then_taken(load, visitor, status, page)


def judge(site: Site, postbox: Postbox, loads: list[Load]) -> list[str]:
    """Acknowledged is stored exactly once; every message left under its one Message-ID; the database is sound."""
    wrong = [what for load in loads for what in load.wrong]
    with closing(Records(site)) as records:
        everything_left = lambda: records.run(LEASES_END) or not records.value(_WAITING)  # noqa: E731
        wait_for(everything_left, HANG_SECONDS, "the outbox is empty", lambda: site.log)
        stored = Counter(site.shell(_EMAILS).split())
        wrong += broken(records, since=0)
        wrong += [f"{email} stored {times} times" for email, times in stored.items() if times > 1]
        for load in loads:
            wrong += [f"{email} acknowledged and not stored" for email in load.acknowledged if email not in stored]
            if not load.answers_may_be_lost and (dropped := stored.keys() & set(load.unanswered)):
                wrong.append(f"{len(dropped)} stored and never answered")
        owed = {str(name).replace("-", "") for (name,) in records.rows("SELECT message_id FROM consults_outboxmessage")}
        wrong += [f"{len(lost)} messages lost"] if (lost := owed - postbox.arrived.keys()) else []
        wrong += [f"{len(made_up)} messages of nothing stored"] if (made_up := postbox.arrived.keys() - owed) else []
        if not records.is_postgresql and (sound := records.value("PRAGMA integrity_check")) != "ok":
            wrong.append(sound)
    return wrong


def _post(visitor: Visitor) -> tuple[int, str, str]:
    return visitor.send("POST", FORM, visitor.fields | {"starts_at": "none"})


def _refused_then_taken(load: Load, visitor: Visitor, status: int, page: str) -> Load:
    """The visitor was answered 503, with what they typed in the page, and sends it again."""
    load.wrong += [] if status == 503 else [f"answered {status}, not 503"]
    load.wrong += [] if visitor.fields["email"] in page and visitor.fields["full_name"] in page else ["what was typed is lost"]
    load.wrong += [f"answered {code}" for code in load.refused if code != 503]
    load.wrong += [] if (again := _post(visitor)[0]) == 303 else [f"sent again: {again}"]
    load.acknowledged.append(visitor.fields["email"])
    load.refused[status] += 1
    return load


@contextmanager
def _write_lock(site: Site) -> Iterator[None]:
    if url := site.settings.get("DATABASE_URL"):
        with psycopg.connect(url) as holder:
            holder.execute("LOCK TABLE consults_consultrequest, guard_ratelimit IN EXCLUSIVE MODE")
            yield
        return
    database = site.data / "clinic.sqlite3"
    with closing(sqlite3.connect(database, isolation_level=None, timeout=HANG_SECONDS)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.execute("ROLLBACK")
