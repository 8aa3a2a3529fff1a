"""Re-encrypts everything with the first of FIELD_KEYS, so that an older key can be removed from the list.

Each app registers its sealed rows in its module `rotation`, as it registers its models with the admin in `admin.py`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models.functions import Substr

from . import sealing

_AT_ONCE = 200


@dataclass(frozen=True)
class SealedRows:
    """A table whose column `sealed` holds sealed values.

    `model.TABLE` and the attribute named `reference` are what a value is bound to. `derived(row, values)`: the columns of the row
    that are made from the values under the same key.
    """

    model: type[models.Model]
    reference: str
    derived: Callable[[Any, dict], dict[str, str]] = lambda row, values: {}

    def reference_of(self, row: Any) -> str:
        return str(getattr(row, self.reference))

    def unseal(self, row: Any) -> dict:
        """Raises sealing.CannotOpen."""
        return sealing.unseal(row.sealed, table=row.TABLE, reference=self.reference_of(row))

    def has_closed(self) -> bool:
        """Whether a value in the table is sealed with a key that is not among FIELD_KEYS: by its key id, without opening any."""
        sealed: Any = self.model._base_manager.exclude(sealed=b"")
        key_ids = sealed.order_by().values_list(Substr("sealed", 2, 4, output_field=models.BinaryField()), flat=True).distinct()
        return not all(sealing.is_key_id_of_field_keys(key_id) for key_id in key_ids)


@dataclass
class Rotation:
    """How many rows were `resealed`, and the references of those which `cannot_be_opened`."""

    resealed: int = 0
    cannot_be_opened: list[str] = field(default_factory=list)


_registered: list[SealedRows] = []


def register(rows: SealedRows) -> None:
    _registered.append(rows)


def sealed_tables() -> list[SealedRows]:
    """Everything that is kept sealed."""
    return list(_registered)


def rotate() -> Rotation:
    """Goes through every sealed row once. The site may keep running.

    A row is replaced only if it is unchanged since it was read, so a concurrent decision or erasure is never overwritten;
    such a row is re-read.
    """
    rotation = Rotation()
    for rows in _registered:
        for row in _under_older_keys(rows.model):
            try:
                while not _replace(row, rows):
                    row.refresh_from_db()
                rotation.resealed += 1
            except sealing.CannotOpen:
                rotation.cannot_be_opened.append(rows.reference_of(row))
    return rotation


def _under_older_keys(model: Any) -> Iterator[Any]:
    last = 0
    while rows := list(model.objects.filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
        last = rows[-1].pk
        yield from (row for row in rows if row.sealed and not sealing.is_under_first_key(row.sealed))


def _replace(row: Any, rows: SealedRows) -> bool:
    """False when the row has changed meanwhile. Raises sealing.CannotOpen."""
    if not row.sealed:
        return True
    values = rows.unseal(row)
    changes = {"sealed": sealing.seal(values, table=row.TABLE, reference=rows.reference_of(row)), **rows.derived(row, values)}
    return bool(type(row).objects.filter(pk=row.pk, sealed=row.sealed).update(**changes))
