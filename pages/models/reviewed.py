"""What texts that are checked before they are published have in common."""

from datetime import date, timedelta

from django.db import models

from .content_version import PublicContent

READ_AGAIN_AFTER = timedelta(days=365)


class ClaimChecked(PublicContent):
    """Words that `blog.claims` reads when they are saved."""

    claims_justification = models.TextField(
        "why these words may stay",
        blank=True,
        help_text="Asked for only when saving finds words that promise too much. It stays in the history.",
    )

    class Meta:
        abstract = True


class Reviewed(ClaimChecked):
    """A text with a date, a medical review and a day to read it again. `blog.review` decides whether a review still counts."""

    updated_on = models.DateField(help_text="The date of the last change of the words. Set by saving.")
    reviewed_by = models.ForeignKey(
        "pages.Provider",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reviewed_%(class)ss",
        limit_choices_to={"is_published": True},
        help_text="Only a published provider who has read this very text. Any later change of the words ends the review.",
    )
    reviewed_on = models.DateField(null=True, blank=True, help_text="The day this text was read.")
    reviewed_words = models.CharField(max_length=64, blank=True, default="", editable=False)
    review_by = models.DateField(
        "read again by", null=True, blank=True, help_text="Empty: a year after the last change or review, whichever is later."
    )

    class Meta:
        abstract = True

    @property
    def read_again_on(self) -> date:
        return self.review_by or max(filter(None, (self.updated_on, self.reviewed_on))) + READ_AGAIN_AFTER
