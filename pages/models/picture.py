"""An uploaded picture, stored as WebP in a few widths; `pages.pictures` writes the files."""

from django.db import models
from django.urls import reverse

from content.models import PublicContent


class Picture(PublicContent):
    name = models.CharField(max_length=80, help_text="A name for staff, to find it in lists.")
    alt = models.CharField(
        "alternative text",
        max_length=250,
        help_text="Describe the picture for people who cannot see it, for example: A quiet room with two chairs and a lamp.",
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    widths = models.JSONField(editable=False, default=list, help_text="The stored widths in pixels, ascending.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def file_name(self, width: int) -> str:
        return f"{self.digest[:24]}-{width}.webp"

    def _url(self, width: int) -> str:
        return reverse("pages:picture", args=[self.file_name(width)])

    @property
    def url(self) -> str:
        """The URL of the widest file."""
        return self._url(self.widths[-1])

    @property
    def smallest_url(self) -> str:
        return self._url(self.widths[0])

    @property
    def srcset(self) -> str:
        return ", ".join(f"{self._url(width)} {width}w" for width in self.widths)
