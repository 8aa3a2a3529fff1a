"""What the patient's own page says of the state of a request: its heading, a sentence, the label of the time, and notices."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.forms import Form

from consults.contact import hinted_email, hinted_phone
from consults.current_rules import read_rules
from consults.messages.as_told import did_not_reach_them, end_as_told, end_was_told
from consults.messages.facts import Facts
from consults.messages.known import is_called
from consults.messages.taken_back import offer_ended_unsaid
from consults.models import ConsultRequest, EarlierOffer, Event, Reason
from consults.models.event import refused_among
from consults.scheduling import ConsultTime
from consults.scheduling.reply import leaves_time, leaves_time_to_offer
from consults.transitions import MAY_BE_OFFERED, TRANSITIONS, has_begun, may_happen, visit_began, went_unanswered
from pages.consult_kind import ConsultKind

from . import state_words
from .refusal_words import why_refused

Status, Kind = ConsultRequest.Status, Event.Kind
_CONFIRMS = {Kind.CONFIRMED, Kind.RESCHEDULED, Kind.OFFER_ACCEPTED}
_HELD_NO_MORE = {Status.CANCELLED, Status.DECLINED, Status.EXPIRED, Status.WITHDRAWN}


@dataclass(frozen=True)
class PageWords:
    """The words for a request at an instant. They are written for a visit, and said for what the clinic's consults are."""

    found: ConsultRequest
    now: datetime
    consult: ConsultKind
    # Where an address is corrected, seen from the page that says so.
    corrected: str = "below"

    @cached_property
    def _events(self) -> list[tuple[str, datetime | None]]:
        """(kind, start) of each."""
        return list(self.found.events.order_by("number").values_list("kind", "starts_at"))

    @property
    def _kinds(self) -> list[str]:
        return [kind for kind, _ in self._events]

    @property
    def visit_was_moved(self) -> bool:
        """Whether a calendar may hold another time than the confirmed one."""
        return len({start for kind, start in self._events if kind in _CONFIRMS}) > 1

    @cached_property
    def held_offer(self) -> EarlierOffer | None:
        """The offered time that is held for them, also past its deadline while nothing has ended it yet."""
        return EarlierOffer.objects.of(self.found)

    @cached_property
    def offer(self) -> EarlierOffer | None:
        """The offered time that they may take."""
        return self._offer_in_time if self._offer_in_time and self._is_posted(self._offer_in_time) else None

    @property
    def closed_offer(self) -> EarlierOffer | None:
        """The offered time that they could take if the hours had not changed since. Staff see it among the conflicts. Of what was
        set aside, one that they were told of, and that this ended: nobody is told so, and their page looks as usual.
        """
        last = self.found.events.order_by("number").last() if self.found.status == Status.QUARANTINED else None
        if last is not None:
            return offer_ended_unsaid(last)
        return self._offer_in_time if self._offer_in_time and not self._is_posted(self._offer_in_time) else None

    @cached_property
    def _offer_in_time(self) -> EarlierOffer | None:
        return self.held_offer if self.held_offer and may_happen(Kind.OFFER_ACCEPTED, self.found, self.now) else None

    def _is_posted(self, offer: EarlierOffer) -> bool:
        return read_rules(self.now).covers(offer.visit)

    @property
    def not_to_ask_for(self) -> set[datetime | None]:
        """The starts that they have, that are offered (an offer is accepted, and not asked for), or that staff refused them."""
        own = {self.found.starts_at, self.found.confirmed_starts_at, self.held_offer.starts_at if self.held_offer else None}
        return own | refused_among(self._events)

    @property
    def only_waits(self) -> bool:
        """Whether it still is what was sent, perhaps at another time: nobody answered yet, and nothing is offered."""
        waits = self.found.status in ConsultRequest.AWAITING_ANSWER and not self.found.is_moving
        return waits and not self.offer and not self.went_unanswered

    @property
    def went_unanswered(self) -> bool:
        """Whether it has waited for an answer too long to be told of one."""
        return went_unanswered(self.found, self.now)

    @property
    def has_visit(self) -> bool:
        """Whether a visit is confirmed, also while the patient asks for another time."""
        return self.found.status == Status.CONFIRMED or self.found.is_moving

    @property
    def is_over(self) -> bool:
        """Whether it ended without a visit: what is shown is no time to come at."""
        return self.found.status in _HELD_NO_MORE or self.went_unanswered

    @cached_property
    def _end(self) -> Facts | None:
        return end_as_told(self.found) if self.found.status in {Status.DECLINED, Status.CANCELLED, Status.WITHDRAWN} else None

    @property
    def visit(self) -> ConsultTime | None:
        """The time that the page shows: once it is over, the one that the letter of the end names."""
        return self._end.visit if self._end else self.found.visit

    @property
    def _lost_a_visit(self) -> bool:
        """Whether what ended was a visit that was confirmed, and not only a request, as far as they know."""
        if self.found.status not in {Status.CANCELLED, Status.WITHDRAWN}:
            return False
        return self._end.before.confirmed is not None if self._end else not _CONFIRMS.isdisjoint(self._kinds)

    @cached_property
    def are_called(self) -> bool:
        """Whether the answer is a call. An address that takes no mail is called instead."""
        return is_called(self.found)

    @property
    def reached_at(self) -> str:
        """Where the answer goes, as a hint: the link may come into other hands."""
        return hinted_phone(self.found.phone) if self.are_called else hinted_email(self.found.email)

    @property
    def headline(self) -> tuple[str, str]:
        """The heading, and a sentence."""
        reach = "call" if self.are_called else "write to"
        told = state_words.why(is_called=self.are_called, was_told=self.is_over and end_was_told(self.found))
        heading, sentence = state_words.of(
            self.found, is_offered=self.offer is not None, lost_a_visit=self._lost_a_visit, now=self.now
        )
        if self.is_unreached and self.found.status in ConsultRequest.OPEN:
            sentence += f" Our last email did not reach you. {self._how_to_reach_us}"
        elif self.is_unreached:
            lost = "Our email did not reach you"
            told = f"{lost}, so we say it here. {self._end.reason}" if self._end else f"{lost}. {self._how_to_reach_us}"
        if self.found.status == Status.CANCELLED and self.may_ask_again:
            sentence += " You are welcome to ask for another time."
        words = self.consult.say(sentence).replace("{reach}", reach).replace("{told}", told)
        return self.consult.say(heading), words

    @cached_property
    def is_unreached(self) -> bool:
        """Whether our last email is known to be lost where the page would refer to it or to the next, or shows what it said."""
        begun = self.found.status == Status.CONFIRMED and visit_began(self.found, self.now)
        refers = not begun and self.found.status in {*ConsultRequest.OPEN, Status.DECLINED, Status.CANCELLED}
        return refers and not self.went_unanswered and not self.are_called and did_not_reach_them(self.found)

    @property
    def _how_to_reach_us(self) -> str:
        if may_happen(Kind.READDRESSED, self.found, self.now):
            return f"If your address was wrong, please correct it {self.corrected}. Or get in touch with us."
        return "Please get in touch with us."

    @property
    def lost_its_time(self) -> bool:
        """Whether a time was asked for that is no longer held, so that the request has none: staff restored it so."""
        return self.found.starts_at is None and self.found.events.asked_for_a_time().exists() and not self.is_offered_its_time

    @property
    def is_offered_its_time(self) -> bool:
        """Whether the time that it lost is the very one that the page offers."""
        asked = self.found.events.asked_for_a_time().order_by("number").last() if self.found.starts_at is None else None
        return asked is not None and self.offer is not None and asked.starts_at == self.offer.starts_at

    @property
    def may_get_earlier(self) -> bool:
        """Whether an earlier time may still be offered to who asked for one. What was set aside reads the same."""
        found, now = self.found, self.now
        waits = found.status in ConsultRequest.AWAITING_ANSWER
        may_be_answered = waits and not found.is_moving and leaves_time_to_offer(found.answer_by, now)
        is_open = found.status == Status.CONFIRMED or may_be_answered
        in_time = found.starts_at is None or leaves_time(found.starts_at, now)
        return found.wants_earlier and is_open and in_time and not self.held_offer

    @property
    def may_ask_again(self) -> bool:
        """Whether the page invites to book again, as the letter of the answer does."""
        answers = self.found.events.filter(kind__in=(Kind.DECLINED, Kind.CANCELLED))
        return not Reason.objects.filter(code__in=answers.values("reason"), may_ask_again=False).exists()

    @property
    def time_label(self) -> str:
        """What the time on the page is."""
        found = self.found
        if found.is_moving:
            return "Time you asked for, not answered" if has_begun(found, self.now) else "Time you asked for, not yet confirmed"
        if self._lost_a_visit:
            return self.consult.say("Cancelled visit")
        if self.is_over and self.visit:
            return "Time that this request no longer holds"
        return "Time" if found.confirmed_starts_at else "Time you asked for"

    @property
    def notice(self) -> str:
        """That an answer was heard which left everything else as it was; empty once anything else happened, and of a time that
        they could not have had any more.
        """
        found, now = self.found, self.now
        may_have_refused = MAY_BE_OFFERED.holds(found, now) and may_happen(Kind.WITHDRAWN, found, now)
        if not may_have_refused or self._kinds[-1] != Kind.OFFER_REFUSED:
            return ""
        offer = found.offers.order_by("pk").last()
        if offer is None or offer.answered_at is None or offer.answered_at >= offer.answer_by or not self._is_posted(offer):
            return ""
        return f"You did not take the time that we offered. {self.what_stays}."

    @property
    def what_stays(self) -> str:
        """What an offer that came to nothing leaves: of a visit the time, because its place may have changed meanwhile."""
        return self.consult.say("Your visit keeps its time") if self.has_visit else "Your request stays as it is"

    @property
    def why_no_move(self) -> str:
        """Why an open request cannot be moved now; empty where it can be, or has begun."""
        code = TRANSITIONS[Kind.MOVED].broken_guard(self.found, self.now)
        return self.refusal(code) if code in {"too_late_to_move", "moved_too_often"} else ""

    @property
    def way_out(self) -> str:
        return f"cancel your {self.consult.word}" if self.has_visit else "withdraw the request"

    @property
    def keeps_confirmed(self) -> str:
        """To who asks for their confirmed time while another one waits for an answer."""
        return self.consult.say("That is the time of your confirmed visit. You can keep it below")

    def form_is_gone(self, shown: dict[str, Form | None]) -> str:
        """Why a form that was sent, well formed or not, is no longer there to be corrected; empty if it is. `shown`: by kind
        of event, the forms that the page was given.
        """
        codes = [TRANSITIONS[kind].broken_guard(self.found, self.now) for kind, form in shown.items() if form and form.is_bound]
        return self.refusal(codes[0]) if any(codes) else ""

    def refusal(self, code: str) -> str:
        """Why a decision of the patient is not allowed, and how the request is now."""
        return self.consult.say(why_refused(self.found, code, now=self.now, has_visit=self.has_visit, way_out=self.way_out))
