"""What the patient's own page says of the state of a request: its heading, a sentence, the label of the time, and notices."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from consults import status_text
from consults.contact import hinted_email, hinted_phone
from consults.current_rules import read_rules
from consults.messages.known import is_called
from consults.models import ConsultRequest, EarlierOffer, Event, Reason
from consults.scheduling.reply import BEFORE_THE_START
from consults.transitions import TRANSITIONS, WANTS_EARLIER, may_happen, visit_began
from pages.consult_kind import ConsultKind

Status, Kind = ConsultRequest.Status, Event.Kind
_CONFIRMS = {Kind.CONFIRMED, Kind.RESCHEDULED, Kind.OFFER_ACCEPTED}
# The heading, and a sentence. `reach` and `told` depend on how the person is answered.
_WAITS = ("We have your request", "It is not confirmed until we {reach} you.")
_WORDS = {
    Status.REQUESTED: _WAITS,
    # The same text: someone quarantined by mistake still reads a true statement.
    Status.QUARANTINED: _WAITS,
    Status.CONFIRMED: ("Your visit is confirmed", "We look forward to the conversation."),
    Status.DECLINED: ("We closed this request", "{told}"),
    Status.WITHDRAWN: ("You withdrew this request", "There is nothing else to do. You are welcome to ask again."),
    Status.CANCELLED: ("This visit has been cancelled", "{told}"),
    Status.EXPIRED: ("We did not answer in time", "That is our mistake, not yours. You are welcome to ask again."),
    Status.COMPLETED: ("This request is complete", "Thank you. You are welcome to ask for another consult."),
    Status.MISSED: ("We missed you", "If you still want to talk, you are welcome to ask for another time."),
}
# The same while a time is offered, which nobody has to confirm once it is taken.
_OFFERED = (
    "We have your request",
    "If you take the earlier time that we offer, it is confirmed at once. "
    "The time you asked for is not confirmed until we {reach} you.",
)
_OFFERED_A_FIRST_TIME = ("We have your request", "If you take the time that we offer, it is confirmed at once.")
_CANCELLED_BY_PATIENT = ("You cancelled this visit", "There is nothing else to do. You are welcome to ask again.")
_BEGAN = ("It is time for your visit", "We look forward to the conversation.")
_PASSED = ("The time of your visit has passed", "If we did not meet, you are welcome to ask for another time.")
_MOVING = (
    "Your visit is confirmed. The new time is not confirmed yet",
    "Your confirmed visit stays as it is until we confirm the new time.",
)
# The same once the confirmed visit has begun and the move has not been ended yet.
_NOT_ANSWERED = "We did not answer in time about the new one, and we are sorry. It is not confirmed until we {reach} you."
_BEGAN_MOVING = ("It is time for your confirmed visit", _NOT_ANSWERED)
_PASSED_MOVING = ("The time of your confirmed visit has passed", _NOT_ANSWERED)
# An offer ends with whatever is decided otherwise, so the page says what is true after that.
_OFFER_ENDED = {"no_offer", "offer_over"}
_HELD_NO_MORE = {Status.DECLINED, Status.EXPIRED, Status.WITHDRAWN}


@dataclass(frozen=True)
class PageWords:
    """The words for a request at an instant. They are written for a visit, and said for what the clinic's consults are."""

    found: ConsultRequest
    now: datetime
    consult: ConsultKind

    @cached_property
    def _kinds(self) -> list[str]:
        return list(self.found.events.order_by("number").values_list("kind", flat=True))

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
        """The offered time that they could take if the hours had not changed since. Staff see it among the conflicts."""
        return self._offer_in_time if self._offer_in_time and not self._is_posted(self._offer_in_time) else None

    @cached_property
    def _offer_in_time(self) -> EarlierOffer | None:
        return self.held_offer if self.held_offer and may_happen(Kind.OFFER_ACCEPTED, self.found, self.now) else None

    def _is_posted(self, offer: EarlierOffer) -> bool:
        return read_rules(self.now).posted.covers(offer.visit.start, offer.visit.end)

    @property
    def not_to_ask_for(self) -> set[datetime | None]:
        """The starts that they have, that are offered (an offer is accepted, and not asked for), or that staff refused them."""
        own = {self.found.starts_at, self.found.confirmed_starts_at, self.held_offer.starts_at if self.held_offer else None}
        return own | self.found.events.refused_starts()

    @property
    def only_waits(self) -> bool:
        """Whether it still is what was sent, perhaps at another time: nobody answered, and nothing is offered."""
        return self.found.status in ConsultRequest.AWAITING_ANSWER and not self.found.is_moving and not self.offer

    @property
    def has_visit(self) -> bool:
        """Whether a visit is confirmed, also while the patient asks for another time."""
        return self.found.status == Status.CONFIRMED or self.found.is_moving

    @property
    def is_over(self) -> bool:
        """Whether it ended without a visit: what is shown is no time to come at."""
        return self.found.status in {Status.CANCELLED, *_HELD_NO_MORE}

    @property
    def _was_cancelled(self) -> bool:
        """Whether the patient gave up a visit that was confirmed, and not only a request."""
        return self.found.status == Status.WITHDRAWN and not _CONFIRMS.isdisjoint(self._kinds)

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
        reach, told = ("call", "We tell you why when we call.") if self.are_called else ("write to", "Our email tells you why.")
        heading, sentence = self._state
        if self.found.status == Status.CANCELLED and self.may_ask_again:
            sentence += " You are welcome to ask for another time."
        return self.consult.say(heading), self.consult.say(sentence.format(reach=reach, told=told))

    @property
    def _state(self) -> tuple[str, str]:
        found, visit = self.found, self.found.visit
        if found.is_moving:
            return self._moving
        if found.status == Status.CONFIRMED and visit and visit.start <= self.now:
            return _PASSED if visit.end <= self.now else _BEGAN
        if found.status == Status.REQUESTED and self.offer:
            return _OFFERED if visit else _OFFERED_A_FIRST_TIME
        return _CANCELLED_BY_PATIENT if self._was_cancelled else _WORDS[Status(found.status)]

    @property
    def _moving(self) -> tuple[str, str]:
        if not visit_began(self.found, self.now):
            return _MOVING
        visit = self.found.confirmed_visit
        return _BEGAN_MOVING if visit and visit.end > self.now else _PASSED_MOVING

    @property
    def lost_its_time(self) -> bool:
        """Whether a time was asked for that is not held any more, so that the request has none: staff restored it so."""
        return self.found.starts_at is None and self.found.events.asked_for_a_time().exists()

    @property
    def may_get_earlier(self) -> bool:
        """Whether an earlier time may still be offered to who asked for one. What was set aside reads the same."""
        found, now = self.found, self.now
        waits = found.status in ConsultRequest.AWAITING_ANSWER
        is_open = found.status == Status.CONFIRMED or (waits and not found.is_moving and found.answer_by > now)
        in_time = found.starts_at is None or found.starts_at - BEFORE_THE_START > now
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
            return "Time you asked for, not yet confirmed"
        if found.status == Status.CANCELLED or self._was_cancelled:
            return self.consult.say("Cancelled visit")
        if found.status in _HELD_NO_MORE and found.starts_at:
            return "Time you asked for (no longer held)"
        return "Time" if found.confirmed_starts_at else "Time you asked for"

    @property
    def notice(self) -> str:
        """That an answer was heard which left everything else as it was; empty once anything else happened."""
        found, now = self.found, self.now
        may_have_refused = WANTS_EARLIER.holds(found, now) and may_happen(Kind.WITHDRAWN, found, now)
        if not may_have_refused or self._kinds[-1] != Kind.OFFER_REFUSED:
            return ""
        stays = self.consult.word if self.has_visit else "request"
        return f"You did not take the time that we offered. Your {stays} stays as it is."

    @property
    def why_no_move(self) -> str:
        """Why an open request cannot be moved now; empty where it can be, or has begun."""
        code = TRANSITIONS[Kind.MOVED].broken_guard(self.found, self.now)
        return self.refusal(code) if code in {"too_late_to_move", "moved_too_often"} else ""

    @property
    def way_out(self) -> str:
        return f"cancel your {self.consult.word}" if self.has_visit else "withdraw the request"

    def refusal(self, code: str) -> str:
        """Why a decision of the patient is not allowed, and how the request is now."""
        return self.consult.say(self._refusal(code))

    def _refusal(self, code: str) -> str:
        if code in _OFFER_ENDED:
            now = "visit is at the time" if self.found.status == Status.CONFIRMED else "request is now as"
            return f"That time is no longer held for you. Your {now} shown below"
        if code == "is_confirmed":
            return "Your visit is confirmed at the time shown below"
        text = status_text.not_allowed(code)
        if code == "too_late_to_move":
            return f"{text}. If the time does not work for you, {self.way_out}"
        return f"{text}, or {self.way_out}" if code == "moved_too_often" else text
