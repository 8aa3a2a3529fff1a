"""Reasons for declining or cancelling: a list that staff edit, in words the patient reads."""

from django.core.exceptions import ValidationError
from django.db import models

from pages.naming import names_treatment

GIVES_CLINICIANS_REASONS = "consults.give_clinicians_reason"


class ReasonQuerySet(models.QuerySet):
    def offered(self, use: str):
        """The reasons staff may choose now for `decline` or `cancel`."""
        return self.filter(use=use, is_offered=True)

    def for_anybody(self):
        """Those that need no clinician."""
        return self.filter(for_clinicians=False)

    def given_by(self, user):
        """Those that this user may give."""
        return self if user.has_perm(GIVES_CLINICIANS_REASONS) else self.for_anybody()


class Reason(models.Model):
    class Use(models.TextChoices):
        DECLINE = "decline", "declining a request"
        CANCEL = "cancel", "cancelling a confirmed visit"

    use = models.CharField(max_length=8, choices=Use.choices)
    code = models.SlugField(max_length=40, unique=True, help_text="A short name that stays the same, for example decline-full.")
    label = models.CharField(max_length=80, help_text="As staff see it in the list, for example No open time.")
    text = models.TextField(help_text="As the patient reads it, in the email too. Do not name the treatment or an illness.")
    text_for_move = models.TextField(
        "text for a move",
        blank=True,
        help_text="The same where a patient asked to move a confirmed visit and that is declined: their visit stays. Leave empty"
        " to say the text above.",
    )
    is_about_time = models.BooleanField(
        default=True, help_text="Also offered where a patient asked to move a confirmed visit and that is declined."
    )
    may_ask_again = models.BooleanField(
        default=True, help_text="The letter adds that the patient can ask again, with the link to the form."
    )
    for_clinicians = models.BooleanField(
        "for clinicians only",
        default=False,
        help_text="A clinical judgment, for example Another kind of care. Only a clinician who has spoken with the person may "
        "choose it, and never for several requests at once.",
    )
    is_offered = models.BooleanField(default=True, help_text="Show it in the list.")
    position = models.PositiveSmallIntegerField(default=100, help_text="Lower numbers come first.")

    objects = ReasonQuerySet.as_manager()

    class Meta:
        ordering = ["use", "position", "code"]
        permissions = [("give_clinicians_reason", "Can give a reason that is for clinicians only")]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """Rejects words that tell others what a letter is about."""
        named = [name for name in ("text", "text_for_move") if names_treatment(getattr(self, name))]
        if named:
            message = (
                "This names the treatment or an illness, and the email to the patient would show it to anyone who sees their"
                " screen. Say it on the phone."
            )
            raise ValidationError({name: ValidationError(message, code="names_treatment") for name in named})

    def text_for(self, *, move: bool) -> str:
        """As the patient reads it; of a `move`, their confirmed visit stays."""
        return self.text_for_move or self.text if move else self.text

    @property
    def actions(self) -> set[str]:
        """The codes of the desk's buttons that offer it. A move is declined for a reason of time only."""
        return {self.use, "decline_move"} if self.use == self.Use.DECLINE and self.is_about_time else {self.use}
