"""A pytest plugin that gives every run the same environment, before Django reads its settings.

`addopts` names it with `-p`, so it works with `python -m pytest` in the project's folder. None of the machine's own
settings reach a test; whatever the site writes goes to a temporary folder that is removed at the end.

A run of the whole suite takes four processes and both databases. A run of named files or tests takes this process and
SQLite alone, unless -n and --database say otherwise: that is the quick answer while one line is being changed.
"""

import atexit
import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

# So early that pytest does not rewrite its assertions, which costs every process most of a second.
import hypothesis  # noqa: F401
import pytest
from xdist.scheduler import LoadScopeScheduling

# Rewriting the assertions of all tests takes each process seconds: what was compiled is kept in the virtual
# environment, and not beside the source.
sys.dont_write_bytecode = sys.prefix == sys.base_prefix
if not sys.dont_write_bytecode:
    sys.pycache_prefix = str(Path(sys.prefix, "compiled"))

# Every variable that the site reads.
SETTINGS = (
    *("HOST", "PORT", "WEB_WORKERS", "DATA_DIR", "PUBLIC_URL", "SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "CACHE_URL"),
    *("EMAIL_URL", "MAIL_FROM", "STAFF_INBOX", "BOOKING_RATE", "SIGN_IN_RATE", "TRUSTED_PROXIES", "BACKUP_DIR", "DEBUG"),
    *("BOUNCES_URL", "CLINIC_DIR"),
    *(f"{name}_FILE" for name in ("SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "CACHE_URL", "EMAIL_URL", "BOUNCES_URL")),
    "DJANGO_SETTINGS_MODULE",
)
# Many tests wait for a browser or a server: four processes keep two cores busy.
PROCESSES = 4
STAFF_IN_A_BROWSER = ("test_desk.py", "test_desk_screens.py", "test_editing.py")
MARKS = {
    "browser": "starts Chromium",
    "server": "starts another process than Chromium: the site itself, PostgreSQL, a mail server",
    "slow": "takes long by its nature; `.ci/run` runs it after the rest",
    "nightly": "takes minutes alone: runs by `-m nightly`, and not in `.ci/run`",
    "databases": "runs on SQLite and again on PostgreSQL",
}


def without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """A copy without the site's settings and without what a test run sets for itself: for a process that starts clean."""
    left_out = {*SETTINGS, "DJANGO_ALLOW_ASYNC_UNSAFE"}  # set while a browser runs: tests/browser/conftest.py
    return {name: value for name, value in environment.items() if name not in left_out and not name.startswith("PYTEST_")}


def with_real_clock(environment: dict[str, str]) -> dict[str, str]:
    """A copy without libfaketime, for a program that a moved clock breaks."""
    return {name: value for name, value in environment.items() if name != "LD_PRELOAD" and not name.startswith("FAKETIME")}


def shared_folder() -> Path:
    """One folder for all processes of this run, for what is made once and used by each."""
    return Path(os.environ["TESTS_SHARED_DIR"])


def skip_for_want_of(reason: str) -> NoReturn:
    """Skips a test whose browser or server program is not on this machine; with CI_NO_SKIPS=1 it fails instead."""
    if os.environ.get("CI_NO_SKIPS") == "1":
        pytest.fail(f"not skipped, because CI_NO_SKIPS is set: {reason}", pytrace=False)
    pytest.skip(reason)


def pytest_addoption(parser):
    parser.addoption(
        "--database",
        choices=["sqlite", "postgresql", "both"],
        help="Where tests marked `databases` run. Default: both for the whole suite, sqlite for named files or tests.",
    )

    parser.addoption(
        "--machine-clock",
        action="store_true",
        help="Only tests that read the machine's clock: those with the fixture `clock` set a time of their own.",
    )


# A wrapper runs before every plain hook, so before pytest-django's, which reads the settings.
@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests():
    for name in SETTINGS:
        os.environ.pop(name, None)
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        folder = shared_folder() / worker
    else:
        folder = Path(tempfile.mkdtemp(prefix="clinic-tests-"))
        atexit.register(_remove, folder, os.getpid())
        os.environ["TESTS_SHARED_DIR"] = str(folder)
        if sys.pycache_prefix:
            _compile_the_site(folder)
        # Workers of xdist read settings before they read -p: they find this plugin here.
        os.environ["PYTEST_PLUGINS"] = __name__
    os.environ["DATA_DIR"] = str(folder)
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(folder / "hypothesis")
    return (yield)


def _compile_the_site(data: Path) -> None:
    """Keeps what the site's own processes load, too, compiled: they write nothing beside the source, and read it from here."""
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    mark = Path(sys.pycache_prefix, "site")
    if mark.exists():
        return
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "clinic_site.settings"}
    loaded = "import clinic_site.wsgi, clinic_site.urls, gunicorn.app.wsgiapp, gunicorn.workers.gthread"
    subprocess.run(
        [sys.executable, "-c", loaded], env=environment, cwd=Path(__file__).parents[1], check=True, stderr=subprocess.DEVNULL
    )
    mark.touch()


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config) -> int:
    return PROCESSES if _is_whole_suite(config) else 0


def pytest_configure(config):
    for mark, meaning in MARKS.items():
        config.addinivalue_line("markers", f"{mark}: {meaning}")
    if config.option.database is None:  # workers are told by the process that started them
        config.option.database = "both" if _is_whole_suite(config) else "sqlite"


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Without looks for garbage, as the site itself is loaded (clinic_site/apps.py): what is collected stays to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config, items):
    """Modules that start a browser or a server come first: no long one is left for the end, when one process works alone."""
    if config.option.machine_clock:
        config.hook.pytest_deselected(items=[item for item in items if "clock" in item.fixturenames])
        items[:] = [item for item in items if "clock" not in item.fixturenames]
    items.sort(key=lambda item: not any(map(item.getparent(pytest.Module).get_closest_marker, ("browser", "server"))))


class _OneStartForAll(LoadScopeScheduling):
    """Most modules stay in one process, and so do the visitors' and the staff's browser tests: each shares a site there."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        if module.startswith(("tests/crashes/", "tests/races/")):
            # The longest ones, each with a site of its own.
            return nodeid.partition("[")[0] + ("postgresql" if "postgresql" in nodeid else "")
        if not module.startswith("tests/browser/"):
            return module
        return "staff" if module.endswith(STAFF_IN_A_BROWSER) else "visitors"


def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False
    return _OneStartForAll(config, log)


def pytest_report_header(config):
    return f"databases: {config.option.database}"


def _is_whole_suite(config) -> bool:
    return config.args_source == pytest.Config.ArgsSource.TESTPATHS


def _remove(folder: Path, owner: int) -> None:
    """Not in a forked child, which inherits the list of what to do at exit."""
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)
