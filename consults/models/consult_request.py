"""A request for a consult: the requested start, its status, and the sealed personal data."""

import hashlib
import secrets
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import F, Max, Q

from consults.contact import normalised_email, normalised_phone
from consults.scheduling import Interval
from guard import sealing

from .person import Person
from .reference import new_reference

TOKEN_LIVES_ON = timedelta(days=30)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class ConsultRequestQuerySet(models.QuerySet["ConsultRequest"]):
    def open(self):
        """Requests that have not ended, each of which still needs a person."""
        return self.filter(status__in=ConsultRequest.OPEN)

    def awaiting_answer(self):
        """Requests a person still has to answer."""
        return self.filter(status__in=ConsultRequest.AWAITING_ANSWER)

    def needing_answer_first(self):
        """Every request: first those awaiting an answer, soonest reply time first; then the rest, newest first."""
        waits = models.Case(models.When(status__in=ConsultRequest.AWAITING_ANSWER, then=0), default=1)
        return self.annotate(waits=waits).order_by("waits", models.Case(models.When(waits=0, then=F("answer_by"))), "-created_at")

    def newest_first(self):
        return self.order_by("-created_at", "-pk")

    def ended_as(self, status: str):
        """Requests that ended with this status. The condition names every ended status, to match the partial index by arrival."""
        return self.filter(status=status, ended_at__isnull=False)

    def overdue(self, *, now: datetime):
        """Requests whose reply time, or whose start, has passed without an answer."""
        return self.filter(Q(answer_by__lte=now) | Q(starts_at__lte=now), status=ConsultRequest.Status.REQUESTED)

    def holding_from(self, instant: datetime):
        """Requests that hold a seat for a start after the instant, earliest first."""
        return self.filter(status__in=ConsultRequest.HOLDS_A_SEAT, starts_at__gt=instant).order_by("starts_at", "pk")

    def to_erase(self, *, now: datetime, after: timedelta, quarantined_after: timedelta):
        """Requests that ended at least `after` ago, visits that long past, and requests quarantined for `quarantined_after`."""
        set_aside = Max("events__at", filter=Q(events__kind="quarantined"))
        ended = Q(status__in=ConsultRequest.ENDED, ended_at__lte=now - after)
        quarantined = Q(status=ConsultRequest.Status.QUARANTINED, set_aside__lte=now - quarantined_after)
        past = Q(status=ConsultRequest.Status.CONFIRMED, starts_at__lte=now - after)
        return self.filter(erased_at=None).alias(set_aside=set_aside).filter(ended | past | quarantined)

    def of_same_contact(self, request: "ConsultRequest"):
        """Every request with the same email address or phone number, this one included."""
        same = Q(pk=request.pk)
        for contact in (request.email, request.phone):
            same |= Q(pk__in=ConsultRequest.objects.by_contact(contact).values("pk")) if contact else Q()
        return self.filter(same)

    def by_token(self, token: str, *, now: datetime):
        """The request whose patient page this token opens, until 30 days after it ended."""
        alive = Q(ended_at=None) | Q(ended_at__gt=now - TOKEN_LIVES_ON)
        return self.filter(alive, token_hash=token_hash(token))

    def by_contact(self, text: str):
        """Requests with exactly this email address or phone number, however it is spelled."""
        found = Q(pk__in=[])
        if "@" in text:
            found |= Q(email_index__in=sealing.blind_indexes("email", normalised_email(text)))
        if len(phone := normalised_phone(text)) >= 7:
            found |= Q(phone_index__in=sealing.blind_indexes("phone", phone))
        return self.filter(found)


class ConsultRequest(models.Model):
    class Status(models.TextChoices):
        REQUESTED = "requested"
        CONFIRMED = "confirmed"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        CANCELLED = "cancelled"
        EXPIRED = "expired"
        COMPLETED = "completed"
        MISSED = "missed", "No-show"
        QUARANTINED = "quarantined", "Set aside"

    HOLDS_A_SEAT = (Status.REQUESTED, Status.CONFIRMED)
    ENDED = (Status.DECLINED, Status.WITHDRAWN, Status.CANCELLED, Status.EXPIRED, Status.COMPLETED, Status.MISSED)
    OPEN = (Status.REQUESTED, Status.QUARANTINED, Status.CONFIRMED)
    AWAITING_ANSWER = (Status.REQUESTED, Status.QUARANTINED)
    SHORTEST = timedelta(minutes=5)
    TABLE = "consults_consultrequest"

    reference = models.CharField(max_length=9, unique=True, default=new_reference, editable=False)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.REQUESTED)
    starts_at = models.DateTimeField(
        null=True, help_text="UTC; empty when none of the times worked and the clinic will get in touch."
    )
    length_minutes = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()
    answer_by = models.DateTimeField(help_text="The patient was told that the clinic answers by then.")
    ended_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True, help_text="From then on, nothing in this row identifies the person.")
    kept_outside_hours = models.BooleanField(default=False, help_text="Staff accepted this start although it is not posted.")
    version = models.PositiveIntegerField(
        default=1, help_text="Rises with every change, so that a decision about an older version is refused."
    )
    client = models.CharField(max_length=40, blank=True, help_text="Keyed hash of the sender's IP address, kept for a day.")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The colleague who takes care of it.",
    )
    submission_key = models.CharField(max_length=43, unique=True, help_text="From the form's ticket: one form, one request.")
    sealed = models.BinaryField()
    email_index = models.CharField(max_length=40, blank=True)
    phone_index = models.CharField(max_length=40, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)

    objects = ConsultRequestQuerySet.as_manager()

    class Meta:
        # Nobody adds or deletes a request by hand, so no role has those two permissions.
        permissions = [
            ("export_consultrequest", "Can export a list of requests"),
            ("erase_consultrequest", "Can print and erase one person's data"),
        ]
        indexes = [
            models.Index(fields=["status", "answer_by"], name="requests_by_reply_time"),
            models.Index(fields=["starts_at"], name="requests_by_start"),
            models.Index(fields=["created_at"], name="requests_by_arrival"),
            models.Index(fields=["status", "created_at"], name="ended_requests_by_arrival", condition=Q(ended_at__isnull=False)),
            models.Index(fields=["client"], name="requests_by_client", condition=~Q(client="")),
            models.Index(fields=["email_index"], name="requests_by_email"),
            models.Index(fields=["phone_index"], name="requests_by_phone"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "requested",
                        "confirmed",
                        "declined",
                        "withdrawn",
                        "cancelled",
                        "expired",
                        "completed",
                        "missed",
                        "quarantined",
                    ]
                ),
                name="a_request_has_a_known_status",
            ),
            models.CheckConstraint(condition=~Q(status="confirmed", starts_at=None), name="a_confirmed_request_has_a_start"),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(sealed=b"", email_index="", phone_index="", client=""),
                name="an_erased_request_tells_nobodys_name",
            ),
            models.CheckConstraint(condition=Q(length_minutes__gte=5), name="a_request_lasts_five_minutes_or_more"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def visit(self) -> Interval | None:
        """When the consult takes place; None when none of the times worked."""
        if self.starts_at is None:
            return None
        return Interval(self.starts_at, self.starts_at + timedelta(minutes=self.length_minutes))

    def seal_person(self, person: Person, *, token: str, staff_notes: str = "") -> None:
        """Seals the person, the token of their page and the staff note; sets the indexes the row is found by."""
        opened = asdict(person) | {"token": token, "staff_notes": staff_notes}
        self.sealed = sealing.seal(opened, table=self.TABLE, reference=self.reference)
        self.email_index = sealing.blind_index("email", normalised_email(person.email))
        self.phone_index = sealing.blind_index("phone", normalised_phone(person.phone))
        self.token_hash = token_hash(token)
        self.__dict__.pop("_opened", None)

    def forget_person(self, *, at: datetime) -> None:
        """Removes everything from the row that identifies the person."""
        self.erased_at, self.sealed = at, b""
        self.email_index = self.phone_index = self.client = ""
        self.token_hash = secrets.token_hex(32)
        self.__dict__.pop("_opened", None)

    @cached_property
    def _opened(self) -> dict:
        """The sealed values of this row; none after erasure. Raises sealing.CannotOpen."""
        if self.erased_at is not None:
            return {}
        return sealing.unseal(self.sealed, table=self.TABLE, reference=self.reference)

    @property
    def person(self) -> Person:
        """The person; blank after erasure. Raises sealing.CannotOpen, as does every property below."""
        return Person.of(self._opened)

    @property
    def token(self) -> str:
        """The secret in the URL of the patient's own page."""
        return self._opened.get("token", "")

    @property
    def staff_notes(self) -> str:
        return self._opened.get("staff_notes", "")

    @property
    def full_name(self) -> str:
        return self.person.full_name

    @property
    def email(self) -> str:
        return self.person.email

    @property
    def phone(self) -> str:
        return self.person.phone

    @property
    def note(self) -> str:
        return self.person.note
