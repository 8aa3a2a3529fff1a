"""A question people ask, with its answer."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.text import slugify
from simple_history.models import HistoricalRecords

from content.models import Text, TextQuerySet
from content.placeholders import names_in

from .clinic import Clinic

_LONGEST_SLUG = 80
# For who searches for suicide, in this order.
_HELP_IN_A_CRISIS = ("thinking-about-suicide", "wishing-to-be-dead", "what-if-i-say-it", "when-to-get-help")


class QuestionQuerySet(TextQuerySet):
    def published(self):
        return self.filter(is_published=True)

    def public(self, *, at: datetime):
        return self.published()

    def on_home(self):
        return self.published().filter(on_home=True)

    def that_help_in_a_crisis(self) -> list["Question"]:
        return sorted(self.published().filter(slug__in=_HELP_IN_A_CRISIS), key=lambda one: _HELP_IN_A_CRISIS.index(one.slug))


class Question(Text):
    class Group(models.TextChoices):
        WHAT_IT_IS = "what-it-is", "What it is"
        SAFETY = "safety", "Safety"
        ELIGIBILITY = "eligibility", "Who it may suit"
        THE_VISIT = "the-visit", "The treatment visit"
        AFTER_THE_VISIT = "after-the-visit", "After a treatment"
        COST = "cost", "Cost and insurance"
        CONSULT = "consult", "Consults and requests"
        PRIVACY = "privacy", "Privacy"

    TEXTS = ("question", "answer")
    MARKDOWN = {"answer": "answer_html"}
    SEARCH_NUMBER = 1

    slug = models.SlugField(
        "address",
        max_length=_LONGEST_SLUG,
        unique=True,
        blank=True,
        help_text="The end of the link to this question, after /faqs/#. Leave it empty to take it from the question.",
    )
    group = models.CharField(max_length=20, choices=Group.choices)
    question = models.CharField(max_length=160)
    answer = models.TextField(
        help_text="Two to five short, plain sentences, the answer first. You need no marks. If you want one: **bold** makes a"
        " word bold, [@key] cites the reference with that key, and {fees} prints that fact of the clinic."
    )
    answer_html = models.TextField(editable=False, default="")
    also_asked = models.CharField(
        "other words for it",
        max_length=400,
        blank=True,
        help_text="Words by which people search for this and that the text does not use, for example: taxi uber lyft. The search"
        " finds the question by them, and nobody sees them.",
    )
    position = models.PositiveSmallIntegerField(default=500, help_text="Lower numbers come first.")
    on_home = models.BooleanField(default=False, help_text="Show it on the home page too.")
    medical = models.BooleanField(
        default=False, help_text="Check it if the answer says what a treatment does, or for whom it is safe."
    )
    clinic_must_answer = models.BooleanField(
        default=False,
        help_text="The answer has to come from the clinic: from the facts in braces, such as {fees}, or from your own words."
        " While it is missing, the FAQs list the question under “What we tell you at the consult”.",
    )
    is_published = models.BooleanField(
        "on the site",
        default=True,
        help_text="While it is checked, visitors see this as soon as you save. Without it, it is a draft.",
    )
    updated_on = models.DateField(null=True, blank=True, editable=False)

    objects: ClassVar = QuestionQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["answer_html"])

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.question

    def save(self, *args, **kwargs) -> None:
        self.slug = self.slug or self._free_slug()
        super().save(*args, **kwargs)

    def _free_slug(self) -> str:
        """Made from the question, with a number if something on the page has it."""
        slug = slugify(self.question)[: _LONGEST_SLUG - 4].strip("-") or "question"
        others = Question.objects.exclude(pk=self.pk).filter(slug__startswith=slug)
        taken = {*others.values_list("slug", flat=True), *self.Group.values}
        numbered = (f"{slug}-{number}" for number in range(2, len(taken) + 3))
        return next(free for free in (slug, *numbered) if free not in taken)

    def get_absolute_url(self) -> str:
        return f"{reverse('pages:faqs')}#{self.slug}"

    def search_words(self) -> str:
        return self.also_asked

    def is_answered(self, clinic: Clinic) -> bool:
        """Whether the clinic has nothing to add: every fact that the answer names is set. Without one, its words are missing."""
        return not self.clinic_must_answer or clinic.has_set(names_in(self.answer))

    def anchors(self) -> set[str]:
        """The fragments of its own heading and of its group's heading."""
        return super().anchors() | {self.slug, self.group}


def in_groups(questions: Iterable[Question]) -> list[Question]:
    """The questions grouped as the FAQs page shows them."""
    order = list(Question.Group.values)
    return sorted(questions, key=lambda question: order.index(question.group))
