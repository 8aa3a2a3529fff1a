"""A request for a consult: the requested start, its status, and the sealed personal data."""

import secrets
import uuid
from datetime import UTC, datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q

from consults.contact import normalised_email, normalised_phone
from consults.scheduling import ConsultTime
from guard import sealing

from .person import Person, called_indexes, contact_indexes
from .reference import new_reference
from .request_queryset import ConsultRequestQuerySet, token_hash

_LAST = datetime.max.replace(tzinfo=UTC)  # no form takes it; a ruined row with it must close no page


def _interval(start: datetime | None, minutes: int) -> ConsultTime | None:
    return None if start is None else ConsultTime(start, start + min(timedelta(minutes=minutes), _LAST - start))


class ConsultRequest(models.Model):
    class Status(models.TextChoices):
        REQUESTED = "requested", "Waiting"
        CONFIRMED = "confirmed"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        CANCELLED = "cancelled"
        EXPIRED = "expired", "Not answered in time"
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
    confirmed_starts_at = models.DateTimeField(
        null=True, help_text="UTC; the visit that is confirmed. While a move waits for an answer, it is not `starts_at`."
    )
    confirmed_length_minutes = models.PositiveSmallIntegerField(null=True)
    created_at = models.DateTimeField()
    addressed_at = models.DateTimeField(
        help_text="When its present contact was given, it was restored or its number was called. The limits count from then."
    )
    answer_by = models.DateTimeField(help_text="The patient was told that the clinic answers by then.")
    ended_at = models.DateTimeField(null=True, help_text="Of a visit that took place, or was missed: its start.")
    erased_at = models.DateTimeField(null=True, help_text="From then on, nothing in this row identifies the person.")
    kept_despite = models.JSONField(
        default=dict, help_text="What staff accepted of this start: closed (the hours of its date), full (the capacity)."
    )
    confirmed_kept_despite = models.JSONField(default=dict, help_text="The same of the confirmed start.")
    referral_counted = models.BooleanField(
        default=False, help_text="Staff counted how the person heard of the clinic. The answer itself is not kept here."
    )
    wants_earlier = models.BooleanField(default=False, help_text="Asked to be told if an earlier time frees up.")
    version = models.PositiveIntegerField(
        default=1, help_text="Rises with every change, so that a decision about an older version is refused."
    )
    calendar_uid = models.UUIDField(default=uuid.uuid4, db_index=True, help_text="Of its calendar entry, wherever the site is.")
    calendar_step = models.PositiveIntegerField(
        default=0,
        help_text="Added to the version for a calendar's SEQUENCE. Rises with each restore: versions repeat then.",
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
    contact_index = models.CharField(
        max_length=40, blank=True, help_text="Of the contact that is answered, for the limits of what one person is sent."
    )
    former_contacts = models.CharField(
        max_length=82, blank=True, help_text="The same of addresses that were sent a letter and corrected, for a day."
    )
    called_index = models.CharField(
        max_length=40, blank=True, help_text="Of the phone number that is called because the email address takes no mail."
    )
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
            models.Index(fields=["confirmed_starts_at"], name="requests_by_confirmed_start"),
            models.Index(fields=["created_at"], name="requests_by_arrival"),
            models.Index(fields=["addressed_at"], name="requests_by_first_letter"),
            models.Index(fields=["status", "created_at"], name="ended_requests_by_arrival", condition=Q(ended_at__isnull=False)),
            models.Index(fields=["client"], name="requests_by_client", condition=~Q(client="")),
            models.Index(fields=["email_index"], name="requests_by_email"),
            models.Index(fields=["phone_index"], name="requests_by_phone"),
            models.Index(fields=["contact_index"], name="requests_by_contact"),
            # Whole, although most are empty: joined by OR with the one above, SQLite takes no partial index and reads every row.
            models.Index(fields=["called_index"], name="requests_by_call"),
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
                condition=Q(erased_at=None)
                | Q(sealed=b"", email_index="", phone_index="", contact_index="", former_contacts="", called_index="", client=""),
                name="an_erased_request_tells_nobodys_name",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_starts_at=None) | Q(status__in=["requested", "confirmed", "completed", "missed"]),
                name="only_a_visit_that_stands_is_confirmed",
            ),
            models.CheckConstraint(condition=Q(length_minutes__gte=5), name="a_request_lasts_five_minutes_or_more"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def visit(self) -> ConsultTime | None:
        """When the consult takes place, or would; None when none of the times worked."""
        return _interval(self.starts_at, self.length_minutes)

    @property
    def confirmed_visit(self) -> ConsultTime | None:
        """The visit that is confirmed; None when none is. While a move waits for an answer, it differs from `visit`."""
        return _interval(self.confirmed_starts_at, self.confirmed_length_minutes or self.length_minutes)

    @property
    def is_moving(self) -> bool:
        """Whether the patient asked for another time than the confirmed one, and nobody answered yet."""
        return self.status == self.Status.REQUESTED and self.confirmed_starts_at is not None

    @property
    def held_visits(self) -> list[tuple[ConsultTime, dict]]:
        """The visits whose seats it holds, and what staff keep each despite (see `conflicts`): two while it is moving."""
        if self.status not in self.HOLDS_A_SEAT:
            return []
        stays = [(self.confirmed_visit, self.confirmed_kept_despite)] if self.is_moving else []
        return [(visit, despite) for visit, despite in (*stays, (self.visit, self.kept_despite)) if visit is not None]

    def stand_by_confirmed(self) -> None:
        """Makes the confirmed visit the one it is about again."""
        self.starts_at, self.length_minutes = self.confirmed_starts_at, self.confirmed_length_minutes or self.length_minutes
        self.kept_despite = self.confirmed_kept_despite

    def confirm_visit(self) -> None:
        """Makes the visit it is about the confirmed one."""
        self.confirmed_starts_at, self.confirmed_length_minutes = self.starts_at, self.length_minutes
        self.confirmed_kept_despite = self.kept_despite

    def forget_confirmed(self) -> None:
        self.confirmed_starts_at = self.confirmed_length_minutes = None
        self.confirmed_kept_despite = {}

    def seal_person(self, person: Person, *, token: str, staff_notes: str = "") -> None:
        """Seals the person, the token of their page and the staff note; sets the indexes the row is found by."""
        opened = vars(person) | {"token": token, "staff_notes": staff_notes}
        self.sealed = sealing.seal(opened, table=self.TABLE, reference=self.reference)
        self.email_index = sealing.blind_index("email", normalised_email(person.email))
        self.phone_index = sealing.blind_index("phone", normalised_phone(person.phone))
        self.contact_index = next(iter(contact_indexes(person)), "")
        self.called_index = self.called_index and next(iter(called_indexes(person)), "")
        self.token_hash = token_hash(token)
        # What was just sealed need not be opened.
        self._opened = opened

    def forget_person(self, *, at: datetime) -> None:
        """Removes everything from the row that identifies the person."""
        self.erased_at, self.sealed, self.wants_earlier = at, b"", False
        self.email_index = self.phone_index = self.contact_index = self.former_contacts = ""
        self.called_index = self.client = ""
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
