"""The table of messages: whom each kind of event tells. The texts are `templates/consults/messages/<kind>.txt`."""

from dataclasses import dataclass

from consults.models import Event

Kind = Event.Kind
# Not an event: a confirmed visit owes this message the day before.
REMINDER = "reminder"
# Nor this one: a corrected address owes it to the address before, if that was written to.
OLD_ADDRESS = "old_address"
# Nor this one: a confirmed visit owes it once its entry was declined in a calendar program. It asks, and tells nothing.
ENTRY_DECLINED = "entry_declined"
_LOST = "The time you asked for is no longer held"
_AT_A_NEW_TIME = "Confirmed at a new time"
_UNCHANGED = "Your visit is unchanged"
_SAME_TIME = "The time of your visit is unchanged"


@dataclass(frozen=True)
class Tells:
    """A row of the table. `subject`: for the patient; empty tells them nothing; only day and time follow it, because lock
    screens are public. `subject_if_changed`: the same of a confirming event that gives the person another time than they had
    or had asked for, and of any other event that follows a confirmed visit. `to_say`: the purpose of a call, as the desk lists
    it. `to_staff`: the subject of the notice to staff.
    `repeats`: a sender of the form may cause it again and again. `confirms`: the letter carries the visit for the calendar,
    and a reminder is scheduled. `keeps_reminder`: leaves a scheduled reminder in place. `is_over`: tells nobody, and what
    waits to be said is of no use any more. `is_about_offer`: about a time that is, or was, offered; what waits about
    the request stays true beside it.
    `only_after`: told only to who was told the other kind, or may have been. `only_if_known`: told only to who was told anything,
    or has a confirmed visit: it tells a stranger nothing that they need.
    `says_visit_stays`: says that the confirmed visit is as it was. `names_lost_time`: its subject names the time that was asked
    for before.
    `subject_if_late`: of one that is news once the confirmed visit has begun, too: it names the time that they did not get.
    `subject_if_elsewhere`: where the place of the visit has changed since they were told.
    `answers_a_call`: a colleague who records it has the person on the phone, so no further call is owed, unless they know
    another place, or way to join, than today's.
    """

    subject: str = ""
    to_say: str = ""
    to_staff: str = ""
    repeats: bool = False
    confirms: bool = False
    keeps_reminder: bool = False
    is_over: bool = False
    is_about_offer: bool = False
    only_after: str = ""
    only_if_known: bool = False
    says_visit_stays: bool = False
    names_lost_time: bool = False
    answers_a_call: bool = False
    subject_if_changed: str = ""
    subject_if_late: str = ""
    subject_if_elsewhere: str = ""


KINDS: dict[str, Tells] = {
    Kind.REQUESTED: Tells("Your request", "Say that we have the request", to_staff="New request", answers_a_call=True),
    Kind.RELEASED: Tells("Your request", "Say that we have the request"),
    Kind.MOVED: Tells(
        "You asked for this time, not yet confirmed",
        "Say that we have the request for another time",
        to_staff="Moved by the patient",
        repeats=True,
        keeps_reminder=True,
    ),
    Kind.MOVE_DECLINED: Tells(
        _UNCHANGED,
        "Say that the visit is unchanged",
        keeps_reminder=True,
        says_visit_stays=True,
        subject_if_elsewhere=_SAME_TIME,
        subject_if_late=_LOST,
    ),
    Kind.MOVE_EXPIRED: Tells(
        _UNCHANGED,
        "Apologize: not answered in time; the visit is unchanged",
        to_staff="Move not answered in time",
        keeps_reminder=True,
        says_visit_stays=True,
        subject_if_elsewhere=_SAME_TIME,
        subject_if_late=_LOST,
    ),
    Kind.MOVE_LAPSED: Tells(
        "Your new time is no longer held",
        "Apologize: the new time was not answered in time; ask about the visit",
        to_staff="Move not answered in time",
        keeps_reminder=True,
        names_lost_time=True,
    ),
    Kind.MOVE_TAKEN_BACK: Tells(
        _UNCHANGED,
        "Say that the visit is unchanged",
        to_staff="Move taken back by the patient",
        repeats=True,
        keeps_reminder=True,
        says_visit_stays=True,
        subject_if_elsewhere=_SAME_TIME,
    ),
    Kind.CONFIRMED: Tells("Confirmed", "Say that the visit is confirmed", confirms=True, subject_if_changed=_AT_A_NEW_TIME),
    Kind.RESCHEDULED: Tells("Confirmed", "Say the confirmed time", confirms=True, subject_if_changed=_AT_A_NEW_TIME),
    Kind.DECLINED: Tells("About your request", "Answer the request, and give the reason"),
    Kind.WITHDRAWN: Tells(
        "You withdrew your request",
        "Say that it has ended, as they asked",
        to_staff="Withdrawn by the patient",
        only_if_known=True,
        subject_if_changed="You cancelled your visit",
    ),
    Kind.CANCELLED: Tells("About your request", "Say that it is cancelled", subject_if_changed="Cancelled"),
    Kind.EXPIRED: Tells("We did not answer your request", "Apologize: not answered in time", to_staff="Not answered in time"),
    Kind.READDRESSED: Tells("Your request", "Say that we have the new address"),
    OLD_ADDRESS: Tells("About a request sent with your address", "Nothing: this was for an address that was wrong"),
    Kind.OFFERED: Tells(
        "A time we can offer you", "Offer a time, and record the answer", keeps_reminder=True, is_about_offer=True
    ),
    Kind.OFFER_ACCEPTED: Tells(
        "Confirmed",
        "Say that the offered time is confirmed",
        to_staff="Offered time accepted",
        confirms=True,
        answers_a_call=True,
        subject_if_changed=_AT_A_NEW_TIME,
    ),
    Kind.OFFER_REFUSED: Tells(to_staff="Offered time refused", keeps_reminder=True, is_about_offer=True),
    Kind.OFFER_LAPSED: Tells(
        "The offered time is no longer held",
        "Say that the offered time is no longer held",
        to_staff="Offered time not answered",
        keeps_reminder=True,
        is_about_offer=True,
        only_after=Kind.OFFERED,
        says_visit_stays=True,
    ),
    Kind.OFFER_TAKEN_BACK: Tells(
        "The offered time is no longer held",
        "Say that the offered time is no longer held",
        to_staff="Offered time taken back: its date is closed",
        keeps_reminder=True,
        is_about_offer=True,
        only_after=Kind.OFFERED,
        says_visit_stays=True,
    ),
    Kind.KEPT: Tells(keeps_reminder=True),
    Kind.NOTED: Tells(keeps_reminder=True),
    Kind.ANSWERED: Tells(is_over=True),
    Kind.COMPLETED: Tells(is_over=True),
    Kind.MISSED: Tells(is_over=True),
    REMINDER: Tells("Reminder", "Remind them of the visit", subject_if_changed="Reminder of your new time"),
    ENTRY_DECLINED: Tells(
        "Your visit is still confirmed", "Their calendar program said no: ask whether they want to cancel", keeps_reminder=True
    ),
}


CONFIRMING = [kind for kind, says in KINDS.items() if says.confirms]
# They give a visit its time. A reminder does where no confirmation of it arrived (`reading.py`).
GIVE_A_TIME = [REMINDER, *CONFIRMING]
# They say which time is asked for, and not confirmed.
ASKING = [Kind.REQUESTED, Kind.RELEASED, Kind.MOVED, Kind.READDRESSED]
# They leave the confirmed visit as it is, and name it, so they say what has changed about it otherwise.
LEAVE_THE_VISIT = [REMINDER, Kind.MOVED, *(kind for kind, says in KINDS.items() if says.says_visit_stays)]
# With them staff take from somebody a visit that they know of, to give them another one or none.
TAKE_A_VISIT = [Kind.CONFIRMED, Kind.RESCHEDULED, Kind.CANCELLED]
# Of no use once the visit has begun.
OF_A_VISIT_AHEAD = [
    *(REMINDER, ENTRY_DECLINED, *CONFIRMING),
    *(kind for kind, says in KINDS.items() if says.says_visit_stays and not says.subject_if_late),
]
END_A_REQUEST = [Kind.DECLINED, Kind.WITHDRAWN, Kind.CANCELLED, Kind.EXPIRED]
# Who has another request may take any message but the first for the answer about that one.
NAME_OTHERS = [kind for kind in KINDS if kind not in {Kind.REQUESTED, OLD_ADDRESS, ENTRY_DECLINED}]
# They name a time that was asked for beside a visit, and is not theirs.
TELL_A_LOST_TIME = [kind for kind, says in KINDS.items() if says.names_lost_time or says.subject_if_late]
# They say that we did not answer in time, and so does what takes their place.
APOLOGIZING = [Kind.EXPIRED, Kind.MOVE_EXPIRED, Kind.MOVE_LAPSED]
ABOUT_OFFERS = [kind for kind, says in KINDS.items() if says.is_about_offer]
REPEATS = [kind for kind, says in KINDS.items() if says.repeats]


def tells(kind: str) -> Tells:
    """The row of this kind; a kind without a row tells nobody."""
    return KINDS.get(kind, Tells())
