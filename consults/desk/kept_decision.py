"""A decision or a note that comes back to the page of its request: filled in, to be pressed again (`kept_form`)."""

from dataclasses import dataclass
from datetime import datetime

from consults.conflicts import conflicts_of
from consults.current_rules import read_rules
from consults.models import ConsultRequest
from content.editing import kept_form
from guard.readers import read_whole_number

from .actions import ACTIONS, possible_buttons
from .timeline import changes_since

_TICKS = ("spoken", "below_notice", "told")


@dataclass(frozen=True)
class KeptDecision:
    """`seen`: the version of the page on which it was made, where the request has changed since; `changes`: how."""

    action: str
    reason: str
    starts_at: str
    note: str
    ticks: frozenset[str]
    seen: int | None = None
    changes: str = ""


def read_kept_decision(request, found: ConsultRequest, *, now: datetime) -> KeptDecision | None:
    """What comes back to the page, whose line says so."""
    # Nothing is said any more about a person who was erased.
    posted = kept_form.take(request) if found.erased_at is None else None
    if posted is None or (action := posted.get("action", "")) not in ACTIONS:
        return None
    kept, button = kept_form.of(request), ACTIONS[action][0]
    in_conflict = bool(conflicts_of(found, rules=read_rules(now), now=now))
    is_possible = button in possible_buttons(found, now=now, in_conflict=in_conflict)
    version = read_whole_number(posted.get("version"))
    if kept is not None and button.needs != "note":
        then = "yet: press it again if it is still right." if is_possible else "and it is not possible any more."
        label = button.label if found.starts_at or not button.label_without_time else button.label_without_time
        kept.line = f"You had chosen “{label}” {kept.when}. Nothing was done {then}"
    seen = version if version is not None and version < found.version else None
    return KeptDecision(
        action=action,
        reason=posted.get("reason", ""),
        starts_at=posted.get("starts_at", ""),
        note=posted.get("staff_notes", ""),
        ticks=frozenset(name for name in (*_TICKS, button.may_say) if name and posted.get(name) == "yes"),
        seen=seen,
        changes=changes_since(found, seen=seen) if seen is not None else "",
    )
