"""The pending changes for the front page, for who may edit the texts."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from content.models import PendingChange, Text, kinds

from .pending import awaits_review, is_stale, may_change


@dataclass(frozen=True)
class Listed:
    """A pending change with the path of its page. `text` is None where the text was deleted."""

    change: PendingChange
    text: Text | None
    url: str
    stale: bool = False
    waits: bool = False
    late: bool = False


def pending_changes(user, *, now: datetime) -> list[Listed]:
    """Those whose texts the user may edit. First what was not published at its time, then what was proposed first."""
    if not any(user.has_perm(f"{kind._meta.app_label}.change_{kind._meta.model_name}") for kind in kinds()):
        return []
    found = PendingChange.objects.select_related("content_type", "proposed_by").prefetch_related("text")
    listed = [_listed(change, now) for change in found.order_by("proposed_at", "pk") if may_change(user, change)]
    return sorted(listed, key=lambda one: not one.change.problem)


def _listed(change: PendingChange, now: datetime) -> Listed:
    kind, text = change.content_type, change.text
    url = reverse(f"admin:{kind.app_label}_{kind.model}_pending", args=[change.object_id])
    if text is None:
        return Listed(change, None, url)
    waits = awaits_review(change, text)
    return Listed(change, text, url, stale=is_stale(change, text), waits=waits, late=change.is_late(now))
