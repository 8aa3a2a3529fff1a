"""Re-encrypts everything with the first of FIELD_KEYS, so that an older key can be removed from the list."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import QuerySet

from guard import sealing

from .contact import normalised_email, normalised_phone
from .models import ConsultRequest, OutboxMessage

_AT_ONCE = 200
_Sealed = ConsultRequest | OutboxMessage


@dataclass
class Rotation:
    """How many rows were `resealed`, and which `cannot_be_opened` (a request's reference or a message's id)."""

    resealed: int = 0
    cannot_be_opened: list[str] = field(default_factory=list)


def rotate() -> Rotation:
    """Goes through every sealed row once. The site may keep running.

    A row is replaced only if it is unchanged since it was read, so a concurrent decision or erasure is never overwritten;
    such a row is re-read.
    """
    rotation = Rotation()
    for rows, name in ((ConsultRequest.objects.all(), "reference"), (OutboxMessage.objects.all(), "message_id")):
        for row in _under_older_keys(rows):
            try:
                while not _replace(row):
                    row.refresh_from_db()
                rotation.resealed += 1
            except sealing.CannotOpen:
                rotation.cannot_be_opened.append(str(getattr(row, name)))
    return rotation


def _under_older_keys(every: QuerySet[_Sealed]) -> Iterator[_Sealed]:
    last = 0
    while rows := list(every.filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
        last = rows[-1].pk
        yield from (row for row in rows if row.sealed and not sealing.is_under_first_key(row.sealed))


def _replace(row: _Sealed) -> bool:
    """False when the row has changed meanwhile. Raises sealing.CannotOpen."""
    if not row.sealed:
        return True
    reference = row.reference if isinstance(row, ConsultRequest) else str(row.message_id)
    values = sealing.unseal(row.sealed, table=row.TABLE, reference=reference)
    changes: dict[str, bytes | str] = {"sealed": sealing.seal(values, table=row.TABLE, reference=reference)}
    if isinstance(row, ConsultRequest):
        changes["email_index"] = sealing.blind_index("email", normalised_email(values["email"]))
        changes["phone_index"] = sealing.blind_index("phone", normalised_phone(values["phone"]))
    return bool(type(row).objects.filter(pk=row.pk, sealed=row.sealed).update(**changes))
