"""The clinic's own folder: its facts, hours, policy, words and look (`clinic.toml`), and its texts and mark beside it.

It is read with the settings, and a mistake in it stops the start with one line that names the file and its line.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import time
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from clinic_site import clinic_keys
from clinic_site.clinic_keys import WrongValue
from clinic_site.clinic_look import Look, look_from, shipped_look
from clinic_site.clinic_mark import Mark, clean_mark
from clinic_site.env import WrongSetting, text

FACTS_FILE = "clinic.toml"
MARK_FILE = "mark.svg"
# What the folder may have beside the facts, and how the files in it end.
FOLDERS = {"pages": ".md", "questions": ".md", "articles": ".md", "static": ".svg"}
# Of static files: what a folder has of its own is found before the files that ship.
FINDERS = [
    "clinic_site.clinic_static.ClinicFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
# Where a key is: ("policy", "capacity"), or ("hours", 2, "opens") of the third row.
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class ClinicFolder:
    """`is_own`: CLINIC_DIR names it, so it is not the clinic that ships.

    `hours`: (weekday, opens, closes), in order. `facts`, `policy`, `words`: what the file gives, by key. `mark`: None where the
    folder has none.
    """

    path: Path
    is_own: bool
    source: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    hours: tuple[tuple[int, time, time], ...] = ()
    policy: dict[str, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    look: Look = field(default_factory=shipped_look)
    scene: str = "none"
    mark: Mark | None = None

    def where(self, *place: str | int) -> str:
        """`clinic.toml, line 12`, for a message about what is there."""
        return f"{self.path / FACTS_FILE}, line {line_of(self.source, place)}"


def clinic_folder(name: str, shipped: Path) -> ClinicFolder:
    """The folder that the variable names; the clinic that ships where it is empty. Raises WrongSetting."""
    value = text(name)
    path = Path(value).expanduser().resolve() if value else shipped
    if not path.is_dir():
        raise WrongSetting(name, f"must be a folder with {FACTS_FILE} (manage.py start_clinic writes one), got {value!r}")
    try:
        return read_folder(path, is_own=bool(value))
    except WrongValue as error:
        raise WrongSetting(name, str(error)) from None


def read_folder(path: Path, *, is_own: bool = True) -> ClinicFolder:
    """Raises WrongValue with the file, the line and what is wrong there."""
    file = path / FACTS_FILE
    source = _text_of(file)
    try:
        read = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise WrongValue(f"{file}: {error}") from None
    try:
        hours = _hours(read)
        tables = {table: _table(read, (table,), readers) for table, readers in clinic_keys.TABLES.items()}
        facts = {name: value for name, value in read.items() if name not in {"hours", *clinic_keys.TABLES}}
        for missing in (name for name in clinic_keys.REQUIRED if name not in facts):
            raise _At((), f"{missing} is missing, and must be set above the first [table]")
        look, facts = tables.pop("look"), _values(facts, (), clinic_keys.FACTS)
        scene, colors = look.get("scene", "none"), _look(look)
        return ClinicFolder(path, is_own, source, facts, hours, look=colors, scene=scene, mark=_beside(path), **tables)
    except _At as error:
        raise WrongValue(f"{file}, line {line_of(source, error.place)}: {error}") from None


def _look(given: dict[str, str]) -> Look:
    """Raises _At with the place of a color that is refused."""
    own = shipped_look()
    primary, light = given.get("primary", own.by_day("land")), given.get("light", own.by_day("lit"))
    if (primary, light) == (own.by_day("land"), own.by_day("lit")):
        return own
    try:
        return look_from(primary, light)
    except WrongValue as error:
        raise _At(("look", str(error).partition(" ")[0]), str(error)) from None


def _beside(path: Path) -> Mark | None:
    """The mark. Raises WrongValue also for a file whose name says that nobody would read it."""
    for folder, ending in FOLDERS.items():
        for file in sorted((path / folder).glob("*")):
            takes = MARK_FILE if folder == "static" else f"*{ending}"
            if not file.match(takes) and not file.name.startswith("."):
                raise WrongValue(f"{file} would not be read: {folder}/ takes {takes}")
    file = path / "static" / MARK_FILE
    if not file.exists():
        return None
    drawing = _text_of(file)
    try:
        return clean_mark(drawing)
    except WrongValue as error:
        raise WrongValue(f"{file} {error}") from None


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise WrongValue(f"{file} must be a text file in UTF-8 that can be read") from None


def line_of(source: str, place: Place) -> int:
    """The line, from 1, on which the value of a TOML text begins.

    A value is there once the text up to a line can be read and has it; it began after the last line before that could be read.
    """
    lines, complete = source.splitlines(keepends=True), 0
    for number in range(1, len(lines) + 1):
        try:
            read = tomllib.loads("".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            continue
        if _has(read, place):
            return complete + 1
        complete = number
    return max(complete, 1)


class _At(Exception):
    def __init__(self, place: Place, problem: str) -> None:
        super().__init__(problem)
        self.place = place


def _has(read: Any, place: Place) -> bool:
    for key in place:
        try:
            read = read[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _values(given: dict[str, Any], place: Place, readers: dict[str, Callable[[object], object]]) -> dict[str, Any]:
    values = {}
    for name, value in given.items():
        if name not in readers:
            meant = get_close_matches(name, [*readers, *([] if place else ["hours", *clinic_keys.TABLES])], n=1)
            takes = f"did you mean {meant[0]}?" if meant else f"it takes {', '.join(readers)}"
            raise _At((*place, name), f"{name} is not a key here: {takes}")
        try:
            values[name] = readers[name](value)
        except WrongValue as error:
            raise _At((*place, name), f"{name} {error}") from None
    return values


def _table(read: dict, place: tuple[str], readers: dict[str, Callable[[object], object]]) -> dict[str, Any]:
    given = read.get(place[0], {})
    if not isinstance(given, dict):
        raise _At(place, f"{place[0]} must be a table: write [{place[0]}] on a line of its own, and its keys below")
    return _values(given, place, readers)


def _hours(read: dict) -> tuple[tuple[int, time, time], ...]:
    """The week in order. Raises _At for rows that overlap."""
    rows = read.get("hours", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _At(("hours",), "hours must be rows: write [[hours]] above weekdays, opens and closes of each")
    week: list[tuple[int, time, time]] = []
    for number, row in enumerate(rows):
        place = ("hours", number)
        values = _values(row, place, clinic_keys.HOURS)
        for missing in (name for name in clinic_keys.HOURS if name not in values):
            raise _At(place, f"{missing} is missing in these hours")
        opens, closes = values["opens"], values["closes"]
        if opens >= closes:
            raise _At((*place, "closes"), f"closes must be later than opens, got {closes} after {opens}")
        for weekday in values["weekdays"]:
            if any(day == weekday and opens < end and begin < closes for day, begin, end in week):
                raise _At((*place, "weekdays"), f"these hours overlap with others of weekday {weekday}")
            week.append((weekday, opens, closes))
    return tuple(sorted(week))
