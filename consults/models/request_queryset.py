"""The words in which requests are asked for: open, overdue, of one contact, to erase."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, F, Max, OuterRef, Q

from consults.contact import normalised_email, normalised_phone
from consults.scheduling.reply import BEFORE_THE_REPLY_TIME
from guard import sealing

if TYPE_CHECKING:
    from .consult_request import ConsultRequest

TOKEN_LIVES_ON = timedelta(days=30)
# In seconds since then a step stays a signed integer of 32 bits until 2094.
_STEPS_BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def calendar_step_at(instant: datetime) -> int:
    """What calendars take for newer than every SEQUENCE that was sent before the instant (see `raise_calendar_steps`)."""
    return int((instant - _STEPS_BEGAN).total_seconds())


# Each promises an answer by a time of its own.
_PROMISES = Q(events__number=1) | Q(events__kind__in=("moved", "released"))
# A correction to an address that was sent enough already sets aside too.
_SETS_ASIDE = Q(events__kind="quarantined") | Q(events__kind="readdressed", events__status="quarantined")


class ConsultRequestQuerySet(models.QuerySet["ConsultRequest"]):
    def open(self):
        """Requests that have not ended, each of which still needs a person."""
        return self.filter(status__in=self.model.OPEN)

    def awaiting_answer(self):
        """Requests a person still has to answer."""
        return self.filter(status__in=self.model.AWAITING_ANSWER)

    def needing_answer_first(self):
        """Every request: first those awaiting an answer, soonest reply time first; then the rest, newest first."""
        waits = models.Case(models.When(status__in=self.model.AWAITING_ANSWER, then=0), default=1)
        return self.annotate(waits=waits).order_by("waits", models.Case(models.When(waits=0, then=F("answer_by"))), "-created_at")

    def newest_first(self):
        return self.order_by("-created_at", "-pk")

    def ended_as(self, status: str):
        """Requests that ended with this status. The condition names every ended status, to match the partial index by arrival."""
        return self.filter(status=status, ended_at__isnull=False)

    def overdue(self, *, now: datetime):
        """Requests whose reply time, or whose start, has passed without an answer, and those whose offer ran out.

        Two subqueries so that each uses its index.
        """
        every = self.model.objects.order_by()
        unanswered = every.filter(Q(answer_by__lte=now) | Q(starts_at__lte=now), status=self.model.Status.REQUESTED)
        offered = every.filter(offers__answer="", offers__answer_by__lte=now, status__in=self.model.HOLDS_A_SEAT)
        return self.filter(Q(pk__in=unanswered.values("pk")) | Q(pk__in=offered.values("pk")))

    def promised_ahead(self, *, now: datetime, latest_answer: datetime):
        """Requests that wait for an answer, promised by a clock that was ahead for later than `latest_answer`."""
        ahead = self.model.objects.filter(_PROMISES, events__at__gt=now)
        return self.filter(status__in=self.model.AWAITING_ANSWER, answer_by__gt=latest_answer, pk__in=ahead.values("pk"))

    def dated_ahead(self, *, now: datetime, latest_answer: datetime):
        """These, and requests that came in, or ended, at a time that is yet to come."""
        promised = self.model.objects.promised_ahead(now=now, latest_answer=latest_answer)
        return self.filter(Q(created_at__gt=now) | Q(ended_at__gt=now) | Q(pk__in=promised.values("pk")))

    def wanting_earlier(self, *, than: datetime | None, now: datetime):
        """Requests of people who asked for an earlier time and could be offered this start, the oldest first; None: no start.

        Who found no time that worked is one of them, without the tick.
        """
        status = self.model.Status
        later = Q(wants_earlier=True, starts_at__gt=than) if than else Q(pk__in=[])
        timeless = Q(starts_at=None, status=status.REQUESTED) if than else Q(pk__in=[])
        unanswered = Q(status=status.REQUESTED, confirmed_starts_at=None, answer_by__gt=now + BEFORE_THE_REPLY_TIME)
        found = self.filter(later | timeless).filter(unanswered | Q(status=status.CONFIRMED))
        return found.exclude(offers__answer="").order_by("created_at", "pk")

    def holding_from(self, instant: datetime):
        """Requests that hold a seat for a start after the instant, earliest start first."""
        ahead = Q(starts_at__gt=instant) | Q(confirmed_starts_at__gt=instant)
        return self.filter(ahead, status__in=self.model.HOLDS_A_SEAT).order_by("starts_at", "pk")

    def confirmed_ahead(self, *, now: datetime):
        """Requests with a confirmed visit that has not begun, soonest first; also those that ask for another time."""
        ahead = self.filter(confirmed_starts_at__gt=now, status__in=self.model.HOLDS_A_SEAT)
        return ahead.order_by("confirmed_starts_at", "pk")

    def raise_calendar_steps(self, *, now: datetime) -> None:
        """Lets calendars take what follows for newer than all that they were sent, also what a restored database has forgotten.

        The step is a time, because a number that counts restores would go back with the database. Nothing changes as often as
        every second, so that what was sent since the last step lies below this one.
        """
        step = calendar_step_at(now)
        self.filter(calendar_step__lt=step).update(calendar_step=step)

    def to_erase(self, *, now: datetime, after: timedelta, quarantined_after: timedelta):
        """Requests that ended at least `after` ago, visits that long past, and requests quarantined for `quarantined_after`.

        One that a clock which was ahead set aside, further than that, counts from its arrival: its event keeps the wrong time.
        """
        set_aside = Max("events__at", filter=_SETS_ASIDE)
        ended = Q(status__in=self.model.ENDED, ended_at__lte=now - after)
        long_ago, ahead = now - quarantined_after, now + quarantined_after
        quarantined = Q(set_aside__lte=long_ago) | Q(set_aside__gt=ahead, created_at__lte=long_ago)
        quarantined &= Q(status=self.model.Status.QUARANTINED)
        past = Q(status=self.model.Status.CONFIRMED, starts_at__lte=now - after)
        return self.filter(erased_at=None).alias(set_aside=set_aside).filter(ended | past | quarantined)

    def never_let_in(self):
        """Set aside on their arrival, and since then nobody let them in, decided about them, opened them or was told of them."""
        aside = self.filter(events__kind="quarantined", events__number=1)
        theirs = self.model.objects.filter(Q(events__kind__in=("requested", "released")) | Q(events__by__isnull=False))
        return aside.filter(~Exists(theirs.filter(pk=OuterRef("pk"))), access_records=None, handings=None, offers=None)

    def of_same_contact(self, request: "ConsultRequest"):
        """Every request with the same email address or phone number, this one included."""
        same = Q(pk=request.pk)
        for contact in (request.email, request.phone):
            same |= Q(pk__in=self.model.objects.by_contact(contact).values("pk")) if contact else Q()
        return self.filter(same)

    def by_token(self, token: str, *, now: datetime):
        """The request whose patient page this token opens, until 30 days after it ended.

        A confirmed visit that nobody marked as completed or missed counts as ended at its start, as it does for erasure.
        """
        last = now - TOKEN_LIVES_ON
        is_ahead_or_recent = ~Q(status=self.model.Status.CONFIRMED) | Q(starts_at__gt=last)
        return self.filter(Q(ended_at__gt=last) | Q(is_ahead_or_recent, ended_at=None), token_hash=token_hash(token))

    def by_contact(self, text: str):
        """Requests with exactly this email address or phone number, however it is spelled."""
        found = Q(pk__in=[])
        if "@" in text:
            found |= Q(email_index__in=sealing.blind_indexes("email", normalised_email(text)))
        if len(phone := normalised_phone(text)) >= 7:
            found |= Q(phone_index__in=sealing.blind_indexes("phone", phone))
        return self.filter(found)
