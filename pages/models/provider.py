"""A person who sees patients. The site lists none until the clinic enters and publishes them."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from content.models import Text, TextQuerySet

from .picture import Picture


class ProviderQuerySet(TextQuerySet):
    def published(self):
        return self.filter(is_published=True)

    def public(self, *, at: datetime):
        return self.published()


class Provider(Text):
    TEXTS = ("name", "credentials", "role", "bio")
    MARKDOWN = {"bio": "bio_html"}
    medical = False

    name = models.CharField(max_length=120, help_text="Full name, without title.")
    credentials = models.CharField(max_length=120, blank=True, help_text="As spelled on the license, for example APRN, CNP.")
    role = models.CharField(max_length=120, blank=True, help_text="What this person does at the clinic.")
    license_number = models.CharField(
        max_length=40, null=True, blank=True, help_text="Minnesota license number. Leave empty to print none."
    )
    bio = models.TextField(blank=True, help_text="Markdown. State only what is true today.")
    bio_html = models.TextField(editable=False, default="")
    portrait = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.SET_NULL, help_text="Only with the person's consent."
    )
    position = models.PositiveSmallIntegerField(default=100, help_text="Lower numbers come first.")
    is_published = models.BooleanField(default=False, help_text="Show this profile on the site.")

    objects: ClassVar = ProviderQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["bio_html"])

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return f"{self.name}, {self.credentials}" if self.credentials else self.name

    def get_absolute_url(self) -> str:
        return reverse("pages:meet_our_providers")

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()
