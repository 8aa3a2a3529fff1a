"""`manage.py serve`, as an operator meets it: real processes, a real port, a DATA_DIR of its own."""

import json
import os
import re
import signal
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from clinic_site.page_cache import LOOK_EVERY_SECONDS
from tests.environment import shared_folder
from tests.records import Records
from tests.server import CHECKOUT, HANG_SECONDS, OVER_HTTPS, Site, book, first_start, kill, listing, started_before, wait_for

pytestmark = pytest.mark.server

TELL_OF_COLLECTIONS = """
import gc, os
gc.callbacks.append(lambda *_: os.close(os.open(f"{folder}/{{os.getpid()}}", os.O_WRONLY | os.O_CREAT)))
"""
NAMES = "from consults.models import ConsultRequest as R; print(sorted(r.full_name for r in R.objects.all()))"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """One running site for tests that only ask it things. It runs from the copy of the checkout that the first start ran from."""
    site = started_before(tmp_path_factory.mktemp("site"))
    site.checkout = first_start().checkout
    yield site.serve()
    site.stop()


@pytest.fixture(scope="module")
def sturdy_site(tmp_path_factory):
    """Its DATA_DIR is a relative path. Of every process in which Python looked for garbage there is a file in `collected`."""
    folder, others = tmp_path_factory.mktemp("sturdy-site"), os.environ.get("PYTHONPATH", "").split(os.pathsep)
    site = started_before(folder, {"WEB_WORKERS": "1", "DATA_DIR": "data", "PYTHONPATH": os.pathsep.join([str(folder), *others])})
    (folder / "collected").mkdir()
    # Python runs one file of this name alone: under a moved clock that is the one without which nothing can sleep.
    found = [path.read_text() for path in (Path(other, "sitecustomize.py") for other in others if other) if path.exists()]
    tells = TELL_OF_COLLECTIONS.format(folder=str(folder / "collected"))
    (folder / "sitecustomize.py").write_text("\n".join([*found, tells]))
    yield site
    site.stop()


@pytest.fixture
def running_site(sturdy_site):
    """A site that runs, for tests that stop it or kill it: the next one finds it running again."""
    return sturdy_site if sturdy_site.processes() else sturdy_site.serve()


# The start and the end. The order saves starts: what ends the site comes before what starts it, or last.


def test_the_first_start_ends_with_a_site_that_answers_and_takes_requests(site):
    first = first_start()
    assert f"The site: {first.url}/\n" in first.log
    assert re.search(rf"^Staff login: {first.url}/admin/ .*createsuperuser", first.log, re.MULTILINE)
    assert re.search(rf"^Nobody owns this site yet.* {first.url}/admin/first-owner/[\w-]{{43}}/$", first.log, re.MULTILINE)
    assert "4:00 PM to 8:00 PM" in site.get("/").text
    answer = book(site, "Ada")
    assert (answer.status, answer.headers["location"]) == (303, "/book-a-consult/sent/")
    wait_for(lambda: site.letters("ada@example.com"), HANG_SECONDS, "a mail in DATA_DIR/mail", lambda: site.log)


@pytest.mark.slow
def test_a_second_start_prepares_nothing_again_and_loses_nothing(running_site):
    site = running_site
    assert book(site, "Grace").status == 303
    before, count = {name: listing(site.data / name) for name in ("keys", "static")}, rows(site)
    site.stop()
    site.serve()
    assert {name: listing(site.data / name) for name in ("keys", "static")} == before
    assert rows(site) == count
    assert "Grace" in site.shell(NAMES)


def rows(site: Site) -> list[int]:
    tables = ("consults_consultrequest", "consults_event", "consults_openinghours", "pages_question", "pages_clinic")
    with closing(Records(site)) as records:
        return [records.value(f"SELECT count(*) FROM {table}") for table in tables]


def test_it_runs_gunicorn_two_web_workers_and_the_background_worker(site):
    assert len(site.processes()) == 4
    assert (len(site.web_workers()), bool(site.background_worker())) == (2, True)


def all_gone(site: Site) -> None:
    wait_for(lambda: not site.processes(), HANG_SECONDS, "all processes are gone", lambda: str(site.processes()))


def test_a_site_whose_terminal_is_closed_goes_on_as_before(running_site):
    """SIGHUP reaches every process."""
    site = running_site
    worker, old = site.background_worker(), site.web_workers()
    for process_id in site.processes():
        os.kill(process_id, signal.SIGHUP)
    wait_for(lambda: not {*old} & site.processes().keys(), HANG_SECONDS, "the old web worker is gone", lambda: site.log)
    (new,) = wait_for(site.web_workers, HANG_SECONDS, "another web worker", lambda: site.log)
    collected = site.folder / "collected" / str(new)
    looks = lambda: site.get("/book-a-consult/").status == 200 and collected.exists()  # noqa: E731
    wait_for(looks, HANG_SECONDS, "the new web worker looks for garbage", lambda: site.log)
    assert site.background_worker() == worker


def test_sigterm_ends_everything_also_after_that(running_site):
    site = running_site
    os.kill(site.process.pid, signal.SIGTERM)
    assert site.process.wait(HANG_SECONDS) == 0
    assert site.processes() == {}


def test_whatever_the_umask_nobody_else_on_the_machine_reads_the_data(sturdy_site):
    site = sturdy_site
    site.stop()
    # As an older start, or somebody's copy, may have left it.
    site.data.chmod(0o755)
    (site.data / "clinic.sqlite3").chmod(0o644)
    before = os.umask(0)
    try:
        site.serve()
        assert book(site, "Hedy").status == 303
        wait_for(lambda: site.letters("hedy@example.com"), HANG_SECONDS, "a mail in DATA_DIR/mail", lambda: site.log)
        site.manage("backup")
    finally:
        os.umask(before)
    names = {path.name for path in site.data.rglob("*")}
    assert {"clinic.sqlite3", "clinic.sqlite3-wal", "backups", "mail"} <= names
    loose = [path for path in (site.data, *site.data.rglob("*")) if path.lstat().st_mode & 0o077]
    assert loose == []


def test_after_a_kill_the_port_is_free_although_the_background_worker_is_still_there(running_site):
    """It may be waiting for a mail server, or be writing a backup."""
    site = running_site
    worker = site.background_worker()
    os.kill(worker, signal.SIGSTOP)
    try:
        kill(site.process.pid)
        site.process.wait()
        wait_for(lambda: site.processes().keys() == {worker}, HANG_SECONDS, "only the worker is left", lambda: site.log)
        site.serve()
        assert site.get("/").status == 200
    finally:
        kill(worker)


@pytest.mark.slow
def test_after_a_kill_it_can_be_started_again_at_once(running_site):
    site = running_site
    before = site.processes()
    kill(site.process.pid)
    site.process.wait()
    site.serve()
    left = lambda: before.keys() & site.processes().keys()  # noqa: E731
    wait_for(lambda: not left(), HANG_SECONDS, "the old processes are gone", lambda: str(site.processes()))
    wait_for(lambda: len(site.processes()) == 3, HANG_SECONDS, "all three processes", lambda: str(site.processes()))


def test_a_killed_background_worker_is_started_again(running_site):
    site = running_site
    first = wait_for(site.background_worker, HANG_SECONDS, "a background worker")
    kill(first)
    wait_for(lambda: site.background_worker() not in {None, first}, HANG_SECONDS, "another background worker", lambda: site.log)
    with closing(Records(site)) as records:
        last = "SELECT max(beat_at) FROM consults_workerheartbeat"
        of_the_first = records.value(last)
        wait_for(lambda: records.value(last) != of_the_first, HANG_SECONDS, "a heartbeat of the new worker", lambda: site.log)
    assert site.is_ready()


@pytest.mark.slow
def test_after_a_kill_everything_ends(running_site):
    kill(running_site.process.pid)
    running_site.process.wait()
    all_gone(running_site)


@pytest.mark.slow
def test_two_run_from_one_checkout(site, running_site):
    assert book(running_site, "Hedy").status == 303
    assert "Hedy" in running_site.shell(NAMES)
    assert "Hedy" not in site.shell(NAMES)
    running_site.stop()
    assert site.get("/").status == 200


@pytest.mark.slow
def test_nothing_is_written_outside_data_dir(site):
    assert site.get("/").status == 200
    assert book(site, "Joan").status == 303
    site.make_staff("outside")
    assert site.manage("load_content").returncode == 0
    before = json.loads((shared_folder() / "checkout-before").read_text())
    assert {name: list(status) for name, status in listing(site.checkout).items()} == before
    for place in (site, first_start()):
        beside_data = {name.partition("/")[0] for name in listing(place.folder) if not name.startswith("data")}
        assert beside_data == {"home", "tmp", "serve.log"}
        assert not [*(place.folder / "home").iterdir(), *(place.folder / "tmp").iterdir()]


# Commands beside it


@pytest.mark.slow
def test_commands_work_beside_a_running_site(site):
    name, _ = site.make_staff("beside")
    code = "from django.contrib.auth.models import User; print(*User.objects.values_list('username', flat=True))"
    assert name in site.shell(code).split()


def test_settings_print_nothing(site):
    done = site.manage("shell", "--verbosity=0", "-c", "print('only this')")
    assert (done.stdout, done.stderr) == ("only this\n", "")


def test_any_command_makes_the_missing_keys(tmp_path):
    site = Site(tmp_path)
    assert site.manage("check").returncode == 0
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (site.data / "keys").iterdir()}
    assert modes == {"secret_key": 0o600, "field_keys": 0o600}


def test_hours_changed_by_another_process_show_in_every_answer(site):
    change = (
        "import datetime; from consults.models import OpeningHours as H\n"
        "for row in H.objects.filter(weekday__lt=5): row.closes = datetime.time(19, {minute}); row.save()"
    )
    # How soon: each web worker looks that often for changes.
    assert LOOK_EVERY_SECONDS <= 2
    # Each web worker keeps finished pages of its own: enough requests that both have one.
    for minute in (35, 50):
        site.shell(change.format(minute=minute))
        shown = lambda m=minute: all(f"4:00 PM to 7:{m} PM" in site.get("/").text for _ in range(20))  # noqa: E731
        wait_for(shown, HANG_SECONDS, "the new hours in every answer")


# Wrong settings


WRONG = [
    pytest.param("HOST", {"HOST": "not a host"}, id="a host with spaces"),
    pytest.param("PORT", {"PORT": "eighty"}, id="a port in words"),
    pytest.param("PORT", {"PORT": "70000"}, id="a port past 65535"),
    pytest.param("WEB_WORKERS", {"WEB_WORKERS": "0"}, id="no web workers"),
    pytest.param("DATA_DIR", {"DATA_DIR": "/dev/null/clinic"}, id="a data folder that cannot be"),
    pytest.param("BACKUP_DIR", {"BACKUP_DIR": "/dev/null/backups"}, id="a second place that cannot be"),
    pytest.param("PUBLIC_URL", {"PUBLIC_URL": "clinic.example"}, id="an address without a scheme"),
    pytest.param("PUBLIC_URL", {"PUBLIC_URL": "http://clinic.example/site"}, id="an address with a path"),
    pytest.param("PUBLIC_URL", OVER_HTTPS | {"PUBLIC_URL": "http://clinic.example"}, id="a public address over http"),
    pytest.param("SECRET_KEY", {"SECRET_KEY": "short"}, id="a short secret"),
    pytest.param("FIELD_KEYS", {"FIELD_KEYS": "c2hvcnQ="}, id="a field key of 5 bytes"),
    pytest.param("FIELD_KEYS", {"FIELD_KEYS": f"{OVER_HTTPS['FIELD_KEYS']},"}, id="an empty second field key"),
    pytest.param("DATABASE_URL", {"DATABASE_URL": "mysql://clinic@db/clinic"}, id="another database"),
    pytest.param("DATABASE_URL", {"DATABASE_URL": "postgresql://clinic@db:port/clinic"}, id="a database port in words"),
    pytest.param("CACHE_URL", {"CACHE_URL": "memcached://cache"}, id="another cache"),
    pytest.param("EMAIL_URL", {"EMAIL_URL": "imap://mail.example"}, id="mail by imap"),
    pytest.param("BOUNCES_URL", {"BOUNCES_URL": "imap://me:secret@mail.example/INBOX"}, id="reports without TLS"),
    pytest.param("BOUNCES_URL_FILE", {"BOUNCES_URL_FILE": "/nowhere"}, id="a file that is not there"),
    pytest.param("MAIL_FROM", {"MAIL_FROM": "the clinic"}, id="a sender without an address"),
    pytest.param("STAFF_INBOX", {"STAFF_INBOX": "the desk"}, id="a staff inbox without an address"),
    pytest.param("BOOKING_RATE", {"BOOKING_RATE": "20 an hour"}, id="a rate in words"),
    pytest.param("SIGN_IN_RATE", {"SIGN_IN_RATE": "0/h"}, id="a rate of nothing"),
    pytest.param("TRUSTED_PROXIES", {"TRUSTED_PROXIES": "yes"}, id="proxies in words"),
    pytest.param("DEBUG", {"DEBUG": "maybe"}, id="debug maybe"),
    pytest.param("DEBUG", OVER_HTTPS | {"DEBUG": "on"}, id="debug over https"),
    pytest.param("TRUSTED_PROXIES", OVER_HTTPS | {"TRUSTED_PROXIES": "0"}, id="https without a proxy"),
    pytest.param("SECRET_KEY", OVER_HTTPS | {"SECRET_KEY": ""}, id="https without a secret"),
    pytest.param("FIELD_KEYS", OVER_HTTPS | {"FIELD_KEYS": ""}, id="https without field keys"),
    pytest.param("EMAIL_URL", OVER_HTTPS | {"EMAIL_URL": ""}, id="https without a mail server"),
]
# `manage.py serve` with one after the other of these settings, each in a fork: most of what a start costs is loading Django.
SERVE_WITH_EACH = """
import json, os, sys
sys.path.insert(0, {checkout!r})
import manage
from clinic_site import env, env_folders, env_secrets, generated_keys, logs, near_hosts, sealed_before, security_headers
from django.core import management
sys.argv, statuses = ["manage.py", "serve"], []
for number, settings in enumerate(json.load(sys.stdin)):
    if not os.fork():
        for stream in (1, 2):
            os.dup2(os.open(f"{{number}}-{{stream}}", os.O_WRONLY | os.O_CREAT), stream)
        os.environ |= settings
        manage.main()
        sys.exit()
    statuses.append(os.waitstatus_to_exitcode(os.wait()[1]))
print(json.dumps(statuses))
"""


@pytest.fixture(scope="module")
def stopped(tmp_path_factory) -> list[tuple[int, str, str]]:
    """Status, output and errors of a start with each of the wrong settings."""
    site = Site(tmp_path_factory.mktemp("wrong-settings"))
    each = [{"DATA_DIR": str(site.folder / f"data-{number}")} | row.values[1] for number, row in enumerate(WRONG)]
    done = subprocess.run(
        [sys.executable, "-B", "-c", SERVE_WITH_EACH.format(checkout=str(CHECKOUT))],
        cwd=site.folder,
        env=site.environment,
        input=json.dumps(each),
        capture_output=True,
        text=True,
        timeout=HANG_SECONDS,
        check=True,
    )
    said = [[(site.folder / f"{number}-{stream}").read_text() for stream in (1, 2)] for number in range(len(WRONG))]
    return [(status, *texts) for status, texts in zip(json.loads(done.stdout), said, strict=True)]


@pytest.mark.parametrize(("number", "name"), [pytest.param(n, row.values[0], id=row.id) for n, row in enumerate(WRONG)])
def test_a_wrong_setting_stops_the_start_with_one_line_that_names_it(stopped, number, name):
    status, output, errors = stopped[number]
    assert status != 0
    assert output == ""
    assert re.fullmatch(rf"{name}: \S[^\n]+\n", errors)


@pytest.mark.slow
def test_it_does_so_in_a_process_of_its_own_too(tmp_path):
    done = Site(tmp_path, {"PORT": "eighty"}).manage("serve")
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert re.fullmatch(r"PORT: \S[^\n]+\n", done.stderr)


def test_what_is_loaded_before_the_fork_holds_no_connection_and_no_thread(tmp_path):
    """gunicorn.conf.py loads the site before it forks: a connection that is shared by workers mixes up their answers."""
    code = (
        "import gc, threading, clinic_site.wsgi, clinic_site.urls; from django.db import connections as all_;"
        "print(threading.active_count(), [one.connection for one in all_.all(initialized_only=True)], gc.isenabled())"
    )
    environment = Site(tmp_path).environment | {"DJANGO_SETTINGS_MODULE": "clinic_site.settings"}
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout in ("1 [] True\n", "1 [None] True\n")
