"""Where a visit takes place and what a person needs to know for it, by the clinic's facts of today and by what they were told."""

from dataclasses import dataclass
from datetime import datetime

from consults.contact import hinted_phone
from consults.models import ConsultRequest
from pages.consult_kind import CALL, VIDEO
from pages.models import Clinic
from pages.naming import names_treatment

from .place_told import NO_PLACE_TOLD, PlaceTold, place_told

_ESTIMATE = "You have the right to a written estimate of what care will cost. Ask"
_ASK_HOW_TO_JOIN = "Please ask us by replying to this email before it begins."
# They may have answered the letter before: no field takes that.
_GAVE_NO_NUMBER = "You gave none with your request. If you have not told us one since"


@dataclass(frozen=True)
class Meeting:
    """A visit of `request`. `told`: what they know of its place; nothing where there is no visit ahead to come to."""

    request: ConsultRequest
    clinic: Clinic
    told: PlaceTold = NO_PLACE_TOLD

    @property
    def place_before(self) -> str:
        """Where they were told that it takes place, if that has changed since: their calendar has it so."""
        return self.told.place if self.told.place != self.clinic.consult_place else ""

    @property
    def joins_otherwise(self) -> bool:
        """Whether they were told another way to join it."""
        return self.is_by_video and self.told.way_to_join not in {"", self.clinic.way_to_join}

    @property
    def has_changed(self) -> bool:
        return bool(self.place_before) or self.joins_otherwise

    @property
    def is_by_video(self) -> bool:
        return self.clinic.consult == VIDEO

    @property
    def at_place(self) -> str:
        """Behind the time. "Your call, by phone" would say it twice."""
        consult = self.clinic.consult
        return ", " + (consult.how.rstrip(".") or f"at {self.clinic.address_line}") if consult.word == "visit" else ""

    @property
    def in_words(self) -> dict[str, str | bool]:
        """For the templates."""
        return {
            "is_at_the_clinic": not self.clinic.consult.how,
            "place": self.clinic.consult_place,
            "place_before": self.place_before,
            "place_label": self.clinic.consult.place_label,
            "at_place": self.at_place,
            "has_changed": self.has_changed,
            "joins_otherwise": self.joins_otherwise,
            "is_by_video": self.is_by_video,
            "we_call": we_call(self.request, self.clinic),
        }

    @property
    def to_know(self) -> list[tuple[str, str]]:
        """(label, text) of the clinic's facts for a visit, where they are set and tell nobody what the visit is about."""
        clinic = self.clinic
        return _fit_for_mail(
            *self._how_to_meet,
            ("Getting here", "" if clinic.consult.how else clinic.parking),
            (clinic.consult.say("Before your visit"), clinic.preparation),
            (_ESTIMATE, clinic.good_faith_contact),
        )

    @property
    def to_join(self) -> list[tuple[str, str]]:
        """The same, of how to meet alone, where that has changed since they were told."""
        return _fit_for_mail(*self._how_to_meet) if self.has_changed else []

    @property
    def _how_to_meet(self) -> list[tuple[str, str | None]]:
        """What a person still has to tell us, or to hear from us, before a consult that is not at the clinic."""
        clinic = self.clinic
        if self.is_by_video:
            return [("How to join", clinic.video_link or _ASK_HOW_TO_JOIN)]
        if clinic.consult != CALL:
            return []
        if calls := we_call(self.request, clinic):
            return [("Your call", calls)]
        or_call = f", or call us at {clinic.phone}" if clinic.phone else ""
        return [("Your phone number", f"{_GAVE_NO_NUMBER}, please reply to this email with it{or_call}.")]


def was_told_otherwise(request: ConsultRequest, *, clinic: Clinic, taking: datetime | None = None) -> bool:
    """Whether they know another place of their visit, or another way to join it, than today's. `taking`: as for `place_told`."""
    return Meeting(request, clinic, place_told(request, clinic=clinic, taking=taking)).has_changed


def we_call(request: ConsultRequest, clinic: Clinic) -> str:
    """Who calls whom, where the consult is a call and we have a number. Only a hint of it: the link to the page may come into
    other hands.
    """
    is_call = clinic.consult == CALL and request.person.phone
    return f"We will call you at {hinted_phone(request.person.phone)}." if is_call else ""


def _fit_for_mail(*facts: tuple[str, str | None]) -> list[tuple[str, str]]:
    return [(label, text) for label, text in facts if text and not names_treatment(text)]
