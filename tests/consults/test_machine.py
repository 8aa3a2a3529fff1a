"""Random histories of the desk against a model that knows docs/booking.md and nothing of the code.

After every step whole tables are compared with the model: requests, seats, events, messages, conflicts, and the starts of
one date. What a step was not meant to do has therefore not happened. Numbers in comments are those of docs/promises.md.
"""

from collections import Counter, defaultdict
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, partial
from itertools import pairwise
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection, transaction
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from consults import booking, erasure, expiry, open_times
from consults.conflicts import find_conflicts
from consults.messages import delivery
from consults.messages.channels import mail as mail_channel
from consults.messages.channels.not_sent import NotSent
from consults.models import (
    ConsultPolicy,
    ConsultRequest,
    EarlierOffer,
    Event,
    OpeningHours,
    OutboxMessage,
    Person,
    Reason,
    Seat,
    SpecialHours,
)
from pages.models import Clinic
from tests.builders import CHICAGO, letter_of
from tests.consults.calendar_reader import Calendar
from tests.examples import examples

FIVE_MINUTES, DAY = timedelta(minutes=5), timedelta(days=1)
STAFF_HORIZON = 3650
HELD = ("requested", "confirmed")
ENDED = ("declined", "withdrawn", "cancelled", "expired", "completed", "missed")
# What each decision may start from, the status it leads to ("" leaves it) and whom it tells.
RULES = {
    "confirmed": (("requested",), "confirmed", ("patient",)),
    "moved": ((*HELD, "quarantined"), "requested", ("patient", "staff")),
    "rescheduled": (HELD, "confirmed", ("patient",)),
    "readdressed": (("requested", "quarantined"), "", ("patient",)),
    "declined": (("requested",), "declined", ("patient",)),
    "move_declined": (("requested",), "confirmed", ("patient",)),
    "move_expired": (("requested",), "confirmed", ("patient", "staff")),
    "move_lapsed": (("requested",), "confirmed", ("patient", "staff")),
    "move_taken_back": (("requested", "quarantined"), "confirmed", ("patient", "staff")),
    "withdrawn": ((*HELD, "quarantined"), "withdrawn", ("patient", "staff")),
    "cancelled": (HELD, "cancelled", ("patient",)),
    "expired": (("requested",), "expired", ("patient", "staff")),
    "answered": (("requested",), "completed", ()),
    "completed": (("confirmed",), "completed", ()),
    "missed": (("confirmed",), "missed", ()),
    "quarantined": (("requested",), "quarantined", ()),
    "released": (("quarantined",), "requested", ("patient",)),
    "offered": (HELD, "", ("patient",)),
    "offer_accepted": (HELD, "confirmed", ("patient", "staff")),
    "offer_refused": (HELD, "", ("staff",)),
    "offer_lapsed": (HELD, "", ("patient", "staff")),
    "offer_taken_back": (HELD, "", ("patient",)),
    "kept": (HELD, "", ()),
    "noted": ((*HELD, *ENDED, "quarantined"), "", ()),
    "erased": ((*ENDED, "quarantined", "confirmed"), "", ()),
}
BY_THE_PATIENT = (
    *("moved", "readdressed", "move_taken_back", "withdrawn", "expired", "move_expired", "move_lapsed"),
    *("offer_accepted", "offer_refused", "offer_lapsed"),
)
# Declining and expiring end only a move, where there is one.
OF_A_MOVE = {"declined": "move_declined", "expired": "move_expired"}
ENDS_A_MOVE = {*OF_A_MOVE.values(), "move_lapsed", "move_taken_back"}
# What waits to be said is of no use after these.
IS_OVER = {"answered", "completed", "missed"}
# They tell of an offered time, and nothing of the request.
ABOUT_OFFERS = {"offered", "offer_refused", "offer_lapsed", "offer_taken_back"}
TOLD_AFTER_AN_OFFER = {"offer_lapsed", "offer_taken_back"}
LEAVES_OFFER = {"offered", "kept", "noted"}
# Any other decision overtakes an offer.
ANSWERS = {f"offer_{answer}": answer for answer in ("accepted", "refused", "lapsed", "taken_back")}
KEEPS_REMINDER = {*ENDS_A_MOVE, *ABOUT_OFFERS, "moved", "kept", "noted"}
CONFIRMS = {"confirmed", "rescheduled", "offer_accepted"}
SAYS_VISIT_STAYS = {"move_declined", "move_expired", "move_taken_back", "offer_lapsed", "offer_taken_back"}
NEED_A_TIME = {"moved", "rescheduled", "offered"}
OTHER_DECISIONS = [
    kind for kind in RULES if kind not in {*NEED_A_TIME, "expired", "erased", "move_lapsed", "offer_lapsed", *OF_A_MOVE.values()}
]
TOLD_ON_ARRIVAL = {"requested": ("patient", "staff"), "quarantined": ()}

# Both changes of the clocks lie within two weeks of a beginning.
BEGINNINGS = [datetime(*numbers, tzinfo=UTC) for numbers in ((2026, 12, 2, 16), (2026, 10, 30, 15), (2027, 3, 12, 20))]
PEOPLE = [
    {"full_name": "Ada Example", "email": "ada@example.com", "phone": "", "contact_by": "email"},
    {"full_name": "Ben Beispiel", "email": "", "phone": "507-555-0101", "contact_by": "phone"},
    {"full_name": "Chloé Exemple", "email": "chloe@example.com", "phone": "507-555-0102", "contact_by": "phone"},
    # One household, one address: they stay two people.
    {"full_name": "Dora Esempio", "email": "ADA@example.com", "phone": "507-555-0103", "contact_by": "email"},
]

Shifts = tuple[tuple[time, time], ...]
grid_times = st.integers(0, 287).map(lambda cell: time(cell // 12, cell % 12 * 5))
usual_shifts = st.sampled_from(
    [
        ((time(16), time(17)),),
        ((time(16), time(20)),),
        ((time(8), time(9, 30)), (time(16, 5), time(17, 5))),
        ((time(0), time(3)),),
        ((time(0, 30), time(1, 30)), (time(1, 30), time(4))),
        ((time(22), time(23, 55)),),
    ]
)
shifts_of_a_day = st.one_of(
    usual_shifts,
    st.just(()),
    st.lists(grid_times, min_size=2, max_size=4, unique=True).map(lambda times: tuple(pairwise(sorted(times)))[::2]),
)
special_shifts = st.one_of(st.none(), shifts_of_a_day)
policies = st.fixed_dictionaries(
    {
        "length_minutes": st.sampled_from([30, 30, 15, 20, 45, 60]),
        "capacity": st.sampled_from([1, 1, 2, 3]),
        "notice_hours": st.sampled_from([24, 24, 0, 2, 48]),
        "horizon_days": st.sampled_from([60, 14, 5]),
        "answer_open_days": st.sampled_from([2, 1, 4]),
    }
)
# How a start is chosen: the soonest that the grid has, one beside the old one, one some days ahead, any 5 minutes of a date.
ways = st.sampled_from(["soonest", "soonest", "beside", "beside", "grid", "any"])
wishes = st.tuples(ways, st.integers(-1, 16), st.integers(0, 287))
people = st.sampled_from(PEOPLE)
flags = st.booleans()
seldom = st.sampled_from([False, False, False, False, True])
# Which request a step is about: see `pick`.
which_one = st.integers(0, 59)
fates = st.lists(st.sampled_from(["requested", "confirmed", "offered", "withdrawn", "quarantined"]), min_size=2, max_size=6)
other_times = st.tuples(which_one, st.sampled_from(["moved", "rescheduled"]), wishes, seldom)
# Early (before the start), anyway (though it is not posted or cannot be held), from the wrong list of reasons, stale.
other_decisions = st.tuples(which_one, st.sampled_from(OTHER_DECISIONS), seldom, flags, seldom, seldom)
# To whom, which of the first starts, whether it is confirmed before, whether its letter leaves, and what becomes of it.
answers = st.sampled_from(["", "", "offer_accepted", *ANSWERS, "moved"])
earlier_offers = st.tuples(which_one, st.integers(0, 7), flags, flags, answers)
moments = st.sampled_from(["answer_by", "start", "notice", "offer"])
about_a_request = precondition(lambda self: self.known)


@lru_cache(maxsize=8192)
def runs_of(day: date, shifts: Shifts) -> tuple[tuple[datetime, datetime], ...]:
    """The stretches during which the wall clock of a local date reads inside one shift: found by looking every 5 minutes."""
    first = datetime.combine(day, time(3), UTC)
    moments = [(moment, moment.astimezone(CHICAGO)) for moment in (first + FIVE_MINUTES * step for step in range(30 * 12))]
    runs = []
    for opens, closes in sorted(shifts):
        inside = [moment for moment, wall in moments if wall.date() == day and opens <= wall.time() < closes]
        starts = [moment for moment in inside if moment - FIVE_MINUTES not in inside]
        ends = [moment + FIVE_MINUTES for moment in inside if moment + FIVE_MINUTES not in inside]
        runs += zip(starts, ends, strict=True)
    return tuple(runs)


def cells_from(start: datetime, minutes: int) -> range:
    first = int(start.timestamp()) // 300
    return range(first, first + minutes // 5)


@dataclass
class Told:
    """A message that an event owes."""

    channel: str
    state: str
    not_before: datetime
    message_id: UUID | None = None
    was_tried: bool = False
    # of the visit that it confirms or reminds of; of an offer, when it is over
    begins: datetime | None = None
    # The time that was asked for and that it takes back, beside a visit.
    lost: datetime | None = None
    # A confirmation that never left, because the visit had begun or was over.
    came_to_nothing: bool = False

    def drop(self) -> None:
        self.state = "dropped" if self.state in {"waiting", "failed"} else self.state


@dataclass
class Known:
    """One request as the model knows it."""

    key: str
    person: dict
    status: str
    start: datetime | None
    length: int
    answer_by: datetime
    pk: int = 0
    token: str = ""
    # what staff accepted: "closed" with the hours of the date, "full" with the capacity
    kept: dict = field(default_factory=dict)
    # (start, length, kept) of the visit that is confirmed
    confirmed: tuple | None = None
    # contacts that a correction left
    former: list[str] = field(default_factory=list)
    wants_earlier: bool = False
    # starts that staff declined, or took back, and neither gave nor offered since
    refused: set = field(default_factory=set)
    # [start, length, until, answer, answered_at]: only the last one may be open, with the answer ""
    offers: list[list] = field(default_factory=list)
    notes: str = ""
    erased_at: datetime | None = None
    ended_at: datetime | None = None
    # (kind, status, start, at, id of the member of staff or None), the first is number 1
    events: list[tuple] = field(default_factory=list)
    # by (number of the event, kind, recipient)
    told: dict[tuple, Told] = field(default_factory=dict)

    @property
    def answered_at(self) -> str:
        return self.person[self.person["contact_by"]].lower()

    @property
    def was_written_to(self) -> bool:
        """At its present address."""
        since = max((number for number, event in enumerate(self.events, 1) if event[0] == "readdressed"), default=1)
        to_patient = [(key[0], told) for key, told in self.told.items() if key[2] == "patient" and key[1] != "old_address"]
        return any(number >= since and told.state == "done" for number, told in to_patient)

    @property
    def owes_old_address(self) -> bool:
        """A correction left the address of the last letter, and nothing said so there."""
        to_patient = [(number, kind, told) for (number, kind, whom), told in self.told.items() if whom == "patient"]
        mail = [(number, kind, told.state) for number, kind, told in to_patient if told.channel == "mail"]
        last = max((number for number, kind, state in mail if kind != "old_address" and state == "done"), default=0)
        said = any(kind == "old_address" and number > last and state != "dropped" for number, kind, state in mail)
        corrected = any(event[0] == "readdressed" for event in self.events[last:])
        return bool(last) and corrected and not said

    @property
    def is_moving(self) -> bool:
        return self.status == "requested" and self.confirmed is not None

    def expects_another_visit(self, now: datetime) -> bool:
        """By the last confirmation that reached the person, it is ahead."""
        to_patient = [(kind, told) for (_, kind, whom), told in sorted(self.told.items()) if whom == "patient"]
        told = [told for kind, told in to_patient if kind in {*CONFIRMS, "reminder"} and told.state == "done"]
        expected = told[-1].begins if told else None
        return expected is not None and expected > now and expected != (self.confirmed or (None,))[0]

    @property
    def visits(self) -> list[tuple]:
        """(start, length, kept) of what it holds."""
        if not self.start or self.status not in HELD:
            return []
        return [(self.start, self.length, self.kept), *([self.confirmed] if self.is_moving else [])]

    @property
    def offer(self) -> list | None:
        return self.offers[-1] if self.offers and not self.offers[-1][3] else None

    @property
    def cells(self) -> set[int]:
        held = [*self.visits, *([self.offer] if self.offer else [])]
        return {cell for start, length, *_ in held for cell in cells_from(start, length)}

    @property
    def row(self) -> tuple:
        known = self.pk, self.status, self.start, self.length, len(self.events), self.answer_by, self.kept, self.ended_at
        return *known, self.erased_at, *(self.confirmed or (None, None, {}))


class Desk(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        # Events can never be deleted: each history is rolled back.
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.staff = User.objects.create_user("desk", is_staff=True)
        text = {"label": "Closed", "text": "The clinic has to close at that time."}
        self.reasons = {use: Reason.objects.create(use=use, code=f"{use}-test", **text) for use in ("decline", "cancel")}
        self.clinic = Clinic.objects.current()
        self.known: dict[int, Known] = {}
        self.special: dict[date, Shifts] = {}
        self.sent: list[str] = []
        self.numbers = iter(range(10**6))
        mail.outbox.clear()

    @initialize(now=st.sampled_from(BEGINNINGS), policy=policies, shifts=usual_shifts, sunday=shifts_of_a_day, fates=fates)
    def open_the_desk(self, now, policy, shifts, sunday, fates):
        """Some requests are there already: one without a time, two for each start, each with its fate so far."""
        self.now = now
        self.set_policy(policy)
        OpeningHours.objects.all().delete()
        self.week = dict.fromkeys(range(7), ())
        for weekday in range(7):
            self.post(weekday, sunday if weekday == 6 else shifts)
        self.submit(PEOPLE[0], None)
        for number, fate in enumerate(fates):
            known = self.submit(PEOPLE[number % 4], self.wanted(("grid", 4, number // 2)), spam=fate == "quarantined")
            if known and fate == "offered":
                self.offer(known, soon=number)
            elif known and fate in RULES and fate != "quarantined":
                self.decide(known, fate, start=None)

    def teardown(self):
        try:
            if hasattr(self, "now"):
                self.everything_ends()
                self.everybody_is_forgotten()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    # The model's rules

    def shifts_on(self, day: date) -> Shifts:
        return self.special.get(day, self.week[day.weekday()])

    def runs_on(self, day: date):
        return runs_of(day, self.shifts_on(day))

    @property
    def today(self) -> date:
        return self.now.astimezone(CHICAGO).date()

    def held(self) -> Counter:
        return Counter(cell for known in self.known.values() for cell in known.cells)

    def has_room(self, start: datetime, own: Set[int] = frozenset()) -> bool:
        held = self.held()
        return all(held[cell] - (cell in own) < self.capacity for cell in cells_from(start, self.length))

    def reminds_at(self, start: datetime, *, is_call: bool) -> datetime:
        """A call is due at 10 AM or later, while the clinic is open; before a closed day, on the last open one."""
        days = [start.astimezone(CHICAGO).date() - number * DAY for number in range(1, 15)]
        tens = {day: datetime.combine(day, time(10), CHICAGO).astimezone(UTC) for day in days}
        today = self.now.astimezone(CHICAGO).date()
        # What was posted for a day that is past is not read.
        open_on = {day: runs_of(day, self.shifts_on(day) if day >= today else self.week.get(day.weekday(), ())) for day in days}
        last = next((day for day in days if open_on[day]), None)
        if not is_call or last is None:
            return tens[days[0]]
        still_open = [max(begins, tens[last]) for begins, ends in open_on[last] if ends > tens[last]]
        return still_open[0] if still_open else open_on[last][-1][0]

    def is_posted(self, start: datetime, minutes: int) -> bool:
        runs = self.runs_on(start.astimezone(CHICAGO).date())
        return any(first <= start and start + timedelta(minutes=minutes) <= last for first, last in runs)

    def misfits(self, start: datetime, minutes: int) -> dict:
        """What hours and capacity have against a visit that is held."""
        held, found = self.held(), {}
        if not self.is_posted(start, minutes):
            runs = self.runs_on(start.astimezone(CHICAGO).date())
            found["closed"] = [f"{first.isoformat()}/{last.isoformat()}" for first, last in runs]
        if any(held[cell] > self.capacity for cell in cells_from(start, minutes)):
            found["full"] = self.capacity
        return found

    def not_accepted(self, start: datetime, minutes: int, kept: dict) -> list[str]:
        """Of these, what nobody said yes to: no yes is one to other hours or to a lower capacity."""
        found = self.misfits(start, minutes) if start > self.now else {}
        accepted = {"closed": kept.get("closed") == found.get("closed"), "full": kept.get("full", 99) <= self.capacity}
        return [reason for reason in found if not accepted[reason]]

    def grid_on(self, day: date) -> list[datetime]:
        length = timedelta(minutes=self.length)
        return [first + length * number for first, last in self.runs_on(day) for number in range((last - first) // length)]

    def accepts(
        self, start: datetime, *, for_staff: bool = False, notice: int | None = None, own: Set[int] = frozenset()
    ) -> bool:
        """Promises 1, 2 and 5: may a consult begin then?"""
        notice = notice if notice is not None else 0 if for_staff else self.policy["notice_hours"]
        day = start.astimezone(CHICAGO).date()
        return (
            start > self.now
            and start - self.now >= timedelta(hours=notice)
            and day <= self.today + timedelta(days=STAFF_HORIZON if for_staff else self.policy["horizon_days"])
            and start in self.grid_on(day)
            and self.has_room(start, own)
        )

    def reply_time(self, start: datetime | None, known: Known | None = None) -> datetime:
        """`known`: the request that moves there."""
        runs = [self.runs_on(self.today + DAY * number) for number in range(1, 31)]
        closings = [of_a_day[-1][1] for of_a_day in runs if of_a_day]
        due = [*closings, *[self.now + timedelta(days=30)] * 30][self.policy["answer_open_days"] - 1]
        if start is None:
            return due
        two_hours_before = start - timedelta(hours=2)
        if known and known.confirmed:
            return min(due, two_hours_before, known.confirmed[0] - timedelta(hours=2))
        return min(due, two_hours_before if two_hours_before > self.now else start)

    def wanted(self, wish, known: Known | None = None) -> datetime:
        how, ahead, pick = wish
        day = self.today + DAY * ahead
        if how == "any":
            return datetime.combine(day, time(pick // 12, pick % 12 * 5, fold=pick % 2), CHICAGO).astimezone(UTC)
        if how == "soonest":
            soon = [start for number in range(12) for start in self.grid_on(self.today + DAY * number)]
            starts = [start for start in soon if start - self.now >= timedelta(hours=self.policy["notice_hours"])][:3]
        elif how == "beside" and known and known.start:
            others = [start for start in self.grid_on(known.start.astimezone(CHICAGO).date()) if start != known.start]
            starts = sorted(others, key=lambda start: abs(start - known.start))[:2]
        else:
            starts = self.grid_on(day)
        return starts[pick % len(starts)] if starts else datetime.combine(day, time(16), CHICAGO).astimezone(UTC)

    # What the model writes

    def happened(self, known: Known, kind: str, told: tuple, *, by, before: tuple | None = None) -> None:
        """`before`: the visit that was confirmed before it happened."""
        if known.status == "quarantined" or (not told and kind in {"moved", "withdrawn", "readdressed"}):
            for message in known.told.values():
                message.drop()
        offer = known.offer
        if offer and kind not in LEAVES_OFFER:
            offer[3:] = ANSWERS.get(kind, "overtaken"), self.now
            for (_, about, _), message in known.told.items():
                if about == "offered" and by and kind in {"offer_accepted", "offer_refused"} and message.channel == "call":
                    message.state = "done" if message.state in {"waiting", "failed"} else message.state
                elif about == "offered":
                    message.drop()
        if kind in TOLD_AFTER_AN_OFFER:
            (*_, last) = (message for (_, about, _), message in known.told.items() if about == "offered")
            told = told if last.state == "done" else tuple({*told} - {"patient"})
        is_unknown = kind == "withdrawn" and not (before or known.was_written_to)
        if is_unknown:
            told = tuple({*told} - {"patient"})
        is_news = (before or ())[:2] != (known.confirmed or ())[:2]
        start = offer[0] if kind in ABOUT_OFFERS else known.start
        known.events.append((kind, known.status, start, self.now, by and by.pk))
        number = len(known.events)
        channel = "mail" if known.person["contact_by"] == "email" else "call"
        if kind not in KEEPS_REMINDER:
            for (_, about, _), message in known.told.items():
                if about == "reminder":
                    message.drop()
        if kind in IS_OVER or is_unknown:
            for (_, about, whom), message in known.told.items():
                stays = about == "old_address" or (about in CONFIRMS and known.expects_another_visit(self.now))
                stays = stays or (message.lost is not None and message.lost > self.now)
                if whom == "patient" and not stays and message.state in {"waiting", "failed"}:
                    message.drop()
                    message.came_to_nothing = about in CONFIRMS
        for recipient in told:
            if recipient == "patient" or by is None:
                for (_, about, whom), message in known.told.items():
                    stays = about in {"reminder", "old_address"} or (whom == "patient" and not is_news and about in CONFIRMS)
                    if whom == "patient" and kind in ABOUT_OFFERS:
                        stays = about not in ABOUT_OFFERS
                    if whom == recipient and not stays:
                        message.drop()
                known.told[number, kind, recipient] = Told("mail" if recipient == "staff" else channel, "waiting", self.now)
        if kind == "offered":
            known.told[number, kind, "patient"].begins = offer[2]
        if kind in SAYS_VISIT_STAYS and "patient" in told:
            known.told[number, kind, "patient"].begins = known.start
        if kind in ENDS_A_MOVE - {"move_taken_back"} and "patient" in told:
            known.told[number, kind, "patient"].lost = [event[2] for event in known.events if event[0] == "moved"][-1]
        if kind in CONFIRMS:
            known.told[number, kind, "patient"].begins = known.start
            reminder = self.reminds_at(known.start, is_call=channel == "call")
            if reminder > self.now:
                known.told[number, "reminder", "patient"] = Told(channel, "waiting", reminder, begins=known.start)

    def pick(self, which: int, kind: str = "") -> Known:
        """Mostly a request that this decision may happen to, if there is one; sometimes any."""
        everyone = list(self.known.values())
        fitting = [known for known in everyone if kind and which % 4 and known.status in RULES[kind][0]]
        if kind == "answered":
            fitting = [known for known in fitting if known.start is None] or fitting
        if kind == "offered":
            fitting = [known for known in fitting if self.hopes(known) and not self.is_late(known)] or fitting
        if kind in ANSWERS:
            fitting = [known for known in fitting if known.offer] or fitting
        return (fitting or everyone)[which % len(fitting or everyone)]

    def hopes(self, known: Known) -> bool:
        return (known.wants_earlier or known.status == "requested") and not known.is_moving and not known.offer

    @staticmethod
    def may_be_offered(known: Known, start: datetime) -> bool:
        """Any other time while it waits; before a confirmed visit, only an earlier one."""
        if known.start is None or start < known.start:
            return True
        return known.status == "requested" and start != known.start

    def is_late(self, known: Known) -> bool:
        return known.answer_by <= self.now if known.status == "requested" else known.start is not None and known.start <= self.now

    @staticmethod
    def error_of(action, *args, **kwargs) -> Exception | None:
        try:
            action(*args, **kwargs)
        except (booking.Refused, booking.NotAllowed, booking.Stale) as error:
            return error
        return None

    def decide(self, known: Known, kind: str, start: datetime | None, anyway=False, wrong_list=False, stale=False) -> None:
        """Takes a decision; it has to happen exactly when the status allows it and its guard holds."""
        if known.confirmed and known.confirmed[0] > self.now and kind in OF_A_MOVE and known.is_moving:
            kind = OF_A_MOVE[kind]
        allowed, status, told = RULES[kind]
        before = known.confirmed
        if known.status == "quarantined" and kind in {"moved", "withdrawn", "readdressed"}:
            # Its sender may do that, and nobody is told.
            status, told = "withdrawn" if kind == "withdrawn" else "", ()
        by = None if kind in BY_THE_PATIENT else self.staff
        holds = known.status in allowed and self.guard(known, kind, start=start, anyway=anyway, wrong_list=wrong_list)
        changes = self.changes(known, kind, start, anyway) if holds else {}
        decision = self.decision(kind, start=start, anyway=anyway, wrong_list=wrong_list)
        common = {"now": self.now} | ({"by": by, "version": len(known.events) - stale} if by else {})
        error = self.error_of(decision, ConsultRequest.objects.get(pk=known.pk), **common)
        if by and stale:
            assert isinstance(error, booking.Stale)
            return
        assert holds == (error is None), f"{kind}: {error or 'happened'}"
        if error:
            return
        if kind in {"move_declined", "offer_taken_back"}:
            known.refused.add(known.start if kind == "move_declined" else known.offer[0])
        elif kind in {"rescheduled", "offered"}:
            known.refused.discard(start)
        for name, value in changes.items():
            setattr(known, name, value)
        self.settle(known, kind, status)
        if kind == "readdressed":
            was_written_to = known.was_written_to
            known.former += [known.answered_at] if was_written_to else []
            known.person = known.person | {"email": "corrected@example.com"}
            known.token = ConsultRequest.objects.get(pk=known.pk).token
        self.happened(known, kind, told, by=by, before=before)
        if (kind == "readdressed" and told and was_written_to) or (kind == "released" and known.owes_old_address):
            known.told[len(known.events), "old_address", "patient"] = Told("mail", "waiting", self.now)

    def settle(self, known: Known, kind: str, status: str) -> None:
        """The status, and what follows from it for both times of a visit that is moving."""
        if kind in ENDS_A_MOVE or (kind in {"withdrawn", "cancelled"} and known.is_moving):
            known.start, known.length, known.kept = known.confirmed
        known.status = status or known.status
        if known.status == "confirmed":
            known.confirmed = known.start, known.length, known.kept
        elif known.status in {"declined", "withdrawn", "cancelled", "expired", "quarantined"}:
            known.confirmed = None
        self.ends(known)

    def ends(self, known: Known) -> None:
        visit = known.start if known.status in {"completed", "missed"} else None
        known.ended_at = (known.ended_at or visit or self.now) if known.status in ENDED else None

    def guard(self, known: Known, kind: str, *, start: datetime | None, anyway: bool, wrong_list: bool) -> bool:
        """Beside the status."""
        if known.erased_at:
            return False
        has_time = known.start is not None
        has_begun = has_time and known.start <= self.now
        visit_began = known.confirmed[0] <= self.now if known.confirmed else has_begun
        if kind == "confirmed":
            return has_time and not has_begun and (anyway or "closed" not in self.not_accepted(*known.visits[0]))
        if kind == "moved":
            others = {known.start, known.confirmed and known.confirmed[0], *known.refused}
            takes = not has_begun and start not in others and self.accepts(start, own=known.cells)
            in_time = not known.confirmed or self.reply_time(start, known) > self.now
            return takes and in_time and not self.has_moved_often(known)
        if kind == "rescheduled":
            others = {known.start, known.is_moving and known.confirmed[0]}
            return start not in others and self.accepts(start, for_staff=True, own=known.cells)
        if kind == "offered":
            takes = self.may_be_offered(known, start) and self.accepts(start, for_staff=True, own=known.cells)
            return self.hopes(known) and not has_begun and takes and self.held_until(known, start) > self.now
        if kind == "offer_accepted":
            offer = known.offer
            return offer is not None and offer[2] > self.now and self.is_posted(*offer[:2])
        if kind in ANSWERS:
            return known.offer is not None
        if kind == "released":
            return has_time if anyway else not has_time or self.accepts(known.start, for_staff=True)
        guards = {
            "declined": not wrong_list and known.confirmed is None,
            "readdressed": not has_begun
            and known.confirmed is None
            and known.person["contact_by"] == "email"
            and known.person["email"] != "corrected@example.com"
            and sum(event[0] == "readdressed" for event in known.events) < 2,
            "move_declined": not wrong_list,
            "cancelled": not wrong_list and known.confirmed is not None and not visit_began,
            "quarantined": known.confirmed is None,
            "move_taken_back": known.is_moving and known.confirmed[0] > self.now,
            "withdrawn": not visit_began,
            "answered": not has_time,
            "completed": has_begun,
            "missed": has_begun,
            "kept": any(self.not_accepted(*visit) for visit in known.visits),
            "erased": known.status != "confirmed" or has_begun,
        }
        return guards.get(kind, True)

    def held_until(self, known: Known, start: datetime) -> datetime:
        """The deadline of an offer of this start."""
        # Two hours are left to answer who refuses it.
        own = [known.answer_by - timedelta(hours=2)] if known.status == "requested" else []
        return min(self.reply_time(None), start - timedelta(hours=2), *own)

    def has_moved_often(self, known: Known) -> bool:
        """Six times within a day, or twelve times together with others of the same contact, those set aside not counted."""
        lately = {
            pk: [event[1] for event in one.events if event[0] == "moved" and event[3] > self.now - DAY]
            for pk, one in self.known.items()
        }
        aloud = [status for one in self.of_one_contact(known) for status in lately[one.pk] if status != "quarantined"]
        own_quiet = [status for status in lately[known.pk] if status == "quarantined"]
        return len(lately[known.pk]) >= 6 or len(aloud) + len(own_quiet) >= 12

    def of_one_contact(self, known: Known) -> list[Known]:
        """Those that are answered at the same contact, or were until it was corrected after a letter went there."""
        own = known.answered_at
        return [one for one in self.known.values() if not one.erased_at and own in {one.answered_at, *one.former}]

    def kept_reply_time(self, known: Known, start: datetime | None) -> datetime:
        """Of a request that was set aside: its page named one all along."""
        counted = self.reply_time(start)
        return counted if known.answer_by <= self.now else min(counted, known.answer_by)

    def changes(self, known: Known, kind: str, start: datetime | None, anyway: bool) -> dict:
        """What a decision leaves on the request beside its status."""
        if kind == "moved":
            return {"start": start, "length": self.length, "kept": {}, "answer_by": self.reply_time(start, known)}
        if kind == "rescheduled":
            return {"start": start, "length": self.length, "kept": {}}
        if kind == "offered":
            return {"offers": [*known.offers, [start, self.length, self.held_until(known, start), "", None]]}
        if kind == "offer_accepted":
            return {"start": known.offer[0], "length": known.offer[1], "kept": {}}
        if kind == "released" and anyway:
            return {"start": None, "answer_by": self.kept_reply_time(known, None)}
        if kind == "released":
            taken = {"length": self.length, "kept": {}} if known.start else {}
            return taken | {"answer_by": self.kept_reply_time(known, known.start)}
        if kind == "confirmed":
            asks = "closed" in self.not_accepted(*known.visits[0])
            return {"kept": known.kept | {"closed": self.misfits(known.start, known.length)["closed"]} if asks else known.kept}
        if kind == "kept":
            # Only the time that is in conflict.
            (_, _, kept), *stays = [
                (*visit[:2], self.misfits(*visit[:2])) if self.not_accepted(*visit) else visit for visit in known.visits
            ]
            return {"kept": kept} | ({"confirmed": stays[0]} if stays else {})
        return {"notes": f"Asked {self.now}."} if kind == "noted" else {}

    def decision(self, kind: str, *, start: datetime | None, anyway: bool, wrong_list: bool):
        use = "cancel" if (kind == "cancelled") != wrong_list else "decline"
        return {
            "confirmed": partial(booking.confirm_request, even_if_not_posted=anyway),
            "moved": partial(booking.move_request, starts_at=start),
            "rescheduled": partial(booking.reschedule_request, starts_at=start),
            "declined": partial(booking.decline_request, reason=self.reasons[use]),
            "move_declined": partial(booking.decline_request, reason=self.reasons[use]),
            "move_expired": booking.expire_request,
            "move_lapsed": booking.expire_request,
            "move_taken_back": booking.take_back_move,
            "readdressed": partial(booking.readdress_request, email="corrected@example.com"),
            "offered": partial(booking.offer_earlier, starts_at=start),
            "offer_accepted": booking.accept_offer,
            "offer_refused": booking.refuse_offer,
            "offer_lapsed": booking.expire_request,
            "offer_taken_back": booking.take_back_offer,
            "cancelled": partial(booking.cancel_request, reason=self.reasons[use]),
            "withdrawn": booking.withdraw_request,
            "expired": booking.expire_request,
            "answered": booking.answer_request,
            "completed": booking.complete_request,
            "missed": booking.miss_request,
            "quarantined": booking.quarantine_request,
            "released": partial(booking.release_request, without_time=anyway),
            "kept": booking.keep_request,
            "noted": partial(booking.note_request, text=f"Asked {self.now}."),
            "erased": booking.erase_request,
        }[kind]

    # Asking

    def submit(self, person: dict, start: datetime | None, *, by=None, spam: bool = False):
        below = by is not None
        holds = start is None or self.accepts(start, notice=0 if below else None)
        answers = {"voicemail_ok": False, "note": ""} | person
        key = f"key-{(number := next(self.numbers))}"
        common = {"starts_at": start, "now": self.now, "by": by, "below_notice": below, "looks_like_spam": lambda: spam}
        common["wants_earlier"] = bool(number % 3)
        error = self.error_of(booking.submit_request, submission_key=key, person=Person(**answers), **common)
        assert holds == (error is None), f"{start}: {error or 'accepted'}"
        if error:
            return None
        request = booking.find_submission(key)
        status = "quarantined" if spam else "requested"
        known = Known(key, answers, status, start, self.length, self.reply_time(start), request.pk, request.token)
        known.wants_earlier = common["wants_earlier"]
        self.known[request.pk] = known
        told = TOLD_ON_ARRIVAL[status]
        if by and person["contact_by"] == "phone":
            # Who asks by telephone heard it there.
            told = tuple({*told} - {"patient"})
        self.happened(known, status, told, by=by)
        return known

    @rule(person=people, wish=wishes, crowd=st.integers(1, 3))
    def ask(self, person, wish, crowd):
        """Several people may want one start."""
        start = self.wanted(wish)
        for number in range(crowd):
            self.submit(PEOPLE[(PEOPLE.index(person) + number) % len(PEOPLE)], start)

    @rule(person=people, wish=wishes, no_time=seldom, spam=flags, is_a_patient=flags)
    def ask_in_other_ways(self, person, wish, no_time, spam, is_a_patient):
        """None of the times suit, by telephone through staff, or by what looks like a machine and may be a patient."""
        known = self.submit(person, None if no_time else self.wanted(wish), by=None if spam else self.staff, spam=spam)
        if known and spam and is_a_patient:
            self.decide(known, "released", start=None)

    @about_a_request
    @rule(which=which_one, person=people, wish=wishes)
    def send_the_same_form_again(self, which, person, wish):
        """10: whatever it says by now."""
        known = self.pick(which)
        again = booking.submit_request(
            submission_key=known.key,
            starts_at=self.wanted(wish),
            person=Person(**person, voicemail_ok=True, note="again"),
            now=self.now,
        )
        assert again.pk == known.pk

    # Decisions

    @about_a_request
    @rule(choices=st.lists(other_times, min_size=1, max_size=3), length=st.sampled_from([0, 0, 15, 20, 45]))
    def choose_other_times(self, choices, length):
        """Patients and staff do. Consults may be longer or shorter by now: then grids overlap old seats."""
        if length:
            self.set_policy(self.policy | {"length_minutes": length})
        for which, kind, wish, stale in choices:
            known = self.pick(which, kind)
            self.decide(known, kind, start=self.wanted(wish, known), stale=stale)

    @about_a_request
    @rule(which=which_one, wish=wishes, answer=st.sampled_from(["", "", "confirmed", "declined", "move_taken_back", "cancelled"]))
    def have_second_thoughts(self, which, wish, answer):
        """23: about a confirmed visit, which somebody confirms first if there is none."""
        known = self.pick(which, "cancelled")
        if known.status == "requested" and not known.is_moving:
            self.decide(known, "confirmed", start=None, anyway=True)
        self.decide(known, "moved", start=self.wanted(wish, known))
        if answer and known.is_moving:
            self.decide(known, answer, None, True)

    @about_a_request
    @rule(offers=st.lists(earlier_offers, min_size=1, max_size=3))
    def offer_earlier_times(self, offers):
        """25: one of the first starts of the next days, mostly a free one that fits, to somebody who may have asked."""
        for which, soon, confirms, letter_left, answer in offers:
            known = self.pick(which, "offered")
            if confirms and known.status == "requested" and not known.is_moving:
                self.decide(known, "confirmed", start=None, anyway=True)
            self.offer(known, soon, is_fit=bool(which % 8))
            if letter_left:
                self.each_event_has_the_messages_it_owes()
                self.deliver(is_down=False)
            if answer == "offer_lapsed" and known.offer:
                self.now = known.offer[2]
                self.expire()
            elif answer and answer != "offer_lapsed":
                self.decide(known, answer, start=self.wanted(("soonest", 0, soon), known) if answer == "moved" else None)

    def offer(self, known: Known, soon: int, *, is_fit: bool = True) -> None:
        starts = [start for number in range(8) for start in self.grid_on(self.today + DAY * number) if start > self.now]
        if is_fit:
            fit = [start for start in starts if self.may_be_offered(known, start)]
            starts = [start for start in fit if self.accepts(start, for_staff=True, own=known.cells)] or starts
        self.decide(known, "offered", start=starts[soon % len(starts)] if starts else self.now + DAY)

    @about_a_request
    @rule(taken=st.lists(other_decisions, min_size=1, max_size=4))
    def decide_otherwise(self, taken):
        for which, kind, early, *rest in taken:
            known = self.pick(which, kind)
            if kind in {"completed", "missed"} and known.start and not early:
                self.now = max(self.now, known.start)
            self.decide(known, kind, None, *rest)

    @about_a_request
    @rule(which=which_one)
    def nothing_happens_out_of_turn(self, which):
        """8: a decision that does not fit the status is refused, whatever else speaks for it."""
        known = self.pick(which)
        request = ConsultRequest.objects.get(pk=known.pk)
        lapses = known.offer is not None and known.offer[2] <= self.now
        for kind, (allowed, _, _) in RULES.items():
            if known.status not in allowed and not (lapses and kind in {"expired", "move_expired", "move_lapsed"}):
                decision = self.decision(kind, start=self.now + 3 * DAY, anyway=True, wrong_list=False)
                by = {} if kind in BY_THE_PATIENT else {"by": self.staff}
                error = self.error_of(decision, request, now=self.now, **by)
                assert isinstance(error, booking.NotAllowed), f"{kind} happened to a request that was {known.status}"
                assert error.code == f"is_{known.status}"

    @about_a_request
    @rule(which=which_one)
    def erase(self, which):
        """16: whenever an owner says so; what is about to expire does so first."""
        known = self.pick(which, "erased" if which % 2 else "")
        request = ConsultRequest.objects.get(pk=known.pk)
        error = self.error_of(erasure.erase_at_once, request, by=self.staff, now=self.now, version=len(known.events))
        holds = not known.erased_at
        assert holds == (error is None)
        starts = [start for start, *_ in known.visits]
        if known.status == "requested" and min(starts, default=self.now + DAY) <= self.now:
            self.runs_out(known)
        if holds and known.status in HELD and not (known.start and known.start <= self.now):
            before = known.confirmed
            self.settle(known, "withdrawn", "withdrawn")
            self.happened(known, "withdrawn", RULES["withdrawn"][2], by=self.staff, before=before)
        if holds:
            self.was_erased(known, by=self.staff)

    def was_erased(self, known: Known, *, by) -> None:
        self.happened(known, "erased", (), by=by, before=known.confirmed)
        known.erased_at = self.now
        for told in known.told.values():
            told.drop()

    # Hours and policy

    def set_policy(self, policy: dict) -> None:
        ConsultPolicy.objects.update(**policy)
        self.policy = policy

    @property
    def length(self) -> int:
        return self.policy["length_minutes"]

    @property
    def capacity(self) -> int:
        return self.policy["capacity"]

    def post(self, weekday: int, shifts: Shifts) -> None:
        OpeningHours.objects.filter(weekday=weekday).delete()
        OpeningHours.objects.bulk_create(OpeningHours(weekday=weekday, opens=opens, closes=closes) for opens, closes in shifts)
        self.week[weekday] = shifts

    @rule(policy=policies)
    def change_policy(self, policy):
        self.set_policy(policy)

    @rule(weekday=st.integers(0, 6), shifts=shifts_of_a_day)
    def change_the_week(self, weekday, shifts):
        self.post(weekday, shifts)

    @about_a_request
    @rule(
        ahead=st.integers(0, 16),
        which=which_one,
        shifts=special_shifts,
        capacity=st.sampled_from([None, None, 1, 2]),
        later=st.lists(special_shifts, max_size=2),
    )
    def post_a_special_day(self, ahead, which, shifts, capacity, later):
        """Often the date of a request that somebody then confirms or keeps, after which the hours change again."""
        known = self.pick(which, "confirmed" if which % 2 else "cancelled")
        held = known.offer[0] if known.offer and which % 3 else known.start if known.visits else None
        day = held.astimezone(CHICAGO).date() if held else self.today + DAY * ahead
        self.post_specially(day, shifts)
        if capacity:
            self.set_policy(self.policy | {"capacity": capacity})
        if known.visits:
            self.decide(known, "confirmed" if known.status == "requested" and which % 3 else "kept", start=None, anyway=True)
        for changed in later:
            self.conflicts_are_what_hours_and_capacity_no_longer_carry()
            self.post_specially(day, changed)

    def post_specially(self, day: date, shifts: Shifts | None) -> None:
        """None takes the date's rows away again."""
        SpecialHours.objects.filter(date=day).delete()
        self.special.pop(day, None)
        if shifts is not None:
            rows = [SpecialHours(date=day, opens=opens, closes=closes) for opens, closes in shifts]
            SpecialHours.objects.bulk_create(rows or [SpecialHours(date=day)])
            self.special[day] = shifts

    # Time, and the worker

    @rule(hours=st.sampled_from([1, 1, 5, 5, 20, 24, 49, 120]))
    def wait(self, hours):
        self.now += timedelta(hours=hours)

    @about_a_request
    @rule(
        which=which_one, until=st.sampled_from(["answer_by", "start", "notice", "offer"]), seconds=st.sampled_from([-1, 0, 0, 1])
    )
    def wait_until_it_matters(self, which, until, seconds):
        """To the second: when a reply is due, a visit begins, or a start comes too near to be asked for."""
        known = self.pick(which, "offer_refused" if until == "offer" else "kept")
        moment = known.answer_by if until == "answer_by" else known.start or known.answer_by
        if until == "offer" and known.offer:
            moment = known.offer[2]
        if until == "notice":
            moment = self.wanted(("grid", which % 5, which)) - timedelta(hours=self.policy["notice_hours"])
        self.now = max(self.now, moment + timedelta(seconds=seconds))
        if until == "notice":
            self.submit(PEOPLE[0], moment + timedelta(hours=self.policy["notice_hours"]))
        else:
            self.expire()

    @rule()
    def expire(self):
        """11."""
        overdue = [
            known
            for known in self.known.values()
            if known.status == "requested" and (known.answer_by <= self.now or (known.start and known.start <= self.now))
        ]
        ran_out = [known for known in self.known.values() if known.offer and known.offer[2] <= self.now and known not in overdue]
        assert expiry.expire_overdue(now=self.now) == len(overdue) + len(ran_out)
        for known in ran_out:
            # What nobody could take did not go unanswered.
            is_closed = known.offer[0] > self.now and not self.is_posted(*known.offer[:2])
            known.refused |= {known.offer[0]} if is_closed else set()
            kind = "offer_taken_back" if is_closed else "offer_lapsed"
            self.happened(known, kind, ("patient", "staff"), by=None, before=known.confirmed)
        for known in overdue:
            self.runs_out(known)

    def runs_out(self, known: Known) -> None:
        stands, before = known.confirmed and known.confirmed[0] > self.now, known.confirmed
        kind = "move_expired" if stands else "move_lapsed" if known.confirmed else "expired"
        self.settle(known, kind, RULES[kind][1])
        self.happened(known, kind, RULES[kind][2], by=None, before=before)

    @rule(is_down=seldom)
    def deliver(self, is_down):
        """9: what is due leaves once, under its own Message-ID; while the mail server is down it waits for a later attempt."""
        for known in self.known.values():
            for (_, kind, _), told in known.told.items():
                is_due = (told.channel, told.state) == ("mail", "waiting") and told.not_before <= self.now
                if is_due and kind == "offered" and known.offer and not self.is_posted(*known.offer[:2]):
                    told.drop()
                elif is_due and told.begins and told.begins <= self.now:
                    if kind == "reminder" and told.was_tried:
                        told.state = "failed"
                    elif kind in {"reminder", "offered"}:
                        told.drop()
                    elif not known.expects_another_visit(self.now):
                        told.state, told.was_tried, told.came_to_nothing = "failed", True, kind in CONFIRMS
        due = [
            told
            for known in self.known.values()
            for told in known.told.values()
            if (told.channel, told.state) == ("mail", "waiting") and told.not_before <= self.now
        ]
        with pytest.MonkeyPatch.context() as patch:
            if is_down:
                patch.setattr(mail_channel, "_give", self.no_connection)
            assert delivery.deliver_due(now=self.now, at_most=10**4) == (0 if is_down else len(due))
        for told in due:
            if is_down:
                told.was_tried = True
                told.not_before = OutboxMessage.objects.get(message_id=told.message_id).not_before
                assert self.now < told.not_before <= self.now + timedelta(hours=1)
            else:
                told.state = "done"
        leaving = [f"<{told.message_id}@127.0.0.1>" for told in due if not is_down]
        assert Counter(letter.extra_headers["Message-ID"] for letter in mail.outbox) == Counter(self.sent + leaving)
        self.sent += leaving

    @staticmethod
    def no_connection(*_):
        raise NotSent(ConnectionRefusedError.__name__)

    # What holds after every step

    @rule(ahead=st.integers(0, 16), picks=st.lists(st.integers(0, 287), max_size=3))
    def what_is_listed_is_what_is_accepted(self, ahead, picks):
        """3, 4: on the day that is looked at, tried for real and undone."""
        day = self.today + DAY * ahead
        listed = open_times.with_held_seats(open_times.current_offers(now=self.now), day, day).starts_on(day)
        others = [self.wanted(("any", ahead, pick)) for pick in picks]
        for start in [*listed[:1], *listed[-1:], *others]:
            with transaction.atomic():
                known = self.submit(PEOPLE[0], start.astimezone(UTC))
                transaction.set_rollback(True)
            if known:
                del self.known[known.pk]
            assert (known is not None) == (start in listed)

    @invariant()
    def everything_is_as_the_model_says(self):
        self.requests_stand_where_the_model_has_them()
        self.seats_are_exactly_the_cells_of_what_is_held()
        self.offers_are_what_staff_made_and_what_became_of_them()
        self.events_tell_the_whole_history()
        self.each_event_has_the_messages_it_owes()
        self.every_calendar_shows_the_confirmed_visits()
        self.conflicts_are_what_hours_and_capacity_no_longer_carry()
        self.a_date_lists_the_starts_that_the_rules_allow()

    def requests_stand_where_the_model_has_them(self):
        """6, 7: nothing moves or ends on its own; the version counts the events."""
        fields = ("pk", "status", "starts_at", "length_minutes", "version", "answer_by", "kept_despite", "ended_at")
        confirmed = ("confirmed_starts_at", "confirmed_length_minutes", "confirmed_kept_despite")
        stored = ConsultRequest.objects.order_by("pk").values_list(*fields, "erased_at", *confirmed)
        assert list(stored) == sorted(known.row for known in self.known.values())

    def seats_are_exactly_the_cells_of_what_is_held(self):
        """1."""
        stored = list(Seat.objects.values_list("cell", "request_id", "seat"))
        held = Counter((cell, known.pk) for known in self.known.values() for cell in known.cells)
        assert Counter((cell, pk) for cell, pk, _ in stored) == held
        assert len({(cell, seat) for cell, _, seat in stored}) == len(stored)

    def offers_are_what_staff_made_and_what_became_of_them(self):
        """25."""
        fields = ("request_id", "starts_at", "length_minutes", "answer_by", "answer", "answered_at")
        made = [(pk, *offer) for pk, known in sorted(self.known.items()) for offer in known.offers]
        assert list(EarlierOffer.objects.order_by("request_id", "pk").values_list(*fields)) == made

    def events_tell_the_whole_history(self):
        """7, 8."""
        stored = Event.objects.order_by("request_id", "number").values_list(
            "request_id", "number", "kind", "status", "starts_at", "at", "by_id"
        )
        assert list(stored) == [
            (pk, number, *event) for pk, known in sorted(self.known.items()) for number, event in enumerate(known.events, 1)
        ]
        for known in self.known.values():
            statuses = [event[1] for event in known.events]
            assert statuses[-1] == known.status
            assert all(then == now for now, then in pairwise(statuses) if now in ENDED)

    def each_event_has_the_messages_it_owes(self):
        """9."""
        fields = ("event__request_id", "event__number", "kind", "recipient", "channel", "state", "not_before", "message_id")
        rows = list(OutboxMessage.objects.values_list(*fields))
        for pk, number, kind, recipient, *_, message_id in rows:
            told = self.known[pk].told.get((number, kind, recipient))
            assert told, f"nobody owes {kind} to {recipient}"
            assert told.message_id in {None, message_id}
            told.message_id = message_id
        owed = [
            (pk, *which, told.channel, told.state, told.not_before, told.message_id)
            for pk, known in self.known.items()
            for which, told in known.told.items()
        ]
        waiting = [[row for row in of if row[5] == "waiting"] for of in (rows, owed)]
        assert sorted(waiting[0]) == sorted(waiting[1])
        assert sorted((*row[:6], row[7]) for row in rows) == sorted((*row[:6], row[7]) for row in owed)
        assert len({row[-1] for row in rows}) == len(rows)

    def every_calendar_shows_the_confirmed_visits(self):
        """22: once everything that is owed has arrived. A confirmation that came to nothing leaves out a visit that has begun."""
        letters = OutboxMessage.objects.filter(channel="mail", recipient="patient", state__in=("waiting", "done")).order_by("pk")
        calendars = defaultdict(Calendar)
        for letter in letters.select_related("event"):
            if letter.sealed and (text := letter_of(letter)["calendar"]):
                calendars[letter.event.request_id].apply(text)
        for pk, known in self.known.items():
            if known.person["contact_by"] == "email" and not known.erased_at:
                visits = [(start, start + timedelta(minutes=length)) for start, length, _ in filter(None, [known.confirmed])]
                shown = list(calendars[pk].entries.values())
                if any(told.came_to_nothing for told in known.told.values()):
                    visits, shown = ([visit for visit in each if visit[0] > self.now] for each in (visits, shown))
                assert shown == visits

    def conflicts_are_what_hours_and_capacity_no_longer_carry(self):
        """6, 24: each waits for a person's yes, which is one to what it was said to."""
        visits = [(known.pk, visit) for known in self.known.values() for visit in known.visits]
        # Nothing is accepted of an offer: staff take it back.
        visits += [(pk, (*known.offer[:2], {})) for pk, known in self.known.items() if known.offer]
        reasons = {(pk, visit[0]): tuple(self.not_accepted(*visit)) for pk, visit in visits}
        expected = {key: found for key, found in reasons.items() if found}
        assert {conflict.key: conflict.reasons for conflict in find_conflicts(now=self.now)} == expected

    def a_date_lists_the_starts_that_the_rules_allow(self):
        """2, 3, 5: another date after every step, and the last one or the one after it."""
        number = next(self.numbers)
        days = [self.today + DAY * (number % 17), self.today + DAY * (self.policy["horizon_days"] + number % 2)]
        rules = open_times.current_offers(now=self.now)
        offers = open_times.with_held_seats(rules, min(days), max(days))
        for day in days:
            assert offers.starts_on(day) == [start for start in self.grid_on(day) if self.accepts(start)]

    # What holds at the end

    def everything_ends(self):
        """11."""
        self.now += timedelta(days=90)
        self.expire()
        assert not ConsultRequest.objects.filter(status="requested").exists()
        self.each_event_has_the_messages_it_owes()
        for known in self.known.values():
            if known.events[-1][0] == "expired":
                assert (len(known.events), "expired", "patient") in known.told
        self.nobody_is_anybody_else()
        self.now += timedelta(days=90)
        # What waits to be sent is not erased.
        self.deliver(is_down=False)
        due = [known for known in self.known.values() if not known.erased_at]
        assert erasure.erase_due(now=self.now) == len(due)
        assert erasure.erase_due(now=self.now) == 0
        for known in due:
            self.was_erased(known, by=None)

    def nobody_is_anybody_else(self):
        """13, 17."""
        for pk, known in self.known.items():
            request = ConsultRequest.objects.get(pk=pk)
            if known.erased_at:
                continue
            assert (request.person, request.token, request.staff_notes) == (Person(**known.person), known.token, known.notes)
            for message in OutboxMessage.objects.filter(event__request=request):
                letter = letter_of(message)
                if message.recipient == "patient" and not any(event[0] == "readdressed" for event in known.events):
                    assert letter["to"] == known.person["email" if message.channel == "mail" else "phone"]
                others = [person["full_name"] for person in PEOPLE if person["full_name"] != known.person["full_name"]]
                assert not [name for name in others if name in str(letter)]
                assert not [other for other in self.known.values() if other is not known and other.token in str(letter)]
            # A visit that nobody marked is over when it has begun.
            ended_at = known.start if known.status == "confirmed" else known.ended_at
            opens = ended_at is None or self.now < ended_at + timedelta(days=30)
            assert list(ConsultRequest.objects.by_token(known.token, now=self.now)) == ([request] if opens else [])

    def everybody_is_forgotten(self):
        """16: events and counts stay."""
        self.everything_is_as_the_model_says()
        assert not any(bytes(sealed) for sealed in OutboxMessage.objects.values_list("sealed", flat=True))
        for known in self.known.values():
            request = ConsultRequest.objects.get(pk=known.pk)
            assert (request.person, request.token, request.staff_notes) == (Person(), "", "")
            assert (bytes(request.sealed), request.email_index, request.phone_index, request.client) == (b"", "", "", "")
            assert not ConsultRequest.objects.by_token(known.token, now=self.now).exists()
            assert not any(ConsultRequest.objects.by_contact(known.person[way]).exists() for way in ("email", "phone"))


@pytest.fixture
def _staff_inbox(settings):
    settings.STAFF_INBOX = "desk@clinic.example"


@pytest.mark.databases(postgresql=pytest.mark.nightly)
@pytest.mark.hypothesis
@pytest.mark.django_db
@pytest.mark.usefixtures("clinic", "_staff_inbox")
def test_any_history_keeps_the_promises():
    # Shrinking a failure takes minutes: take `phases` away to see the shortest history.
    phases = (Phase.explicit, Phase.generate)
    histories = 12 if connection.vendor == "postgresql" else 40
    run_state_machine_as_test(Desk, settings=examples(histories, stateful_step_count=30, phases=phases))
