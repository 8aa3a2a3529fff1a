"""A question people ask, with its answer."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from content.models import Text, TextQuerySet
from content.placeholders import names_in

from .clinic import Clinic


class QuestionQuerySet(TextQuerySet):
    def published(self):
        return self.filter(is_published=True)

    def public(self, *, at: datetime):
        return self.published()

    def on_home(self):
        return self.published().filter(on_home=True)


class Question(Text):
    class Group(models.TextChoices):
        WHAT_IT_IS = "what-it-is", "What it is"
        SAFETY = "safety", "Safety"
        ELIGIBILITY = "eligibility", "Who it may suit"
        THE_VISIT = "the-visit", "The visit"
        AFTER_THE_VISIT = "after-the-visit", "After the visit"
        COST = "cost", "Cost and insurance"
        CONSULT = "consult", "Consults and requests"
        PRIVACY = "privacy", "Privacy"

    TEXTS = ("question", "answer")
    MARKDOWN = {"answer": "answer_html"}
    SEARCH_NUMBER = 1

    slug = models.SlugField(max_length=80, unique=True, help_text="The fragment of the link to this question: /faqs/#slug.")
    group = models.CharField(max_length=20, choices=Group.choices)
    question = models.CharField(max_length=160)
    answer = models.TextField(
        help_text="Markdown, two to five short sentences, the answer first. Cite a source with [@key]. {fees} prints a fact."
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
    medical = models.BooleanField(default=False)
    clinic_must_answer = models.BooleanField(
        default=False,
        help_text="The answer has to come from the clinic: from the facts in braces, such as {fees}, or from your own words."
        " While it is missing, the FAQs list the question under “What we tell you at the consult”.",
    )
    is_published = models.BooleanField(default=True)
    updated_on = models.DateField(null=True, blank=True, editable=False)

    objects: ClassVar = QuestionQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["answer_html"])

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.question

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
