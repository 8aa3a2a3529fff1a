"""Two people edit one text: the second save is rejected and shown what the first one changed."""

import difflib
import hashlib
import json
from datetime import UTC, datetime
from typing import TypeVar

from django.db import models

_Row = TypeVar("_Row", bound=models.Model)
_LOOK_BACK = 50
_LONGEST_LINE = 160
# Of both versions of a field. What is longer is no text that somebody reads line by line.
_MOST_LINES = 5000


def current_row(instance: _Row, *, lock: bool = False) -> _Row | None:
    """The row as stored; None for a new one. `lock` holds it until the transaction ends."""
    if instance.pk is None:
        return None
    rows = type(instance)._default_manager
    return (rows.select_for_update() if lock else rows).filter(pk=instance.pk).first()


def fingerprint(row: models.Model) -> str:
    """A digest of what an editor sees; equal for two states that look the same in the form."""
    return hashlib.sha256(json.dumps(_values(row)).encode()).hexdigest()


def changes_since(row: models.Model, seen: str) -> list[str]:
    """The changes to the row since the state whose fingerprint is `seen`, as lines for the editor."""
    records = row.history.all()[:_LOOK_BACK] if hasattr(row, "history") else []
    latest = next(iter(records), None)
    lines = ["It is not known who saved it."]
    if latest and latest.history_user:
        lines = [f"Saved by {latest.history_user} at {latest.history_date:%Y-%m-%d %H:%M} UTC."]
    before = next((record.instance for record in records if fingerprint(record.instance) == seen), None)
    if before is None:
        return [*lines, "The version you started from is not in the history. Compare your text with the page instead."]
    return lines + differences_told(before, row)


def differences_told(before: models.Model, after: models.Model) -> list[str]:
    """Each field that differs as one line for the editor, with what was removed and added below its name."""
    return [
        "\n".join([f"{label}:", *(f"{sign} {_shortened(line)}" for sign, line in changed)])
        for label, changed in differences(before, after)
    ]


def _shortened(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"


def differences(before: models.Model, after: models.Model) -> list[tuple[str, list[tuple[str, str]]]]:
    """(label, [("-" or "+", line)]) for each visible field that differs: lines removed and lines added."""
    old, new = _values(before), _values(after)
    labels = {field.name: str(field.verbose_name).capitalize() for field in _fields(after)}
    return [(labels[name], _changed_lines(old[name], new[name])) for name in new if old[name] != new[name]]


def _changed_lines(old: str, new: str) -> list[tuple[str, str]]:
    """Whole lines. `ndiff` looks for similar ones, which takes an hour for a thousand, while a save holds its row."""
    before, after = old.splitlines(), new.splitlines()
    if len(before) + len(after) > _MOST_LINES:
        return [("-", f"{len(before):,} lines"), ("+", f"{len(after):,} lines, too many to be compared one by one")]
    lines = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
    return [(line[0], line[1:]) for line in lines if line.startswith(("-", "+")) and line[1:].strip()]


def _fields(row: models.Model) -> list[models.Field]:
    return [field for field in row._meta.concrete_fields if field.editable and not field.primary_key]


def _values(row: models.Model) -> dict[str, str]:
    return {field.name: _as_text(field, row) for field in _fields(row)}


def _as_text(field: models.Field, row: models.Model) -> str:
    """The field's value as text, equal for an instant from the form and the same instant read from the database."""
    value = field.value_from_object(row)
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(field.value_to_string(row))
