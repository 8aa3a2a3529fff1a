"""Runs tests under a moved clock, on the days when tests and calendars go wrong:

python -m tests.tools.dates                     every date, the whole first layer
python -m tests.tools.dates sunday -- tests/consults
python -m tests.tools.dates --next              one date, another one on each day, without what no date changes, for `.ci/run`

Needs libfaketime (Debian: faketime). The tests, the site and its worker live at the moved time; Chromium and PostgreSQL keep
the real one. Ends with status 1 when the tests of a date failed.
"""

import argparse
import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

CHICAGO = ZoneInfo("America/Chicago")
LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
PATCHES = Path(__file__).parent / "moved_clock"
# Six in the evening at the clinic, which is the next day in UTC, on each day of the week.
DATES = {
    "monday-end-of-month": datetime(2026, 11, 30, 18, tzinfo=CHICAGO),
    "tuesday-leap-day": datetime(2028, 2, 29, 18, tzinfo=CHICAGO),
    "wednesday-before-thanksgiving": datetime(2026, 11, 25, 18, tzinfo=CHICAGO),
    "thanksgiving": datetime(2026, 11, 26, 18, tzinfo=CHICAGO),
    "friday-after-thanksgiving": datetime(2026, 11, 27, 18, tzinfo=CHICAGO),
    "saturday-before-spring-forward": datetime(2027, 3, 13, 18, tzinfo=CHICAGO),
    "saturday-before-fall-back": datetime(2027, 11, 6, 18, tzinfo=CHICAGO),
    "sunday": datetime(2026, 12, 6, 18, tzinfo=CHICAGO),
    "end-of-year": datetime(2026, 12, 31, 23, 40, tzinfo=UTC),
}


# Kills and crowds meet the same guards on any date; looks and types, wires and logs, settings, pictures and fields are the same.
# All that is half of what the first layer costs. It is in the run of every date that is named; see docs/performance.md.
NO_DATE_CHANGES = (
    *("crashes", "races"),
    *(f"test_{what}.py" for what in ("project", "import_map", "english", "templates", "on_postgresql", "serve")),
    *(f"test_{what}.py" for what in ("over_the_wire", "behind_nginx", "nothing_leaks")),
    *(f"browser/test_{what}.py" for what in ("desk_screens", "pictures", "preferences", "script", "states", "weight")),
    *(
        f"clinic_site/test_{what}.py"
        for what in ("bounds", "checks", "components", "compression", "env", "env_secrets", "errors")
    ),
    *(f"clinic_site/test_{what}.py" for what in ("one_line_fields", "postgresql_dump", "template_loader")),
    *(f"clinic_site/test_{what}.py" for what in ("old_addresses", "delivery_reports", "staff_menu")),
    *(f"content/test_{what}.py" for what in ("citations", "claims", "markdown", "readability", "search", "share_picture")),
    *("consults/test_contact.py", "pages/test_legal_words.py", "pages/test_pictures.py", "staff/test_password_rules.py"),
    *("staff/test_roles.py", "staff/test_over_https.py", "pages/test_crisis_search.py", "test_drill.py"),
)
# PostgreSQL keeps the real clock, so there is nothing of the date to see in it; a test that sets the clock sees little of it.
WITHOUT_WHAT_NO_DATE_CHANGES = [*(f"--ignore=tests/{what}" for what in NO_DATE_CHANGES), "--database=sqlite", "--machine-clock"]


def of_the_day(today: date) -> str:
    return list(DATES)[today.toordinal() % len(DATES)]


def passes(name: str, arguments: list[str]) -> bool:
    offset = DATES[name].timestamp() - time.time()
    moved = {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME": f"{offset:+.0f}",
        "NO_FAKE_STAT": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": str(PATCHES),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    print(f"--- {name}: {DATES[name]:%A, %B %-d, %Y, %H:%M %Z}", flush=True)
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    status = subprocess.run(command, env=os.environ | moved, check=False).returncode
    print(f"--- {name}: {'failed' if status else 'passed'} in {time.monotonic() - started:.0f} s", flush=True)
    return status == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="DATE", help=f"one of: {', '.join(DATES)}")
    parser.add_argument("--next", action="store_true", help="the date whose turn it is today")
    given = sys.argv[1:]
    end = given.index("--") if "--" in given else len(given)
    options, arguments = parser.parse_args(given[:end]), given[end + 1 :]
    if unknown := set(options.names) - DATES.keys():
        parser.error(f"no such date: {', '.join(sorted(unknown))}")
    if LIBRARY is None:
        parser.error("libfaketime was not found (Debian: faketime)")
    names = [of_the_day(datetime.now(UTC).date())] if options.next else options.names or list(DATES)
    if options.next and not arguments:
        arguments = WITHOUT_WHAT_NO_DATE_CHANGES
    failed = [name for name in names if not passes(name, arguments)]
    print(f"{len(names) - len(failed)} dates passed, {len(failed)} failed{': ' if failed else ''}{', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
