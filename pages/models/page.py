"""A page of the site whose text staff edit: home, what is ketamine, the legal pages, and any other page of prose."""

import re
from datetime import date
from functools import cached_property
from typing import ClassVar

from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from content.citation_marks import CITATION
from content.models import ReviewedText, TextQuerySet
from pages.visiting import about_care, about_coming

from .clinic import Clinic
from .question import Question, in_groups

_ID = re.compile(r' id="[^"]*"')


class Page(ReviewedText):
    """A page, whose key is its path. Most pages have only text; those named here have their own view."""

    HOME = "home"
    MEET_OUR_PROVIDERS = "meet-our-providers"
    FAQS = "faqs"
    BLOG = "blog"
    BOOK_A_CONSULT = "book-a-consult"
    VISIT = "visit"
    COST = "cost"
    TREATMENT_DAY = "treatment-day"
    FOR_CLINICIANS = "for-clinicians"
    NOTICE_OF_PRIVACY_PRACTICES = "notice-of-privacy-practices"
    ACCESSIBILITY = "accessibility"
    # The others are prose.
    WITH_OWN_VIEW = (HOME, MEET_OUR_PROVIDERS, FAQS, BLOG, BOOK_A_CONSULT, VISIT)
    # Read by the clinic's lawyer before launch.
    LEGAL = (
        *("disclaimer", "privacy-policy", "terms-of-service", "acceptable-use", "good-faith-estimate"),
        *(ACCESSIBILITY, NOTICE_OF_PRIVACY_PRACTICES),
    )

    # Pages for a tired reader.
    SHORT = ("deciding", "treatment-day", "medicines-and-conditions", "how-we-write", "for-clinicians", "for-family", "cost")
    # Their titles end with the clinic's place.
    SAYS_PLACE = (HOME, MEET_OUR_PROVIDERS, BOOK_A_CONSULT, VISIT, COST)

    TEXTS = ("title", "eyebrow", "lede", "body", "in_short", "sheet", "browser_title", "description")
    FILLED = ("eyebrow", "lede", "description")
    MARKDOWN = {"body": "body_html", "in_short": "in_short_html", "sheet": "sheet_html"}
    VIEW = "pages:page"
    SEARCH_NUMBER = 0
    is_published = True

    key = models.SlugField(
        "address",
        max_length=40,
        unique=True,
        help_text="The last part of the web address, for example for-clinicians. It cannot be changed later.",
    )
    title = models.CharField(max_length=120, help_text="The heading at the top of the page.")
    name = models.CharField(
        "short name", max_length=40, blank=True, help_text="For breadcrumbs, if it differs from the title, for example FAQs."
    )
    browser_title = models.CharField(
        max_length=60, help_text="Shown in the browser's tab and in search results, before the clinic's name."
    )
    description = models.CharField(
        max_length=170,
        help_text="For search engines: one or two sentences, 80 to 155 characters. {name} and {place} are the clinic's.",
    )
    eyebrow = models.CharField(max_length=60, blank=True, help_text="An optional short line above the heading.")
    lede = models.TextField(
        blank=True, help_text="One or two plain sentences under the heading. {name} and {place} are the clinic's."
    )
    in_short = models.TextField("in short", blank=True, help_text="Markdown for the card beside the text. Optional.")
    in_short_html = models.TextField(editable=False, default="")
    sheet = models.TextField(
        "sheet to print",
        blank=True,
        help_text="Markdown. If it is filled in, it comes out alone, on one page of paper, when the page is printed.",
    )
    sheet_html = models.TextField(editable=False, default="")
    medical = models.BooleanField(
        default=False, help_text="Medical pages show the date of the last change and their medical review."
    )
    counsel_reviewed_on = models.DateField(
        "reviewed by counsel on",
        null=True,
        blank=True,
        help_text="For a legal page: the day the clinic's lawyer read it. While this is empty, the page says that it is a draft.",
    )

    objects: ClassVar = TextQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["body_html", "contents", "in_short_html", "sheet_html", "reviewed_digest"])

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("pages:home") if self.key == self.HOME else reverse("pages:page", args=[self.key])

    @property
    def has_share_picture(self) -> bool:
        """False for the home page, which shares the site's own picture."""
        return self.key != self.HOME

    @property
    def is_short(self) -> bool:
        return self.key in self.SHORT

    @property
    def has_crisis_card(self) -> bool:
        return self.key == self.HOME

    @property
    def awaits_counsel(self) -> bool:
        """Whether it is a legal page that the clinic's lawyer has not read."""
        return self.key in self.LEGAL and self.counsel_reviewed_on is None

    def shown_with(self) -> list[Question]:
        if self.key == self.FAQS:
            return in_groups(Question.objects.published())
        return list(Question.objects.on_home()) if self.key == self.HOME else []

    @cached_property
    def changed_on(self) -> date:
        shown = self.shown_with()
        if self.key == self.HOME and shown:
            # It shows those that the clinic has answered.
            clinic = Clinic.objects.current()
            shown = [question for question in shown if question.is_answered(clinic)]
        return self.latest_change(shown)

    def page_anchors(self) -> set[str]:
        found = super().page_anchors()
        if self.key == self.VISIT:
            clinic = Clinic.objects.current()
            for section in (*about_coming(clinic), *about_care(clinic)):
                found |= {section.slug, *(fact.name for fact in section.facts)}
            return found | {"where"}
        if self.key == self.FAQS:
            clinic = Clinic.objects.current()
            is_complete = all(question.is_answered(clinic) for question in self.shown_with())
            return found | {"topics"} | (set() if is_complete else {"told-at-the-consult"})
        if self.key in self.WITH_OWN_VIEW:
            return found
        if self.key == "disclaimer":
            found.add("more-help")
        names = {"references": CITATION.search(self.html), "in-short": self.in_short_html, "sheet": self.sheet_html}
        return found | {name for name, is_there in names.items() if is_there}

    def search_texts(self) -> tuple[str, ...]:
        return self.lede, self.in_short_html, self.body_html, self.sheet_html

    def render(self) -> None:
        super().render()
        # The page shows both, and an id may be on it only once.
        self.sheet_html = _ID.sub("", self.sheet_html)

    def is_listed(self) -> bool:
        """False while the page has not yet got what people who look for it want: a fee, or the clinic's own notice."""
        awaited = {self.COST: "fees", self.NOTICE_OF_PRIVACY_PRACTICES: "privacy_notice_url"}.get(self.key)
        return awaited is None or Clinic.objects.current().has_set({awaited})
