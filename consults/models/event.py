"""The history of a request: its events, numbered from 1 without gaps. Codes, times and staff only, nothing a person typed.

The database refuses to change or delete an event; see `event_guard`.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery

from .consult_request import ConsultRequest


def event_kinds() -> list[tuple[str, str]]:
    """The choices as a function, so that a new kind needs no migration."""
    return Event.Kind.choices


def was_let_in(request: str = "pk") -> Q:
    """Of the request that the column names: not set aside from the beginning, or released since. Otherwise it wrote to nobody."""
    events = Event.objects.filter(request=OuterRef(request))
    set_aside_first = Exists(events.filter(number=1, kind=Event.Kind.QUARANTINED))
    return ~Q(set_aside_first) | Q(Exists(events.filter(kind=Event.Kind.RELEASED)))


def status_when_addressed() -> Subquery:
    """The status of a request after the event that last decided whether its present contact is told anything (`addressed_at`).

    `requested`: it was told, whatever became of the request since. `quarantined`: it was not.
    """
    addressing = Q(number=1) | Q(kind__in=(Event.Kind.READDRESSED, Event.Kind.RELEASED))
    return Subquery(Event.objects.filter(addressing, request=OuterRef("pk")).order_by("-number").values("status")[:1])


def refused_among(events: Iterable[tuple[str, datetime | None]]) -> set[datetime | None]:
    """The same, of events that are read already: (kind, start) of each, in their order."""
    refused: set[datetime | None] = set()
    asked: datetime | None = None
    for kind, start in events:
        if kind == Event.Kind.MOVED:
            asked = start
        elif kind == Event.Kind.MOVE_DECLINED:
            # Its own start is the visit that stays.
            refused.add(asked)
        elif kind == Event.Kind.OFFER_TAKEN_BACK:
            refused.add(start)
        elif kind in {Event.Kind.OFFERED, Event.Kind.RESCHEDULED}:
            refused.discard(start)
    return refused


class EventQuerySet(models.QuerySet["Event"]):
    def confirming(self):
        """Those that confirmed a visit."""
        return self.filter(kind__in=(Event.Kind.CONFIRMED, Event.Kind.RESCHEDULED, Event.Kind.OFFER_ACCEPTED))

    def taken_on_the_phone(self):
        """Those with which a colleague recorded that a person takes the time that was offered: they know of it."""
        return self.filter(kind=Event.Kind.OFFER_ACCEPTED).exclude(by=None)

    def asked_for_a_time(self):
        """Those with which a person asked for a time."""
        asks = (Event.Kind.REQUESTED, Event.Kind.QUARANTINED, Event.Kind.MOVED)
        return self.filter(kind__in=asks, starts_at__isnull=False)

    def refused_starts(self) -> set[datetime | None]:
        """Of one request: the starts that staff declined, or offered and took back, and neither gave nor offered since."""
        return refused_among(self.order_by("number").values_list("kind", "starts_at"))

    def moves(self, request: ConsultRequest, *, since: datetime, until: datetime) -> tuple[int, int]:
        """How often patients moved this request between the instants, and any request of the same contact, this one included.

        A number that is called because the address takes no mail is a contact like the one that was chosen. Of others only the
        moves that wrote to the contact count: a request that was set aside writes to nobody.
        """
        same = Q(request=request)
        for index in filter(None, (request.contact_index, request.called_index)):
            of_contact = Q(request__contact_index=index) | Q(request__called_index=index)
            of_contact |= Q(request__former_contacts__contains=index)
            same |= of_contact & ~Q(status=ConsultRequest.Status.QUARANTINED)
        moved = self.filter(same, kind=Event.Kind.MOVED, at__gt=since, at__lte=until)
        counted = moved.aggregate(own=Count("pk", filter=Q(request=request)), of_contact=Count("pk"))
        return counted["own"], counted["of_contact"]


class Event(models.Model):
    class Kind(models.TextChoices):
        REQUESTED = "requested"
        QUARANTINED = "quarantined", "set aside"
        RELEASED = "released", "restored"
        CONFIRMED = "confirmed"
        MOVED = "moved", "moved by the patient"
        RESCHEDULED = "rescheduled", "moved and confirmed"
        MOVE_DECLINED = "move_declined", "move declined, the confirmed visit stays"
        MOVE_EXPIRED = "move_expired", "move not answered in time, the confirmed visit stays"
        MOVE_LAPSED = "move_lapsed", "move ended after the confirmed visit had begun"
        MOVE_TAKEN_BACK = "move_taken_back", "move taken back by the patient"
        READDRESSED = "readdressed", "email address corrected by the patient"
        OFFERED = "offered", "time offered"
        OFFER_ACCEPTED = "offer_accepted", "offered time accepted"
        OFFER_REFUSED = "offer_refused", "offered time refused"
        OFFER_LAPSED = "offer_lapsed", "offered time not answered"
        OFFER_TAKEN_BACK = "offer_taken_back", "offer taken back"
        KEPT = "kept", "kept despite the conflict"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn", "withdrawn by the patient"
        CANCELLED = "cancelled"
        EXPIRED = "expired", "not answered in time"
        ANSWERED = "answered", "closed without a letter"
        COMPLETED = "completed"
        MISSED = "missed", "no-show"
        NOTED = "noted", "note saved"
        ERASED = "erased", "personal data erased"

    # The unique constraint below is the index of a request's events.
    request = models.ForeignKey(ConsultRequest, on_delete=models.PROTECT, related_name="events", db_index=False)
    number = models.PositiveIntegerField(help_text="Counts from 1.")
    kind = models.CharField(max_length=20, choices=event_kinds)
    status = models.CharField(max_length=12, choices=ConsultRequest.Status.choices, help_text="The status after the event.")
    starts_at = models.DateTimeField(null=True)
    reason = models.SlugField(max_length=40, blank=True, help_text="Code of the reason that staff chose.")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Empty when it was the patient or the system.",
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["request", "number"]
        # Counts the moves of a day.
        indexes = [models.Index(fields=["kind", "at"], name="events_by_kind")]
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="events_of_a_request_are_numbered"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="events_count_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} #{self.number} {self.kind}"
