"""What has ended for the person, and what their calendar needs: decided here alone, so that letters and calls cannot differ.

The words are in `_gone.txt` and `_calendar.txt`.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from consults.models import Event
from consults.scheduling import ConsultTime

from .facts import Facts
from .kinds import ABOUT_OFFERS, GIVE_A_TIME

# They say nothing of the time that was asked for before, where it is not the one that they are about.
_LEAVE_ASKED_OUT = {Event.Kind.DECLINED, Event.Kind.EXPIRED}


class Calendar(StrEnum):
    """What becomes of the visit in the person's calendar; empty leaves it as it is."""

    NOTHING = ""
    PUTS = "puts"
    KEEPS = "keeps"
    CHANGES = "changes"
    TAKES_OUT = "takes_out"


@dataclass(frozen=True)
class Changes:
    """`replaced`: the time that they had, or asked for, before they were given another, or before that one was cancelled.
    `other_wish`: what they asked for beside a visit, and did not get. `asked_gone`: what they asked for before, where the
    message is about that itself. `ended_offer`: see Facts. `also_asked`, `also_had`: times ahead that they were told they had
    asked for, or had, which nothing else in the message names.

    `from_page`: they were told of no visit at another time, and may all the same have put one in their calendar with the file
    of their own page.
    """

    replaced: ConsultTime | None
    other_wish: ConsultTime | None
    asked_gone: ConsultTime | None
    ended_offer: ConsultTime | None
    also_asked: tuple[ConsultTime, ...]
    also_had: tuple[ConsultTime, ...]
    calendar: Calendar
    from_page: bool

    @classmethod
    def told_by(cls, kind: str, facts: Facts, *, held: Set[ConsultTime], now: datetime) -> "Changes":
        """`held`: the times that are theirs when it is told, at the instant `now`, whatever was decided since: none of them is
        called lost.
        """
        asked, had = facts.before
        # All others name what was asked for as the news that they are.
        names_times = kind in GIVE_A_TIME or (facts.calendar.method == "CANCEL" and had is not None)
        is_lost = had is not None and asked not in {None, had, facts.visit, *held}
        replaced, calendar = facts.replaced, cls._calendar(facts)
        before = () if kind in ABOUT_OFFERS else (had,) if kind in _LEAVE_ASKED_OUT else (had, asked)
        named = {facts.visit, facts.confirmed, facts.offered, *held, *before}
        also_had = _ahead(facts.told.confirmed, named, now)
        return cls(
            replaced=replaced if names_times else None,
            other_wish=asked if names_times and is_lost else None,
            asked_gone=asked if asked not in {None, had, facts.visit, facts.confirmed, *held} else None,
            ended_offer=facts.ended_offer if facts.ended_offer not in held else None,
            also_asked=_ahead(facts.told.asked, named | set(also_had), now),
            also_had=also_had,
            calendar=calendar,
            from_page=had is None if calendar == Calendar.TAKES_OUT else facts.page_had_another and not (had and replaced),
        )

    @staticmethod
    def _calendar(facts: Facts) -> Calendar:
        if facts.calendar.method == "CANCEL":
            return Calendar.TAKES_OUT
        if facts.calendar.method != "REQUEST":
            return Calendar.NOTHING
        if facts.before.confirmed is None:
            return Calendar.PUTS
        return Calendar.CHANGES if facts.replaced else Calendar.KEEPS


def _ahead(told: Iterable[ConsultTime], named: Set[ConsultTime | None], now: datetime) -> tuple[ConsultTime, ...]:
    """Those that are ahead and not named otherwise, each once. What is past brings nobody."""
    return tuple(dict.fromkeys(visit for visit in told if visit not in named and visit.start > now))
