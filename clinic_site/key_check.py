"""Whether the present FIELD_KEYS open what is sealed: with a wrong key the site runs, and nobody can read a request."""

from datetime import datetime, timedelta
from typing import Any

from guard import rotation, sealing

_ASKED_AGAIN_AFTER = timedelta(minutes=1)
_remembered: tuple[datetime, str] | None = None


def closed_rows(*, now: datetime) -> str:
    """The kinds of rows whose newest or oldest the keys do not open, as "consult requests, phones"; empty when all is well.

    The newest alone would be one of the wrong key itself, soon after that was set. Remembered for a minute.
    """
    global _remembered
    if _remembered is None or not timedelta(0) <= now - _remembered[0] < _ASKED_AGAIN_AFTER:
        closed = [str(kept.model._meta.verbose_name_plural) for kept in rotation.sealed_tables() if _is_closed(kept)]
        _remembered = now, ", ".join(closed)
    return _remembered[1]


def _is_closed(kept: rotation.SealedRows) -> bool:
    model: Any = kept.model
    sealed = model.objects.exclude(sealed=b"")
    for row in (sealed.order_by("-pk").first(), sealed.order_by("pk").first()):
        try:
            if row is not None:
                kept.unseal(row)
        except sealing.CannotOpen:
            return True
    return False
