"""`manage.py move_to_postgres`: a clinic's SQLite file becomes a PostgreSQL database, whole or not at all."""

import json

import pytest

from tests.postgresql import new_database, with_tables
from tests.server import Site, started_before

pytestmark = pytest.mark.server

# A request that was confirmed and one that waits, an owner with a phone, a text that was edited, and a letter in the outbox.
LIFE = """
from datetime import timedelta
from django.utils import timezone
from consults import booking
from consults.models import ConsultRequest
from pages.models import Page
from staff import second_factor, totp
from tests.builders import colleague, submit
colleague("olga", "Owners")
olga = __import__("django.contrib.auth.models", fromlist=["User"]).User.objects.get()
key, now = b"k" * 20, timezone.now()
second_factor.set_up_phone(olga, totp.code_at(totp.current_step(now=now), key), key=key, may_replace=False, now=now)
first = submit(full_name="Ada Änne 🌙", note="line one\\nline \\\\ two\\tand a tab")
booking.confirm_request(first, by=olga, now=first.created_at + timedelta(hours=1))
page = Page.objects.first(); page.body += "\\n\\nOne more line."; page.save()
"""
ANOTHER = """
from tests.builders import local, submit
submit(key="key-2", full_name="Bob", starts_at=local("2026-12-08 16:00"))
"""
READ = """
import json
from django.contrib.auth.models import User
from django.core.management import call_command
from consults.models import ConsultRequest, Event, OutboxMessage
from pages.models import Clinic, Page
print(json.dumps({
    "requests": sorted([r.reference, r.full_name, r.note, r.status, str(r.starts_at)] for r in ConsultRequest.objects.all()),
    "events": list(Event.objects.order_by("pk").values_list("pk", "number")),
    "letters": sorted(OutboxMessage.objects.values_list("kind", "state")),
    "staff": sorted(str(user.phone_set.get().key) for user in User.objects.all()),
    "body": Page.objects.order_by("pk").first().body[-20:],
}))
"""
MOVE = "from django.core.management import call_command; call_command('move_to_postgres', '{url}', stdout=open(os.devnull, 'w'))"
REFUSED = """
from consults.models import Event
from django.db import DatabaseError
try:
    Event.objects.update(number=9)
except DatabaseError as error:
    print(error)
"""


@pytest.fixture
def clinic(tmp_path) -> Site:
    return started_before(tmp_path)


def on(site: Site, url: str) -> Site:
    """The same folder with the database at `url`."""
    moved = Site(site.folder, site.settings | {"DATABASE_URL": url})
    moved.checkout = site.checkout
    return moved


def state(site: Site, before: str = "") -> dict:
    """What there is, after Python `before` has run in the same process."""
    return json.loads(site.shell(before + READ))


def test_a_clinic_moves_whole_and_again_and_not_at_all_when_killed(clinic):
    url = new_database(with_tables())
    move = "import os\n" + MOVE.format(url=url) + "\n"
    before = state(clinic, LIFE + move)
    assert state(on(clinic, url)) == before

    killed = clinic.manage("shell", "-c", ANOTHER + KILLED_IN_THE_MIDDLE.format(url=url))
    assert killed.returncode == -9, killed.stderr
    assert state(on(clinic, url)) == before

    after = state(clinic, move)
    assert (state(on(clinic, url)), len(after["requests"])) == (after, len(before["requests"]) + 1)
    # What comes next gets a number of its own, and its triggers are there.
    third = ANOTHER.replace("key-2", "key-3").replace("12-08", "12-09")
    assert "never change" in on(clinic, url).shell(third + REFUSED)


KILLED_IN_THE_MIDDLE = """
import os, signal
from django.core.management import call_command
from clinic_site import move
copy, done = move._copy, []
def dies(model, cursor):
    if len(done) == 12:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(copy(model, cursor))
move._copy = dies
call_command("move_to_postgres", "{url}")
"""


@pytest.mark.slow
def test_while_the_site_runs_it_is_a_rehearsal_that_writes_to_nobody(clinic):
    url = new_database(with_tables())
    clinic.serve()
    try:
        done = clinic.manage("move_to_postgres", url)
        assert (done.returncode, "this was a rehearsal" in done.stdout) == (0, True), done.stderr
    finally:
        clinic.stop()
    read = "from consults.models import WorkerHeartbeat as W; print(W.objects.beats())"
    assert (on(clinic, url).shell(read), int(clinic.shell(read)) > 0) == ("0", True)


@pytest.mark.slow
@pytest.mark.nightly
def test_what_would_be_lost_or_cannot_be_read_is_refused_with_one_line(clinic):
    url = new_database(with_tables())
    on(clinic, url).shell(
        "from consults.models import WorkerHeartbeat as W; from django.utils import timezone; W.objects.beat(now=timezone.now())"
    )
    foreign = new_database()
    on(clinic, foreign).shell("from django.db import connection; connection.cursor().execute('CREATE TABLE theirs (id int)')")
    too_long = "from django.db import connection as c; c.cursor().execute(\"UPDATE pages_clinic SET name = '{}'\")".format(
        "x" * 90
    )
    for target, said in (
        (url, "A site has run on that database"),
        (foreign, "tables of something else"),
        ("mysql://x/y", "must be postgresql://"),
        (f"{url}-that-is-not-there", "does not exist"),
    ):
        done = clinic.manage("move_to_postgres", target)
        assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (1, True, False), done.stderr
    assert "on PostgreSQL already" in on(clinic, url).manage("move_to_postgres", url).stderr
    clinic.shell(too_long)
    done = clinic.manage("move_to_postgres", new_database(with_tables()))
    assert (done.returncode, "pages_clinic: value too long" in done.stderr) == (1, True), done.stderr


def test_without_the_transaction_half_a_clinic_would_be_there(clinic):
    url = new_database(with_tables())
    without = LIFE + KILLED_IN_THE_MIDDLE.replace(
        "copy, done", "from contextlib import nullcontext\nmove.transaction.atomic = lambda **_: nullcontext()\ncopy, done"
    )
    assert clinic.manage("shell", "-c", without.format(url=url)).returncode == -9
    counts = "from django.apps import apps; print(sum(m._base_manager.exists() for m in apps.get_models()))"
    assert int(on(clinic, url).shell(counts)) > 0
