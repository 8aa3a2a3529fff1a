"""Loads rows from files: a row that nobody edited follows its file, an edited one is left alone and reported."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models

from .files import UnreadableContent
from .models import LoadedContent, PendingChange, Text
from .publishing import misplaced_placeholders


@dataclass
class Report:
    """A human-readable summary of a load; `kept` lists rows left alone because someone edited them here.

    `told`: whole sentences about what was not done as the files say.
    """

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def sync_rows(model: type[models.Model], key_field: str, records: Iterable[dict], *, report: Report) -> None:
    """Updates the table from `records`, each a complete set of the fields that come from files.

    A row counts as edited when its fields differ from those last loaded, or when it was deleted here. Raises UnreadableContent
    for a row that its model refuses, and for a text with a placeholder that no page can fill.
    """
    kind = model._meta.label_lower
    loaded = dict(LoadedContent.objects.filter(kind=kind).values_list("key", "digest"))
    rows = {str(getattr(row, key_field)): row for row in model._default_manager.all()}
    shipped: dict[str, list[str]] = {}
    for record in records:
        key, wanted = str(record[key_field]), digest_of(record)
        shipped[key] = list(record)
        row, label = rows.get(key), f"{kind} {record[key_field]}"
        now = digest_of({name: getattr(row, name) for name in record}) if row else None
        if row is None and key in loaded:
            report.kept.append(f"{label} (deleted here)")
        elif row is None:
            _save_named(model(**record), label)
            _remember(kind, key, wanted)
            report.created.append(label)
        elif now == wanted:
            if loaded.get(key) != wanted:
                _remember(kind, key, wanted)
        elif loaded.get(key) == now:
            for name, value in record.items():
                setattr(row, name, value)
            _save_named(row, label)
            _remember(kind, key, wanted)
            report.updated.append(label)
        else:
            report.kept.append(label)
    _remove_retired(kind, rows, loaded, shipped, report)


def sync_row(model: type[models.Model], wanted: Mapping[str, object], *, report: Report) -> models.Model:
    """Updates the only row of a table, fact by fact: what nobody edited follows `wanted`, what somebody did is left alone.

    A fact that nothing was loaded for yet counts as edited unless it has its default.
    """
    kind = model._meta.label_lower
    loaded = dict(LoadedContent.objects.filter(kind=kind).values_list("key", "digest"))
    row, fresh, changed, digests = model._default_manager.filter(pk=1).first(), model(), [], {}
    is_new = row is None
    row = row or model(pk=1)
    for name, value in wanted.items():
        now, digest = digest_of({name: getattr(row, name)}), digest_of({name: value})
        before = loaded.get(name) or digest_of({name: getattr(fresh, name)})
        if now not in {digest, before} and not is_new:
            report.kept.append(f"{kind} {name}")
            continue
        if now != digest:
            setattr(row, name, value)
            changed.append(f"{kind} {name}")
        if loaded.get(name) != digest:
            digests[name] = digest
    if is_new or changed:
        _save(row)
        (report.created if is_new else report.updated).extend([kind] if is_new else changed)
    records = [LoadedContent(kind=kind, key=name, digest=digest) for name, digest in digests.items()]
    LoadedContent.objects.bulk_create(records, update_conflicts=True, unique_fields=["kind", "key"], update_fields=["digest"])
    return row


def _remove_retired(kind: str, rows: dict, loaded: dict, shipped: dict, report: Report) -> None:
    """Deletes rows whose file is gone, unless someone edited them, or is about to."""
    fields: list[str] = next(iter(shipped.values()), [])
    for key in loaded.keys() - shipped.keys():
        row = rows.get(key)
        if row is not None and digest_of({name: getattr(row, name) for name in fields}) != loaded[key]:
            report.kept.append(f"{kind} {key} (no longer shipped)")
            continue
        if isinstance(row, Text) and PendingChange.objects.of(row).exists():
            report.kept.append(f"{kind} {key} (no longer shipped, but somebody proposed a change of it)")
            continue
        if row is not None:
            row.delete()
            report.removed.append(f"{kind} {key}")
        LoadedContent.objects.filter(kind=kind, key=key).delete()


def _save_named(row: models.Model, label: str) -> None:
    try:
        _save(row)
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise UnreadableContent(f"{label}, {name}: {messages[0]}") from error


def _save(row: models.Model) -> None:
    row.full_clean(exclude=[name.name for name in row._meta.fields if not name.editable])
    if isinstance(row, Text):
        for problem in misplaced_placeholders(row):
            raise UnreadableContent(f"{row._meta.verbose_name} “{row}”, {problem.field}: {problem.message}")
        row.render()
    row.save()


def _remember(kind: str, key: str, digest: str) -> None:
    LoadedContent.objects.update_or_create(kind=kind, key=key, defaults={"digest": digest})


def digest_of(fields: dict) -> str:
    text = json.dumps({name: _as_text(value) for name, value in fields.items()}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_text(value) -> str:
    """The value as text, equal for a value from a file and the same value read back from the database."""
    if isinstance(value, datetime):
        return str(value.timestamp())
    return "" if value is None else str(value)
