"""A free earlier time that a colleague offered to one person. It holds a seat until it is answered or runs out.

Times, codes and staff only: nothing in a row identifies the person, so erasure leaves it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from consults.scheduling import ConsultTime

from .consult_request import ConsultRequest


class EarlierOfferQuerySet(models.QuerySet["EarlierOffer"]):
    def open(self):
        return self.filter(answer="")

    def of(self, request: ConsultRequest, *, at: datetime | None = None) -> "EarlierOffer | None":
        """The open offer of this request, or the one that was open at an instant."""
        if at is None:
            return self.open().filter(request=request).first()
        was_open = Q(answered_at=None) | Q(answered_at__gt=at)
        return self.filter(was_open, request=request, offered_at__lte=at).order_by("offered_at", "pk").last()

    def ahead(self, *, now: datetime):
        """Open offers of starts after the instant, with their requests, earliest start first."""
        return self.open().filter(starts_at__gt=now).select_related("request").order_by("starts_at", "pk")

    def ran_out(self, *, now: datetime):
        """Open offers that nobody answered in time."""
        return self.open().filter(answer_by__lte=now)

    def close(self, request: ConsultRequest, *, answer: str, at: datetime) -> bool:
        """Ends the open offer of this request. Whether there was one."""
        return bool(self.open().filter(request=request).update(answer=answer, answered_at=at))


class EarlierOffer(models.Model):
    class Answer(models.TextChoices):
        OPEN = "", "open"
        ACCEPTED = "accepted"
        REFUSED = "refused"
        LAPSED = "lapsed", "not answered in time"
        TAKEN_BACK = "taken_back", "taken back by staff"
        OVERTAKEN = "overtaken", "ended by another decision"

    request = models.ForeignKey(ConsultRequest, on_delete=models.PROTECT, related_name="offers")
    starts_at = models.DateTimeField(help_text="UTC; the offered start.")
    length_minutes = models.PositiveSmallIntegerField()
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField()
    answer_by = models.DateTimeField(help_text="The patient was told that the time is held until then.")
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True, default=Answer.OPEN)
    answered_at = models.DateTimeField(null=True)

    objects = EarlierOfferQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["answer_by"], name="open_offers_by_deadline", condition=Q(answer=""))]
        constraints = [
            models.UniqueConstraint(fields=["request"], condition=Q(answer=""), name="a_request_has_one_open_offer"),
            models.CheckConstraint(
                condition=Q(answer__in=["", "accepted", "refused", "lapsed", "taken_back", "overtaken"]),
                name="an_offer_has_a_known_answer",
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="an_answered_offer_says_when",
            ),
            models.CheckConstraint(condition=Q(answer_by__lt=F("starts_at")), name="an_offer_runs_out_before_its_start"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.answer or 'open'}"

    @property
    def visit(self) -> ConsultTime:
        """When the consult would take place."""
        return ConsultTime(self.starts_at, self.starts_at + timedelta(minutes=self.length_minutes))
