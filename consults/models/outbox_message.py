"""A message, about an event or to staff about an account or the site. The worker sends it; what it is made of is sealed."""

import uuid
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Least

from guard import sealing

from .consult_request import ConsultRequest
from .event import Event

# A failed attempt moves the next one by as much (see `messages.delivery`).
LONGEST_PAUSE = timedelta(hours=1)
_NEVER = Value(datetime(9999, 12, 31, tzinfo=UTC), output_field=models.DateTimeField())


class OutboxMessageQuerySet(models.QuerySet["OutboxMessage"]):
    def sent_by_the_worker(self):
        return self.exclude(channel=OutboxMessage.Channel.CALL)

    def due(self, *, now):
        """Messages the worker may claim now: waiting, or claimed by a worker whose lease ran out."""
        return self.sent_by_the_worker().filter(state=OutboxMessage.State.WAITING, not_before__lte=now)

    def owed(self, *, now):
        """Messages that are due, or that the worker tried to send and will again."""
        waiting = self.sent_by_the_worker().filter(state=OutboxMessage.State.WAITING)
        # A claim and a failed attempt move `not_before`.
        return waiting.filter(Q(not_before__lte=now) | Q(attempts__gt=0))

    def waiting_since(self, *, now):
        """Since when the oldest message has been owed that the worker could not send; None when there is none."""
        since = self.owed(now=now).aggregate(
            untried=models.Min("not_before", filter=Q(attempts=0)), tried=models.Min("created_at", filter=Q(attempts__gt=0))
        )
        return min(filter(None, since.values()), default=None)

    def dated_ahead(self, *, now):
        """Waiting messages that a clock which was ahead has written, or tried: they would wait until it is as late as that.

        Only a reminder that nobody tried is rightly due later than after a pause.
        """
        soon = now + LONGEST_PAUSE
        is_later = Q(not_before__gt=soon) & (Q(attempts__gt=0) | ~Q(kind="reminder"))
        return self.filter(Q(created_at__gt=soon) | is_later, state=OutboxMessage.State.WAITING)

    def calls_owed(self, *, now):
        """Calls that are due and were not made, also those that nobody answered and that are to be tried again later."""
        return self.filter(channel=OutboxMessage.Channel.CALL, state=OutboxMessage.State.WAITING, not_before__lte=now)

    def due_calls_first(self, *, now):
        """The same calls in the order of the desk: what is due, the most urgent first; then what is to be tried again later."""
        is_later = Case(When(call_again_at__gt=now, then=Value(1)), default=Value(0))
        urgent = self.most_urgent_first(now=now).alias(is_later=is_later)
        return urgent.order_by("is_later", *urgent.query.order_by)

    def calls_to_make(self, *, now):
        """Calls that staff may make now."""
        return self.calls_owed(now=now).filter(Q(call_again_at=None) | Q(call_again_at__lte=now))

    def calls_about(self, request, *, since, until):
        """Calls about the request that fell due between the instants: those that were made, and those that still are to be."""
        due = self.filter(event__request=request, channel=OutboxMessage.Channel.CALL, not_before__gt=since, not_before__lte=until)
        return due.exclude(state=OutboxMessage.State.DROPPED)

    def failed(self):
        """Mail that could not be sent, until somebody sends it again or has dealt with it."""
        return self.filter(state=OutboxMessage.State.FAILED)

    def most_urgent_first(self, *, now):
        """What is about a visit ahead, the soonest first (`next_start`); then the rest, the newest first.

        Who withdrew a request knows of it. Otherwise a stranger could put theirs before everybody's.
        """
        starts = ("event__request__confirmed_starts_at", "event__request__starts_at", "known_start")
        ahead = (Case(When(Q((f"{start}__gt", now)), then=F(start)), default=_NEVER) for start in starts)
        withdrew = When(event__request__status=ConsultRequest.Status.WITHDRAWN, then=_NEVER)
        return self.alias(visit=Case(withdrew, default=Least(*ahead))).order_by("visit", "-not_before", "-pk")

    def drop(self) -> int:
        """Marks them as no longer needed: none of them is sent. Returns how many."""
        return self.update(state=OutboxMessage.State.DROPPED)

    def about_no_request(self):
        """Letters to staff about an account or the site. Their text, a link to a new password, is for nobody at the desk."""
        return self.filter(event=None)

    def needing_a_person(self, *, now):
        """Calls to make and failed mail. Two subqueries so that each uses its index; a plain OR scans the table."""
        return self.filter(Q(pk__in=self.calls_to_make(now=now).values("pk")) | Q(pk__in=self.failed().values("pk")))


def channels() -> list[tuple[str, str]]:
    """The choices as a function, so that a new channel needs no migration."""
    return OutboxMessage.Channel.choices


class OutboxMessage(models.Model):
    class Channel(models.TextChoices):
        MAIL = "mail"
        CALL = "call", "call to make"

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        FAILED = "failed"
        DROPPED = "dropped", "no longer needed"

    class Recipient(models.TextChoices):
        PATIENT = "patient"
        STAFF = "staff"

    TABLE = "consults_outboxmessage"

    event = models.ForeignKey(
        Event, null=True, on_delete=models.PROTECT, related_name="messages", help_text="Empty where no request is meant."
    )
    kind = models.CharField(max_length=30, help_text="The kind of event it reports, for example requested.")
    recipient = models.CharField(max_length=10, choices=Recipient.choices)
    channel = models.CharField(max_length=6, choices=channels)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    message_id = models.UUIDField(unique=True, default=uuid.uuid4, help_text="Part of the Message-ID, the same at every attempt.")
    is_first = models.BooleanField(
        default=False, help_text="To a patient who was sent nothing before, nor decided about: the address may be a stranger's."
    )
    sealed = models.BinaryField()
    place = models.TextField(blank=True, help_text="Where a consult took place by the clinic's facts when it last left.")
    way_to_join = models.TextField(blank=True, help_text="How to join a video call, by the clinic's facts of the same moment.")
    created_at = models.DateTimeField(help_text="When it was written; of a reminder that was tried, when it was due.")
    not_before = models.DateTimeField(
        help_text="The next attempt. A worker that claims the message moves it forward as its lease."
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    calls_tried = models.PositiveSmallIntegerField(default=0, help_text="How often staff called and nobody answered.")
    call_again_at = models.DateTimeField(null=True, help_text="A call that nobody answered is not on the lists until then.")
    known_start = models.DateTimeField(
        null=True, help_text="Of the visit that the person knew of when it was written: they come then unless they hear of this."
    )
    done_at = models.DateTimeField(null=True, help_text="When it was handed over, or staff made the call.")
    problem = models.CharField(max_length=60, blank=True, help_text="Code of the last failure, without personal data.")
    is_dealt_with = models.BooleanField(
        default=False, help_text="It failed, and staff told the person otherwise, or there is nobody to tell."
    )
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who last marked the call as made, not made or not answered, the email as dealt with, or sent it again.",
    )
    marked_at = models.DateTimeField(null=True)

    objects = OutboxMessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["not_before"], name="messages_waiting", condition=Q(state="waiting")),
            models.Index(fields=["not_before"], name="messages_failed", condition=Q(state="failed")),
            models.Index(fields=["done_at"], name="messages_sent", condition=Q(done_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "kind", "recipient"], name="an_event_owes_a_message_once"),
            models.CheckConstraint(
                condition=Q(event__isnull=False) | Q(recipient="staff", channel="mail"),
                name="a_message_about_no_request_is_mail_to_staff",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient} ({self.state})"

    @property
    def reference(self) -> str:
        """That of its request; empty for a letter about none."""
        return self.event.request.reference if self.event else ""

    def next_start(self, *, now: datetime) -> datetime | None:
        """The earliest time ahead at which the person may come: as it stands, as they asked, or as they know it until this tells
        them otherwise.
        """
        if self.event is None:
            return None
        request = self.event.request
        starts = (request.confirmed_starts_at, request.starts_at, self.known_start)
        return min((start for start in starts if start and start > now), default=None)

    @property
    def kind_in_words(self) -> str:
        """In the words of the history."""
        return str(Event.Kind(self.kind).label) if self.kind in Event.Kind.values else self.kind.replace("_", " ")

    @property
    def tries_in_words(self) -> str:
        """How often nobody answered a call; empty when nobody tried."""
        return {0: "", 1: "tried once"}.get(self.calls_tried, f"tried {self.calls_tried} times")

    @property
    def may_have_arrived(self) -> bool:
        """Whether a server has it, or may have: nobody noted what became of the last attempt. Of a call: whether it was made.

        Ask it of the address: whether something of ours is there. What somebody knows is `may_be_known`.
        """
        return self.state == self.State.DONE or self.done_at is not None or (self.attempts > 0 and not self.problem)

    @property
    def may_be_known(self) -> bool:
        """Whether the person may know what it says: it may have arrived, or a colleague dealt with it, who may have told them.

        Ask it of the person. It says nothing of the address, which may be a stranger's.
        """
        return self.may_have_arrived or self.is_dealt_with

    @property
    def is_known(self) -> bool:
        """Whether nobody owes it to the person any more: it left, the call was made, or a colleague dealt with it."""
        return self.state == self.State.DONE or self.is_dealt_with

    @property
    def was_lost_twice(self) -> bool:
        """Whether two attempts ended without a note of what became of them, or one after an attempt that nobody answered."""
        return self.attempts > 0 and not self.problem and self.done_at is not None

    def seal(self, values: dict) -> None:
        self.sealed = sealing.seal(values, table=self.TABLE, reference=str(self.message_id))

    @property
    def opened(self) -> dict:
        """What its words are put together from. Empty once the person's data was erased, or a letter about no request was sent.

        Raises sealing.CannotOpen.
        """
        if not self.sealed and self.state != self.State.WAITING:
            return {}
        return sealing.unseal(self.sealed, table=self.TABLE, reference=str(self.message_id))
