"""The actions staff can take on a request: the buttons of the table of transitions, and how each reads its form."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from consults.booking import TRANSITIONS
from consults.current_rules import read_rules
from consults.models import ConsultRequest, Reason
from consults.transitions import Button, Transition
from guard.readers import read_instant

from .choice import chosen
from .short_notice import AGREES, about_short_time, is_short

LONGEST_NOTE = 2000
# Code -> the button and its transition.
ACTIONS: dict[str, tuple[Button, Transition]] = {
    button.code: (button, transition) for transition in TRANSITIONS.values() for button in transition.buttons
}
# Code -> the kind of the event that it writes.
KINDS_OF = {button.code: kind for kind, transition in TRANSITIONS.items() for button in transition.buttons}


class Incomplete(Exception):
    """The form lacks what the action needs."""


def possible_buttons(request: ConsultRequest, *, now: datetime, in_conflict: bool) -> list[Button]:
    """The buttons of the transitions whose guards hold for the request at this instant."""
    return [
        button
        for button, transition in ACTIONS.values()
        if not transition.broken_guard(request, now)
        and all(guard.holds(request, now) for guard in button.only_if)
        and (in_conflict or not button.resolves_a_conflict)
    ]


def act(code: str, request: ConsultRequest, form: Mapping[str, str], **common: Any) -> ConsultRequest:
    """Carries out the decision of a button with the data of its form, `by` a user. Raises Incomplete, or as `booking` does."""
    button, transition = ACTIONS[code]
    given: dict[str, Any] = {button.may_say: form.get(button.may_say) == "yes"} if button.may_say else {}
    if button.needs == "time":
        _require_agreement(form, now=common["now"])
    if button.accepts_conflicts:
        given["shown"] = form.get("shown", "")
    return transition.decide(request, **given, **_READ[button.needs](button, form, common["by"]), **button.also, **common)


def _reason(button: Button, form: Mapping[str, str], by) -> dict:
    reason = chosen(Reason.objects.offered(button.reasons or button.code).given_by(by), form.get("reason", ""))
    if reason is None or button.code not in reason.actions:
        raise Incomplete("Choose a reason from the list")
    if reason.for_clinicians and form.get("spoken") != "yes":
        raise Incomplete("Check the box that says you have spoken with this person, or choose another reason")
    return {"reason": reason}


def _time(button: Button, form: Mapping[str, str], by) -> dict:
    starts_at = read_instant(form.get("starts_at"))
    if starts_at is None:
        raise Incomplete("Choose one of the open times")
    # The list spells times in the clinic's zone; what is stored and sealed is in UTC.
    return {"starts_at": starts_at.astimezone(UTC)}


def _require_agreement(form: Mapping[str, str], *, now: datetime) -> None:
    """Nobody is given a time that they could not choose themselves, unless a colleague says that they agree to it."""
    rules = read_rules(now)
    starts_at = read_instant(form.get("starts_at"))
    if starts_at and is_short(starts_at, rules, now) and form.get(AGREES) != "yes":
        raise Incomplete(f"{about_short_time(starts_at, rules)} Ask them, and check the box under the time")


def _note(button: Button, form: Mapping[str, str], by) -> dict:
    text = form.get("staff_notes", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST_NOTE:
        raise Incomplete(f"Shorten the note to {LONGEST_NOTE} characters; it has {len(text)}")
    return {"text": text}


# What a button needs -> the function that reads it from the form.
_READ = {"": lambda button, form, by: {}, "reason": _reason, "time": _time, "offer": _time, "note": _note}
