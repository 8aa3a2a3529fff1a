"""The project as a whole: lint, types, length of files, migrations, deployment checks, and the documents that name settings."""

import base64
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.environment import without_settings

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("content", "guard", "pages", "blog", "consults", "staff", "clinic_site")
SETTINGS = [
    *("HOST", "PORT", "WEB_WORKERS", "DATA_DIR", "PUBLIC_URL", "SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "CACHE_URL"),
    *("EMAIL_URL", "MAIL_FROM", "STAFF_INBOX", "BOOKING_RATE", "SIGN_IN_RATE", "TRUSTED_PROXIES", "BACKUP_DIR", "DEBUG"),
    *("BOUNCES_URL", "SECRET_KEY_FILE", "CLINIC_DIR"),
]


def run(*command: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        command, cwd=ROOT, env=without_settings(os.environ) | environment, capture_output=True, text=True, check=False
    )


def test_the_code_passes_the_linter():
    result = run(sys.executable, "-m", "ruff", "check", "--no-cache", ".")
    assert result.returncode == 0, result.stdout


def test_the_code_is_formatted():
    result = run(sys.executable, "-m", "ruff", "format", "--check", "--no-cache", ".")
    assert result.returncode == 0, result.stdout


def test_the_types_hold():
    """The application's; what is checked is in pyproject.toml."""
    result = run(sys.executable, "-B", "-m", "mypy", "--cache-dir", os.devnull)
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_file_of_the_application_is_over_250_lines():
    files = [ROOT / "manage.py", ROOT / "gunicorn.conf.py"]
    for room in ROOMS:
        files += [path for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]
    assert len(files) > 100
    assert [str(path) for path in files if len(path.read_text().splitlines()) > 250] == []


def test_every_model_change_has_its_migration():
    result = run(sys.executable, "-B", "manage.py", "makemigrations", "--check", "--dry-run")
    assert result.returncode == 0, result.stdout + result.stderr


def production(tmp_path: Path) -> dict[str, str]:
    return {
        "DATA_DIR": str(tmp_path),
        "PUBLIC_URL": "https://clinic.example",
        "TRUSTED_PROXIES": "1",
        "EMAIL_URL": "smtps://clinic:secret@mail.example",
        "SECRET_KEY": base64.urlsafe_b64encode(os.urandom(48)).decode(),
        "FIELD_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
    }


def test_djangos_deployment_checks_find_nothing_with_keys_in_files(tmp_path):
    settings = production(tmp_path)
    for name in ("SECRET_KEY", "FIELD_KEYS"):
        path = tmp_path / name
        path.write_text(settings.pop(name))
        settings[f"{name}_FILE"] = str(path)
    result = run(sys.executable, "-B", "manage.py", "check", "--deploy", "--fail-level", "WARNING", **settings)
    assert result.returncode == 0, result.stdout + result.stderr


# All of them with `serve`: test_serve.
@pytest.mark.parametrize(
    ("changed", "name"),
    [
        pytest.param({"TRUSTED_PROXIES": "0"}, "TRUSTED_PROXIES", id="https without a trusted proxy"),
        pytest.param({"SECRET_KEY": ""}, "SECRET_KEY", id="https without a secret key", marks=pytest.mark.slow),
        pytest.param({"FIELD_KEYS": ""}, "FIELD_KEYS", id="https without field keys", marks=pytest.mark.slow),
        pytest.param({"SECRET_KEY": "short"}, "SECRET_KEY", id="a short secret key", marks=pytest.mark.slow),
        pytest.param({"DEBUG": "on"}, "DEBUG", id="https with debugging", marks=pytest.mark.slow),
    ],
)
def test_a_wrong_setting_is_one_line_and_no_traceback(tmp_path, changed, name):
    result = run(sys.executable, "-B", "manage.py", "check", **(production(tmp_path) | changed))
    assert result.returncode != 0
    assert result.stdout == ""
    assert re.fullmatch(rf"{name}: .+\n", result.stderr)


def test_a_lost_field_key_is_not_replaced_by_a_new_one(tmp_path):
    """A new one would open none of the rows that are sealed already."""
    check = (sys.executable, "-B", "manage.py", "check")
    settings = {"DATA_DIR": str(tmp_path)}
    assert run(*check, **settings).returncode == 0
    key = tmp_path / "keys" / "field_keys"
    with closing(sqlite3.connect(tmp_path / "clinic.sqlite3")) as database:
        database.execute("CREATE TABLE consults_outboxmessage (sealed BLOB)")
        database.execute("INSERT INTO consults_outboxmessage VALUES (x'')")
        database.commit()
        key.unlink()
        # A row whose data were erased needs no key.
        assert run(*check, **settings).returncode == 0
        database.execute("INSERT INTO consults_outboxmessage VALUES (x'01')")
        database.commit()
    assert run(*check, **settings).returncode == 0
    key.unlink()
    result = run(*check, **settings)
    assert (result.returncode != 0, key.exists()) == (True, False)
    assert re.fullmatch(r"FIELD_KEYS: .+\n", result.stderr)


@pytest.mark.parametrize("document", ["README.md", ".env.example"])
def test_every_setting_is_documented(document):
    text = (ROOT / document).read_text()
    assert [name for name in SETTINGS if not re.search(rf"\b{name}\b", text)] == []


def test_the_readme_holds_one_command_to_run_and_one_to_test():
    text = (ROOT / "README.md").read_text()
    sections = re.findall(r"^## (.+)$", text, re.M)
    assert sections[:2] == ["Run", "Test"]
    blocks = re.findall(r"```sh\n(.*?)```", text, re.S)
    assert [block.count("\n") for block in blocks[:2]] == [1, 1]
    assert "manage.py serve" in blocks[0]
    assert "pytest" in blocks[1]


def test_the_promises_name_tests_that_exist():
    missing, file = [], ""
    for reference in re.findall(r"`([^`\n]+)`", (ROOT / "docs" / "promises.md").read_text()):
        named, _, test = reference.partition("::")
        if not named.endswith((".py", "…")):
            continue
        file = file if named == "…" else named
        path = ROOT / "tests" / file
        if not path.exists() or (test and f"def {test}(" not in path.read_text()):
            missing.append(reference)
    assert missing == []


def test_every_promise_has_a_test_in_the_first_layer(request):
    """And so has its negative control. In a run of some files: the promises that name no other."""
    collected = {item.nodeid.removeprefix("tests/").partition("[")[0] for item in request.session.items}
    files, file, only_later, seen = {name.partition("::")[0] for name in collected}, "", [], 0
    chosen = request.config.option
    is_whole = len(files) > 100 and chosen.database == "both" and chosen.markexpr == "not slow and not nightly"
    is_whole = is_whole and not (chosen.keyword or chosen.ignore or chosen.deselect)
    for line in (ROOT / "docs" / "promises.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or "`" not in line:
            continue
        # The last two cells: the tests, and the negative controls.
        for cell in cells[-2:]:
            named = []
            for reference in re.findall(r"`([^`]+)`", cell):
                start, _, test = reference.partition("::")
                if start == "…" or start.endswith(".py"):
                    file = file if start == "…" else start
                    named.append(f"{file}::{test}" if test else file)
            named += ["races/test_races.py"] if "*races" in cell else []
            if named and (is_whole or {name.partition("::")[0] for name in named} <= files):
                seen += 1
                only_later += [] if any(name in collected or name in files for name in named) else [line]
    assert only_later == []
    assert seen > 100 or not is_whole
