"""What each kind of event tells whom. The text itself is `templates/consults/messages/<kind>.txt`, for every channel."""

from dataclasses import dataclass

from consults.models import Event

Kind = Event.Kind
# Not an event of its own: a visit that is confirmed owes it for the day before.
REMINDER = "reminder"


@dataclass(frozen=True)
class Tells:
    """Empty texts tell nobody. The subject is followed by day and time only: lock screens are public.

    `to_say`: what a call is for, at the desk. `to_staff`: the subject of the notice. `calendar`: the method of the calendar
    entry that a mail brings. `reminds`: the visit is reminded of from now on. `keeps_reminder`: an earlier reminder stays true.
    """

    subject: str = ""
    to_say: str = ""
    to_staff: str = ""
    calendar: str = ""
    reminds: bool = False
    keeps_reminder: bool = False


KINDS: dict[str, Tells] = {
    Kind.REQUESTED: Tells("Your request", "Say that we have the request", to_staff="New request"),
    Kind.RELEASED: Tells("Your request", "Say that we have the request"),
    Kind.MOVED: Tells("Your new time, not yet confirmed", "Say that we have the new time", to_staff="Moved by the patient"),
    Kind.CONFIRMED: Tells("Confirmed", "Say that the visit is confirmed", calendar="PUBLISH", reminds=True),
    Kind.RESCHEDULED: Tells("Confirmed at a new time", "Say the new time", calendar="PUBLISH", reminds=True),
    Kind.DECLINED: Tells("About your request", "Say that we cannot offer it"),
    Kind.WITHDRAWN: Tells("You withdrew your request", "Say that it is taken back", to_staff="Withdrawn by the patient"),
    Kind.CANCELLED: Tells("Cancelled", "Say that the visit is cancelled", calendar="CANCEL"),
    Kind.EXPIRED: Tells("We did not answer in time", "Say sorry: not answered in time", to_staff="Not answered in time"),
    Kind.KEPT: Tells(keeps_reminder=True),
    Kind.NOTED: Tells(keeps_reminder=True),
    REMINDER: Tells("Reminder", "Remind of the visit"),
}


def tells(kind: str) -> Tells:
    """The row of this kind; one that is not listed tells nobody anything."""
    return KINDS.get(kind, Tells())
