"""`manage.py serve`, as an operator meets it: real processes, a real port, a DATA_DIR of its own."""

import re
import shutil
import stat
import time
from pathlib import Path

import pytest

from tests.server import CHECKOUT, OVER_HTTPS, STOP_SECONDS, Site, book, first_start, kill, started_before, wait_for

pytestmark = pytest.mark.server

# A start with nothing to prepare takes one to two seconds; the rest is room for a busy machine.
QUICK_SECONDS = 15


@pytest.fixture(scope="module")
def new_site(tmp_path_factory):
    """Makes sites that were started once before; those that still run at the end are stopped."""
    made = []

    def make() -> Site:
        made.append(started_before(tmp_path_factory.mktemp("site")))
        return made[-1]

    yield make
    for site in made:
        site.stop()


@pytest.fixture(scope="module")
def site(new_site):
    """One running site for tests that only ask it things."""
    return new_site().serve()


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Every path below, with what changes when somebody writes there."""
    found = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        found[str(path.relative_to(folder))] = (status.st_size, status.st_mtime_ns)
    return found


# The start and the end


def test_the_first_start_ends_with_a_site_that_answers_and_takes_requests(new_site):
    first = first_start()
    assert f"The site: {first.url}/\n" in first.log
    assert re.search(rf"^Staff login: {first.url}/admin/ .*createsuperuser", first.log, re.MULTILINE)
    site = new_site().serve()
    assert "4:00 PM to 8:00 PM" in site.get("/").text
    answer = book(site, "Ada")
    assert (answer.status, answer.headers["location"]) == (303, "/book-a-consult/sent/")
    wait_for(lambda: site.letters("ada@example.com"), 15, "a mail in DATA_DIR/mail", lambda: site.log)


def test_a_second_start_is_quick_and_loses_nothing(new_site):
    site = new_site().serve()
    assert book(site, "Grace").status == 303
    site.make_staff()
    count = (
        "from consults.models import ConsultRequest as R, OpeningHours as H;"
        " from django.contrib.auth.models import User as U; from pages.models import Question as Q;"
        " print([r.full_name for r in R.objects.all()], *(m.objects.count() for m in (H, U, Q)))"
    )
    before, keys = site.shell(count), listing(site.data / "keys")
    assert before.startswith("['Grace'] ")
    site.stop()
    started = time.monotonic()
    site.serve()
    assert time.monotonic() - started < QUICK_SECONDS
    assert (site.shell(count), listing(site.data / "keys")) == (before, keys)


def test_sigterm_ends_everything_in_time(new_site):
    site = new_site().serve()
    master = site.process
    assert len(site.processes()) == 4, "gunicorn, two web workers, the background worker"
    started = time.monotonic()
    master.terminate()
    wait_for(lambda: not site.processes(), STOP_SECONDS, "all processes are gone", lambda: str(site.processes()))
    assert master.wait() == 0
    assert time.monotonic() - started < STOP_SECONDS


def test_after_a_kill_everything_is_gone_in_seconds(new_site):
    site = new_site().serve()
    kill(site.process.pid)
    site.process.wait()
    wait_for(lambda: not site.processes(), 8, "all processes are gone", lambda: str(site.processes()))


def test_after_a_kill_it_can_be_started_again_at_once(new_site):
    site = new_site().serve()
    before = site.processes()
    kill(site.process.pid)
    site.process.wait()
    site.begin()
    wait_for(lambda: not before.keys() & site.processes().keys(), 8, "the old processes are gone", lambda: str(site.processes()))
    site.wait_until_ready()
    wait_for(lambda: len(site.processes()) == 4, 5, "all four processes", lambda: str(site.processes()))


def test_a_killed_background_worker_is_started_again(new_site):
    site = new_site().serve()
    first = wait_for(site.background_worker, 5, "a background worker")
    kill(first)
    wait_for(lambda: site.background_worker() not in {None, first}, 10, "another background worker", lambda: site.log)
    beat = "from consults.models import WorkerHeartbeat as W; print(W.objects.get().beat_at.timestamp())"
    killed_at = time.time()
    wait_for(lambda: float(site.shell(beat)) > killed_at, 20, "a heartbeat of the new worker", lambda: site.log)
    assert site.is_ready()


def test_two_run_from_one_checkout(new_site):
    one, other = new_site().serve(), new_site().serve()
    assert book(one, "Ada").status == 303
    names = "from consults.models import ConsultRequest as R; print([r.full_name for r in R.objects.all()])"
    assert (one.shell(names), other.shell(names)) == ("['Ada']", "[]")
    one.stop()
    assert other.get("/").status == 200


def test_nothing_is_written_outside_data_dir(tmp_path):
    ignored = [line.strip().strip("/") for line in (CHECKOUT / ".gitignore").read_text().split()]
    checkout = shutil.copytree(CHECKOUT, tmp_path / "checkout", ignore=shutil.ignore_patterns(".git", *ignored))
    before = listing(checkout)
    site = Site(tmp_path / "site", checkout=checkout)
    site.serve()
    try:
        assert site.get("/").status == 200
        assert book(site, "Ada").status == 303
        site.make_staff()
        assert site.manage("load_content").returncode == 0
    finally:
        site.stop()
    assert listing(checkout) == before
    beside_data = {name for name in listing(site.folder) if not name.startswith("data")}
    assert beside_data == {"home", "tmp", "serve.log"}


# Commands beside it


def test_commands_work_beside_a_running_site(site):
    name, _ = site.make_staff("beside")
    code = "from django.contrib.auth.models import User; print(User.objects.get(is_superuser=True).username)"
    assert site.shell(code) == name


def test_settings_print_nothing(site):
    done = site.manage("shell", "--verbosity=0", "-c", "print('only this')")
    assert (done.stdout, done.stderr) == ("only this\n", "")


def test_any_command_makes_the_missing_keys(tmp_path):
    site = Site(tmp_path)
    assert site.manage("check").returncode == 0
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (site.data / "keys").iterdir()}
    assert modes == {"secret_key": 0o600, "field_keys": 0o600}


def test_hours_changed_by_another_process_show_within_two_seconds(new_site):
    site = new_site().serve()
    # Each web worker keeps finished pages of its own: enough requests that both have one.
    assert all("4:00 PM to 8:00 PM" in site.get("/").text for _ in range(20))
    site.shell(
        "import datetime, time; from consults.models import OpeningHours as H\n"
        "for row in H.objects.filter(weekday__lt=5): row.closes = datetime.time(19, 35); row.save()"
    )
    wait_for(lambda: all("4:00 PM to 7:35 PM" in site.get("/").text for _ in range(20)), 2, "the new hours in every answer")


# Wrong settings


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        pytest.param("HOST", {"HOST": "not a host"}, id="a host with spaces"),
        pytest.param("PORT", {"PORT": "eighty"}, id="a port in words"),
        pytest.param("PORT", {"PORT": "70000"}, id="a port past 65535"),
        pytest.param("WEB_WORKERS", {"WEB_WORKERS": "0"}, id="no web workers"),
        pytest.param("DATA_DIR", {"DATA_DIR": "/dev/null/clinic"}, id="a data folder that cannot be"),
        pytest.param("PUBLIC_URL", {"PUBLIC_URL": "clinic.example"}, id="an address without a scheme"),
        pytest.param("PUBLIC_URL", {"PUBLIC_URL": "http://clinic.example/site"}, id="an address with a path"),
        pytest.param("SECRET_KEY", {"SECRET_KEY": "short"}, id="a short secret"),
        pytest.param("FIELD_KEYS", {"FIELD_KEYS": "c2hvcnQ="}, id="a field key of 5 bytes"),
        pytest.param("FIELD_KEYS", {"FIELD_KEYS": f"{OVER_HTTPS['FIELD_KEYS']},"}, id="an empty second field key"),
        pytest.param("DATABASE_URL", {"DATABASE_URL": "mysql://clinic@db/clinic"}, id="another database"),
        pytest.param("DATABASE_URL", {"DATABASE_URL": "postgresql://clinic@db:port/clinic"}, id="a database port in words"),
        pytest.param("CACHE_URL", {"CACHE_URL": "memcached://cache"}, id="another cache"),
        pytest.param("EMAIL_URL", {"EMAIL_URL": "imap://mail.example"}, id="mail by imap"),
        pytest.param("MAIL_FROM", {"MAIL_FROM": "the clinic"}, id="a sender without an address"),
        pytest.param("STAFF_INBOX", {"STAFF_INBOX": "the desk"}, id="a staff inbox without an address"),
        pytest.param("BOOKING_RATE", {"BOOKING_RATE": "20 an hour"}, id="a rate in words"),
        pytest.param("TRUSTED_PROXIES", {"TRUSTED_PROXIES": "yes"}, id="proxies in words"),
        pytest.param("DEBUG", {"DEBUG": "maybe"}, id="debug maybe"),
        pytest.param("DEBUG", OVER_HTTPS | {"DEBUG": "on"}, id="debug over https"),
        pytest.param("TRUSTED_PROXIES", OVER_HTTPS | {"TRUSTED_PROXIES": "0"}, id="https without a proxy"),
        pytest.param("SECRET_KEY", OVER_HTTPS | {"SECRET_KEY": ""}, id="https without a secret"),
        pytest.param("FIELD_KEYS", OVER_HTTPS | {"FIELD_KEYS": ""}, id="https without field keys"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line_that_names_it(tmp_path, name, settings):
    done = Site(tmp_path, settings).manage("serve")
    assert done.returncode != 0
    assert done.stdout == ""
    assert re.fullmatch(rf"{name}: \S[^\n]+\n", done.stderr)
