"""Shared by every test: the clinic as it opens, its content, the clock, colleagues, and the database a test runs on."""

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db import connections

from tests import examples, postgresql
from tests.builders import WEDNESDAY, colleague, post_clinic_hours
from tests.shipped_content import KeptRows, shipped_content
from tests.swapped_database import postgresql_connection

pytest_sessionstart = postgresql.pytest_sessionstart


def pytest_configure(config):
    # In-process tests read static files by their plain names; the tests of the real server collect and hash them.
    django_settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    # Hashing as the site does takes a tenth of a second each time; the tests of the real server do it.
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    django_settings.STAFF_RECOVERY_CODE_ITERATIONS = 1
    django_settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def pytest_report_header():
    return f"property tests: {examples.PROFILE}"


def pytest_generate_tests(metafunc):
    """A test marked `databases` runs once on each database that this run was given.

    `databases(postgresql=pytest.mark.slow)`: for what no database is expected to make different, only among the slow tests.
    """
    mark = metafunc.definition.get_closest_marker("databases")
    if mark is None:
        return
    chosen = metafunc.config.option.database
    names = {"both": ["sqlite", "postgresql"]}.get(chosen, [chosen])
    marks = {"sqlite": [], "postgresql": [pytest.mark.server, *mark.kwargs.values()]}
    metafunc.parametrize("database", [pytest.param(name, marks=marks[name]) for name in names], indirect=True)


# Of a class, which for a function means its own: set up before pytest-django opens the transaction of the test.
@pytest.fixture(scope="class", autouse=True)
def database(request, django_db_blocker):
    """The name of the database on which a test runs: the default connection leads there meanwhile."""
    name = getattr(request, "param", "sqlite")
    if name == "sqlite":
        yield name
        return
    request.getfixturevalue("django_db_setup")
    sqlite = connections["default"]
    with django_db_blocker.unblock():
        connections["default"] = postgresql_connection()
    # Django keeps their numbers for as long as the process lives, and they are others on another database.
    ContentType.objects.clear_cache()
    try:
        yield name
    finally:
        connections["default"] = sqlite
        ContentType.objects.clear_cache()


@pytest.fixture(autouse=True)
def _no_signs_of_life():
    """The database of each test starts over, and what a worker of the one before remembers beside it goes."""
    yield
    (django_settings.DATA_DIR / "signs-of-life").unlink(missing_ok=True)


@pytest.fixture
def clinic(db):
    """The clinic's facts, posted hours and policy in the database. Made once in a process."""
    KeptRows.read_once(post_clinic_hours).write()


@pytest.fixture
def content(db):
    """Everything that ships with the site, as `load_content` leaves it. Read from the files once in a process."""
    shipped_content().write()


@pytest.fixture
def clock(monkeypatch):
    """Sets the time that views, commands and the admin read: an aware instant. WEDNESDAY until it is called."""
    now = [WEDNESDAY]
    for name in ("django.utils.timezone.now", "axes.handlers.proxy.now"):
        monkeypatch.setattr(name, lambda: now[0])
    return lambda instant: now.__setitem__(0, instant)


@pytest.fixture
def staff(db) -> User:
    """A colleague without a role, for what only needs to know who decided."""
    return colleague("staff")


@pytest.fixture
def desk(client):
    """A test client signed in as the front desk; `desk.user` is who that is."""
    client.user = colleague("anna", "Front desk")
    client.force_login(client.user)
    return client


@pytest.fixture
def superuser(client):
    """A test client signed in as somebody who may do everything; `superuser.user` is who that is."""
    client.user = User.objects.create_superuser("alex", "alex@clinic.example")
    client.force_login(client.user)
    return client
