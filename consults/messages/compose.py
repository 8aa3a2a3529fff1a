"""Puts a message's words together from its facts."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from consults import dates, hours_text
from consults.current_rules import Rules
from consults.models import ConsultRequest, EarlierOffer, Event
from consults.scheduling import ConsultTime
from consults.scheduling.reply import leaves_time

from .calendar_file import CalendarChange
from .changes import Changes
from .facts import Facts
from .greeting import greeting_name
from .kinds import ASKING, CONFIRMING, GIVE_A_TIME, LEAVE_THE_VISIT, NAME_OTHERS, OLD_ADDRESS, REMINDER, TAKE_A_VISIT, tells
from .meeting import Meeting
from .place_told import NO_PLACE_TOLD, PlaceTold
from .theirs_now import Other, asked_since, offered_to, times_of_request
from .times_in_words import times_of, visit_in_words

_HIDDEN_LINK = "(the link to the patient's own page is only in the letter)"


class Letter(NamedTuple):
    """A message in words. Paragraphs of the text are not wrapped; `calendar` is empty without an entry."""

    to: str = ""
    subject: str = ""
    text: str = ""
    calendar: str = ""


@dataclass(frozen=True)
class Composition:
    """What a message about `request` is put together from: its kind, its facts, and the clinic's facts and hours of today.
    What may still be done about the visit is true at the instant `now`, when it is sent.

    `is_first`: it may go to a stranger. `place_told`: what they know of the place of the confirmed visit. `others`: further
    requests of who gets it. `of_number`: of a call, those of another name at the number. `enters_visit`: no letter that puts
    that visit in their calendar has arrived. `is_too_late`: of a call that nobody is to make any more.
    """

    kind: str
    request: ConsultRequest
    facts: Facts
    rules: Rules
    now: datetime
    is_first: bool = False
    place_told: PlaceTold = NO_PLACE_TOLD
    others: tuple[Other, ...] = ()
    of_number: tuple[Other, ...] = ()
    enters_visit: bool = False
    is_too_late: bool = False

    @property
    def _stays(self) -> ConsultTime | None:
        """The confirmed visit that the message leaves as it is, while it is ahead."""
        if self.kind not in LEAVE_THE_VISIT:
            return None
        visit = self.facts.confirmed or (None if self.facts.answer_by else self.facts.visit)
        return visit if visit and visit.start > self.now else None

    @property
    def meeting(self) -> Meeting:
        """At the visit that it is about, confirmed or not. What they were told of its place counts while it is ahead."""
        gives = self._is_of_a_request or self.kind in {Event.Kind.OFFERED, *CONFIRMING}
        is_ahead = self._stays or (gives and self.is_ahead)
        return Meeting(self.request, self.rules.clinic, self.place_told if is_ahead else NO_PLACE_TOLD)

    @property
    def calendar(self) -> CalendarChange:
        """What the letter does to their calendar: also where the place alone has changed, or no letter entered the visit."""
        enters = self.enters_visit or self.meeting.place_before
        return CalendarChange("REQUEST", self._stays) if self._stays and enters else self.facts.calendar

    @property
    def calendar_version(self) -> int:
        """Of the entry. Of the time that is confirmed today, their page may have given out a later version than the event's."""
        entry = self.calendar
        is_of_today = entry.method == "REQUEST" and entry.visit == self.request.confirmed_visit
        return self.request.version if self._stays or is_of_today else self.facts.version

    @property
    def _is_of_a_request(self) -> bool:
        """Whether it names a time that is asked for, and no visit is confirmed."""
        return self.kind in ASKING and self.facts.visit is not None and self.facts.confirmed is None

    @property
    def is_ahead(self) -> bool:
        """Whether the visit, if there is one, has not begun."""
        return self.facts.visit is None or self.facts.visit.start > self.now

    @property
    def may_have_come(self) -> bool:
        """Whether the visit that this was to take back has begun meanwhile: they knew of no other."""
        had, is_taken = self.facts.before.confirmed, self.facts.replaced is not None or self.facts.calendar.method == "CANCEL"
        since = self.facts.untold_since or self.facts.at
        # A move that is answered once the visit has begun has an answer too late; another time is agreed on with who came.
        is_untold = had is not None and (since < had.start or self.kind == Event.Kind.CONFIRMED)
        return self.kind in TAKE_A_VISIT and is_taken and had is not None and is_untold and had.start <= self.now

    @property
    def may_move(self) -> bool:
        """Whether their own page still lets them ask for another time."""
        return self.facts.visit is None or leaves_time(self.facts.visit.start, self.now)

    @property
    def day(self) -> str:
        """The date of the visit, or an empty text."""
        return dates.date_text(self.rules.posted.local(self.facts.visit.start)) if self.facts.visit else ""

    @property
    def times(self) -> dict[str, str]:
        return times_of(self.facts, self.rules, answer_is_late=self.facts.answer_is_late(self.now))

    def _in_words(self, visit: ConsultTime | None) -> str:
        return visit_in_words(visit, self.rules)

    @property
    def went_unanswered(self) -> bool:
        """Whether the time asked for has begun as well, or there is none: no answer is to come, as its page says then."""
        return self.facts.answer_is_late(self.now) and (self.facts.visit is None or not self.is_ahead)

    @cached_property
    def _offered(self) -> EarlierOffer | None:
        """What they may take at the instant, also if it was offered while this message waited."""
        return offered_to(self.request, rules=self.rules, at=max(self.now, self.facts.at))

    @property
    def _asked_since(self) -> ConsultTime | None:
        """What they asked for since, and what waits for an answer: this left after the letter of that, and is none."""
        if self.kind not in GIVE_A_TIME:
            return None
        return asked_since(self.request, version=self.facts.version, at=max(self.now, self.facts.at))

    @cached_property
    def changes(self) -> Changes:
        return Changes.told_by(self.kind, self.facts, held=self.held, now=self.now)

    @cached_property
    def held(self) -> set[ConsultTime]:
        """The times that are theirs at the instant by whichever request, asked for or offered while this message waited."""
        own = times_of_request(self.request, rules=self.rules, at=max(self.now, self.facts.at))
        return set().union(own.held if own else (), *(other.times.held for other in self.others))

    @property
    def _named(self) -> tuple[Other, ...]:
        """The others that it names. A reminder does where it takes the part of the confirmation."""
        is_reminder_alone = self.kind == REMINDER and not self.facts.calendar.method
        return () if is_reminder_alone or self.kind not in NAME_OTHERS else self.others

    @property
    def _to_check(self) -> list[tuple[str, str]]:
        """For the colleague who calls: (reference, time) of what this request has lost and one of another name has. A name may be
        spelled in two ways, and a number is a household's.
        """
        facts = self.facts
        told = {facts.visit, *facts.before, facts.offered, facts.ended_offer, *facts.told.asked, *facts.told.confirmed}
        lost = told - self.held
        return [(other.reference, self._in_words(time)) for other in self.of_number for time in other.times.held if time in lost]

    def text(self, *, layout: str, has_file: bool = False) -> str:
        """For the patient. `layout` is the channel's, which picks its block of the kind's template. `has_file`: whether the
        channel attaches what `calendar` does.
        """
        token, clinic, meeting = self.facts.token, self.rules.clinic, self.meeting
        context = (
            self.times
            | meeting.in_words
            | {
                "layout": f"consults/messages/{layout}",
                "clinic": clinic,
                "visit": clinic.consult.word,
                "is_ahead": self.is_ahead,
                "has_ended": self.facts.visit is not None and self.facts.visit.end <= max(self.now, self.facts.at),
                "may_move": self.may_move,
                "may_have_come": self.may_have_come,
                "name": greeting_name(self.facts.name, is_first=self.is_first),
                "may_be_misdirected": self.is_first and self.kind != OLD_ADDRESS,
                "reference": self.request.reference,
                "hours": hours_text.weekly_hours(self.rules.posted),
                "reason": self.facts.reason,
                "may_ask_again": self.facts.may_ask_again,
                "day": self.day,
                "to_know": meeting.to_know if self.is_ahead else [],
                "to_join": meeting.to_join if self._stays and self.kind not in GIVE_A_TIME else [],
                "page": settings.PUBLIC_URL + reverse("consults:own_page", args=[token]) if token else _HIDDEN_LINK,
                "book": settings.PUBLIC_URL + reverse("consults:request"),
                "has_new_link": self.facts.has_new_link,
                "went_unanswered": self.went_unanswered,
                "visit_stays": self._stays is not None,
                "is_late": self.facts.is_late or (self.kind == Event.Kind.RELEASED and self.facts.answer_is_late(self.now)),
                "asked_is_offered": self._offered is not None and self._offered.visit == self.facts.before.asked,
                "another_is_offered": self._offered is not None and self._offered.visit != self.facts.before.asked,
                "gets_wish": self.request.wants_earlier and self.facts.offers_earlier,
                "voicemail_ok": self.facts.voicemail_ok,
                "to_check": self._to_check,
                "is_too_late": self.is_too_late,
                "has_run_out": self.facts.offered_until is not None and self.facts.offered_until <= self.now,
            }
        )
        held, changes, entry = self.held, self.changes, self.calendar
        context["has_entry"] = has_file and entry.method == "REQUEST" and entry.visit is not None and entry.visit.start > self.now
        context |= {"had_another": bool(changes.also_had), "asked_is_held": self.facts.before.asked in held}
        context |= {"offered_is_held": self.facts.offered in held, "is_of_a_request": self._is_of_a_request}
        context["asked_gone"] = self._in_words(changes.asked_gone)
        sentences = self._sentences(context, changes, replaced_is_held=changes.replaced in held, has_file=has_file)
        return render_to_string(f"consults/messages/{self.kind}.txt", context | sentences)

    def _sentences(self, context: dict, changes: Changes, *, replaced_is_held: bool, has_file: bool) -> dict[str, str]:
        """On what has ended for them, their calendar, a place that changed, and a late answer; empty where there is none."""
        context = context | {
            "changes": changes,
            "has_file": has_file,
            "enters_visit": self.enters_visit and self._stays is not None,
            "is_offered": self.kind == Event.Kind.OFFERED,
            "is_reminder": self.kind == REMINDER,
            "is_about_offer": tells(self.kind).is_about_offer,
            "replaced_is_held": replaced_is_held,
            "replaced": self._in_words(changes.replaced),
            "other_wish": self._in_words(changes.other_wish),
            "ended_offer": self._in_words(changes.ended_offer),
            "also_asked": list(map(self._in_words, changes.also_asked)),
            "also_had": list(map(self._in_words, changes.also_had)),
            "asked_since": self._in_words(self._asked_since),
            "asks_again": self._asked_since == changes.replaced,
            "others": [(other, *map(self._in_words, other.times)) for other in self._named],
        }
        sentences: dict[str, str] = {}
        # The third says what the second does not.
        for name in ("gone", "calendar", "elsewhere", "apology"):
            text = render_to_string(f"consults/messages/_{name}.txt", context | sentences)
            sentences[name] = " ".join(text.split())
        return sentences

    def notice(self) -> Letter:
        """For staff, without personal data: a reference, a time and a link."""
        heading, reference = tells(self.kind).to_staff, self.request.reference
        link = settings.PUBLIC_URL + reverse("admin:consults_consultrequest_change", args=[self.request.pk])
        context = self.times | {"heading": heading, "reference": reference, "link": link}
        return Letter(self.facts.to, f"{heading}: {reference}", render_to_string("consults/messages/_staff.txt", context))
