"""A person who sees patients. The site lists none until the clinic enters and publishes them."""

from datetime import datetime
from functools import cached_property
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.text import capfirst, slugify
from simple_history.models import HistoricalRecords

from content.models import Text, TextQuerySet
from pages.licenses import Board, LicenseType, board_of
from pages.npi import validate_npi

from .clinic import Clinic
from .picture import Picture

_LONGEST_SLUG = 100


class ProviderQuerySet(TextQuerySet):
    def published(self):
        return self.filter(is_published=True)

    def public(self, *, at: datetime):
        return self.published()

    def formerly(self, slug: str):
        """The published people whose public page had this slug before. Their history tells, so no table keeps it."""
        return self.published().filter(pk__in=Provider.history.filter(slug=slug, is_published=True).values("id"))

    def others_had(self, slug: str, *, than: "Provider"):
        """What the history keeps of other people whose public page has or had this slug."""
        return Provider.history.filter(slug=slug, is_published=True).exclude(id=than.pk)


class Provider(Text):
    TEXTS = ("name", "credentials", "role", "training", "emergency_training", "languages", "available", "bio", "interests")
    MARKDOWN = {"bio": "bio_html"}
    VIEW = "pages:provider"
    SEARCH_NUMBER = 3
    medical = False
    # The roles that patients are told to ask about, in the order of the page that tells them.
    PARTS = ("evaluates", "prescribes", "gives", "in_charge", "answers_afterward")

    name = models.CharField(max_length=120, help_text="Full name, without title.")
    slug = models.SlugField(
        "address",
        max_length=_LONGEST_SLUG,
        unique=True,
        blank=True,
        help_text="The last part of the web address. Leave it empty to take it from the name. It stays when the name changes;"
        " if you change it, the former address leads to the new one.",
    )
    credentials = models.CharField(max_length=120, blank=True, help_text="As spelled on the license, for example APRN, CNP.")
    role = models.CharField(
        "job title", max_length=120, blank=True, help_text="In a few words, for example: Nurse practitioner, medical director."
    )
    evaluates = models.BooleanField("evaluates patients", default=False)
    prescribes = models.BooleanField("prescribes", default=False)
    gives = models.BooleanField("gives treatment and watches over patients", default=False)
    in_charge = models.BooleanField("is in charge of medical care", default=False)
    answers_afterward = models.BooleanField("answers calls afterward", default=False)
    license_type = models.CharField(
        max_length=40,
        choices=LicenseType.choices,
        blank=True,
        help_text="The license in the clinic's state. In Minnesota the profile links to the board where patients can look it up.",
    )
    license_number = models.CharField(
        max_length=40, null=True, blank=True, help_text="As the board lists it. It is printed. Leave empty to print none."
    )
    npi = models.CharField(
        "NPI",
        max_length=10,
        blank=True,
        validators=[validate_npi],
        help_text="National Provider Identifier, ten digits. Optional; it is printed.",
    )
    training = models.TextField(
        blank=True,
        help_text="One a line: degrees, board certification, training with ketamine. Say where and when.",
    )
    emergency_training = models.TextField(
        "airway and emergency training",
        blank=True,
        help_text="One a line, with the year it was last renewed, for example: Advanced cardiovascular life support, 2026.",
    )
    languages = models.CharField(
        max_length=120, blank=True, help_text="Those in which this person can explain treatment, for example: English, Spanish."
    )
    available = models.CharField(
        "when they are in", max_length=160, blank=True, help_text="For example: Mondays and Thursdays, 4 PM to 8 PM."
    )
    bio = models.TextField(blank=True, help_text="Plain sentences. State only what is true today.")
    bio_html = models.TextField(editable=False, default="")
    interests = models.TextField(
        "interests that could conflict",
        blank=True,
        help_text="What a patient may want to know before taking advice, for example a share in the clinic, or payment by a drug"
        " maker. If there is nothing, you can say that too.",
    )
    portrait = models.ForeignKey(
        Picture,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        help_text="Only with the person's consent. The picture brings its alternative text along.",
    )
    position = models.PositiveSmallIntegerField(default=100, help_text="Lower numbers come first.")
    is_published = models.BooleanField(
        "on the site", default=False, help_text="Check it when visitors may see this profile. Until then it is a draft."
    )

    objects: ClassVar = ProviderQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["bio_html"])

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return f"{self.name}, {self.credentials}" if self.credentials else self.name

    def save(self, *args, **kwargs) -> None:
        self.slug = self.slug or self._free_slug()
        super().save(*args, **kwargs)

    def _free_slug(self) -> str:
        """Made from the name, with a number if it is or was somebody else's: an old link must not lead to another person."""
        slug = slugify(self.name)[: _LONGEST_SLUG - 4] or "provider"
        others = (Provider.objects.exclude(pk=self.pk), Provider.history.filter(is_published=True).exclude(id=self.pk))
        taken = {found for rows in others for found in rows.filter(slug__startswith=slug).values_list("slug", flat=True)}
        numbered = (f"{slug}-{number}" for number in range(2, len(taken) + 3))
        return next(free for free in (slug, *numbered) if free not in taken)

    def get_absolute_url(self) -> str:
        return reverse("pages:provider", args=[self.slug])

    @classmethod
    def former_urls(cls, *, at: datetime) -> dict[str, str]:
        current = cls.objects.published()
        had = cls.history.filter(is_published=True).exclude(slug__in=current.values("slug"))
        slugs = set(had.order_by().values_list("id", "slug").distinct())
        # Of several who had one, the first in the list has it, as on the page.
        return {
            reverse(cls.VIEW, args=[slug]): row.get_absolute_url()
            for row in reversed(current)
            for pk, slug in slugs
            if pk == row.pk
        }

    def search_texts(self) -> tuple[str, ...]:
        kept_back = {"name", "credentials", "bio"}
        plain = [text for name, text in self.texts().items() if name not in kept_back]
        return (*plain, self.get_license_type_display(), self.bio_html)

    @property
    def parts(self) -> list[str]:
        """What this person does here, in the words of the fields."""
        fields = [field for field in self._meta.fields if field.name in self.PARTS]
        return [capfirst(str(field.verbose_name)) for field in fields if getattr(self, field.name)]

    @cached_property
    def board(self) -> Board | None:
        return board_of(self.license_type, state=Clinic.objects.current().state) if self.license_type else None

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()
