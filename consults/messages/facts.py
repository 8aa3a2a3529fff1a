"""What a message about a request is made of, as it is sealed. The words are composed when it is sent or read."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from consults.models import ConsultRequest, EarlierOffer
from consults.scheduling import ConsultTime

from .calendar_file import CalendarChange


class Before(NamedTuple):
    """What a request was about before the event, and the visit that was confirmed then; each may be none."""

    asked: ConsultTime | None = None
    confirmed: ConsultTime | None = None


class ToldTimes(NamedTuple):
    """Times that a person was told are theirs, as asked for and as those of a confirmed visit."""

    asked: tuple[ConsultTime, ...] = ()
    confirmed: tuple[ConsultTime, ...] = ()


NOTHING_BEFORE = Before()
NOTHING_TOLD = ToldTimes()


@dataclass(frozen=True, repr=False)
class Facts:
    """As of the event. `to`: the address or number. `confirmed`: the visit that stays while a move waits for an answer.
    `offered`: the earlier time that the event is about, held until `offered_until`. `ended_offer`: one that they were told of,
    that has ended since, and whose end no letter told yet. `is_late`: they were told that we answer by an instant that is past.
    `has_new_link`: the link that they were sent before opens their page no longer.
    `page_had_another`: their own page has shown a visit that was confirmed at another time, whether they know of it or not.
    `told`: what earlier messages told them, or may have, and no message that certainly reached them took back.
    `untold_since`: when the visit that they know was first taken back, where no message told that.

    `reason`: as the patient reads it, and whether the letter adds that they `may_ask_again`. `version`: of the request.
    Instants are aware, in UTC.
    """

    to: str
    name: str
    token: str
    voicemail_ok: bool
    visit: ConsultTime | None
    confirmed: ConsultTime | None
    answer_by: datetime | None
    reason: str
    calendar: CalendarChange
    version: int
    at: datetime
    offered: ConsultTime | None = None
    offered_until: datetime | None = None
    ended_offer: ConsultTime | None = None
    may_ask_again: bool = True
    before: Before = NOTHING_BEFORE
    is_late: bool = False
    has_new_link: bool = False
    page_had_another: bool = False
    told: ToldTimes = NOTHING_TOLD
    untold_since: datetime | None = None

    @property
    def offers_earlier(self) -> bool:
        """Whether the offered time is before the one that the person has, or asked for."""
        return self.offered is not None and self.visit is not None and self.offered.start < self.visit.start

    def answer_is_late(self, now: datetime) -> bool:
        """Whether what they were promised is past, while a hold waits for a person for example: nobody is promised that again."""
        return self.answer_by is not None and self.answer_by <= max(now, self.at)

    @property
    def replaced(self) -> ConsultTime | None:
        """The time that the person had, or had asked for, before the event gave them `visit` in its place."""
        had = self.before.confirmed or self.before.asked
        return had if had != self.visit else None

    def __repr__(self) -> str:
        """Empty on purpose: a traceback must not show personal data."""
        return "<Facts>"

    @classmethod
    def of(
        cls,
        request: ConsultRequest,
        *,
        to: str,
        reason: str = "",
        may_ask_again: bool = True,
        calendar: CalendarChange,
        now: datetime,
        offer: EarlierOffer | None = None,
        ended_offer: EarlierOffer | None = None,
        before: Before = NOTHING_BEFORE,
        page_had_another: bool = False,
        told: ToldTimes = NOTHING_TOLD,
        untold_since: datetime | None = None,
    ) -> "Facts":
        person = request.person
        return cls(
            to=to,
            name=person.full_name,
            token=request.token,
            voicemail_ok=person.voicemail_ok,
            visit=request.visit,
            confirmed=request.confirmed_visit if request.is_moving else None,
            answer_by=request.answer_by if request.status in ConsultRequest.AWAITING_ANSWER else None,
            reason=reason,
            calendar=calendar,
            version=request.version,
            at=now,
            offered=offer.visit if offer else None,
            offered_until=offer.answer_by if offer else None,
            ended_offer=ended_offer.visit if ended_offer else None,
            may_ask_again=may_ask_again,
            before=before,
            page_had_another=page_had_another,
            told=told,
            untold_since=untold_since,
        )

    def as_json(self) -> dict:
        return vars(self) | {
            "visit": _pair(self.visit),
            "confirmed": _pair(self.confirmed),
            "answer_by": self.answer_by and self.answer_by.isoformat(),
            "calendar": [self.calendar.method, _pair(self.calendar.visit)],
            "at": self.at.isoformat(),
            "offered": _pair(self.offered),
            "offered_until": self.offered_until and self.offered_until.isoformat(),
            "ended_offer": _pair(self.ended_offer),
            "before": [_pair(visit) for visit in self.before],
            "told": [[_pair(visit) for visit in visits] for visits in self.told],
            "untold_since": self.untold_since and self.untold_since.isoformat(),
        }

    @classmethod
    def from_json(cls, values: dict) -> "Facts":
        method, visit = values["calendar"]
        opened = {
            "visit": _interval(values["visit"]),
            "confirmed": _interval(values["confirmed"]),
            "answer_by": datetime.fromisoformat(values["answer_by"]) if values["answer_by"] else None,
            "calendar": CalendarChange(method, _interval(visit)),
            "at": datetime.fromisoformat(values["at"]),
            "offered": _interval(values["offered"]),
            "offered_until": datetime.fromisoformat(values["offered_until"]) if values["offered_until"] else None,
            # A letter that waited for an update of the site has none.
            "ended_offer": _interval(values.get("ended_offer")),
            # A letter that was sealed before it held this is still sent.
            "before": Before(*map(_interval, values.get("before", ()))),
            "told": ToldTimes(*(tuple(filter(None, map(_interval, visits))) for visits in values.get("told", ()))),
            "untold_since": datetime.fromisoformat(since) if (since := values.get("untold_since")) else None,
        }
        return cls(**values | opened)


def _pair(visit: ConsultTime | None) -> list[str] | None:
    return [visit.start.isoformat(), visit.end.isoformat()] if visit else None


def _interval(pair: list[str] | None) -> ConsultTime | None:
    return ConsultTime(*map(datetime.fromisoformat, pair)) if pair else None
