"""What an owner decides about how the website's texts are changed."""

from django.db import models


class ReviewFirst(models.Model):
    # Editors see them.
    OWNERS_SWITCHES = ("medical_review_first",)

    medical_review_first = models.BooleanField(
        "medical changes go live only after review",
        default=False,
        help_text="A changed medical text is then saved as a pending change, and published once a provider has read exactly"
        " these words. An owner turns this on and off.",
    )

    class Meta:
        abstract = True
