"""What unanswered requests hold: how many came within an hour, and how many of the free times they take.

A bot that is slow enough makes no rush by the hour, but what it holds adds up all the same.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from .current_rules import Rules, read_rules
from .models import ConsultRequest
from .models.event import Event, was_let_in
from .scheduling import Offers

# This many unanswered requests within an hour are a rush; fewer are no reason to look at what they hold.
RUSH = 10
SOON = timedelta(days=14)
Status = ConsultRequest.Status


@dataclass(frozen=True)
class HeldUnanswered:
    """How many times unanswered requests hold, and of how many that no answered request holds: `soon` and `free_soon` within
    two weeks, `ahead` and `free_ahead` up to the last date. `a_week`: how many times the clinic has in a week.
    """

    soon: int = 0
    free_soon: int = 0
    ahead: int = 0
    free_ahead: int = 0
    a_week: float = 0

    @property
    def are_most_soon(self) -> bool:
        """More than half of two weeks: each IP address may hold one time a day, as in a rush."""
        return self.ahead >= RUSH and 2 * self.soon > self.free_soon

    @property
    def are_nearly_all(self) -> bool:
        """More than three quarters of everything, and more than a week has: the rest is kept for people who are checked.

        A clinic that is booked out has few free times, so a few unanswered requests hold most of them; that is no bot.
        """
        return self.ahead >= RUSH and 4 * self.ahead > 3 * self.free_ahead and self.ahead > self.a_week

    @property
    def warning(self) -> str:
        """For staff and monitors; empty while all is well."""
        if not (self.are_most_soon or self.are_nearly_all):
            return ""
        shares = f"{self.soon} of {self.free_soon} within two weeks, {self.ahead} of {self.free_ahead} in all"
        return f"{self.ahead} unanswered requests hold most of the free times ({shares})"


def read_held_unanswered(*, now: datetime, rules: Rules | None = None) -> HeldUnanswered:
    """The times ahead that requests hold which were never answered. Two queries; one with `rules` that were just read."""
    rules = rules or read_rules(now)
    fresh, soon = Q(status=Status.REQUESTED, confirmed_starts_at=None), Q(starts_at__lte=now + SOON)
    held = ConsultRequest.objects.filter(status__in=ConsultRequest.HOLDS_A_SEAT, starts_at__gt=now).aggregate(
        ahead=Count("pk", filter=fresh),
        soon=Count("pk", filter=fresh & soon),
        held_ahead=Count("pk"),
        held_soon=Count("pk", filter=soon),
    )
    if held["ahead"] < RUSH:
        return HeldUnanswered(soon=held["soon"], ahead=held["ahead"])
    offers = Offers(rules.posted, rules.policy, now)
    days = (offers.today + timedelta(days=number) for number in range(rules.policy.horizon_days + 1))
    starts = [start for day in days for start in offers.grid(day) if start > now]
    times_soon = rules.policy.capacity * sum(start <= now + SOON for start in starts)
    return HeldUnanswered(
        soon=held["soon"],
        free_soon=times_soon - held["held_soon"] + held["soon"],
        ahead=held["ahead"],
        free_ahead=rules.policy.capacity * len(starts) - held["held_ahead"] + held["ahead"],
        a_week=times_soon / 2,
    )


def recently_unanswered(*, now: datetime) -> int:
    """The number of requests from the last hour that await an answer, or were withdrawn, counted up to 1,000.

    Not those that were set aside: otherwise one address alone could start a rush.
    """
    waiting, withdrawn = Q(status=Status.REQUESTED), Q(was_let_in(), status=Status.WITHDRAWN)
    # By their first events: SQLite would look at everything that was ever withdrawn before it looked at when it came in.
    arrivals = {"events__number": 1, "events__kind__in": (Event.Kind.REQUESTED, Event.Kind.QUARANTINED)}
    recent = ConsultRequest.objects.filter(waiting | withdrawn, **arrivals, events__at__gt=now - timedelta(hours=1))
    return recent[:1000].count()
