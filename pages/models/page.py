"""A page of the site whose words staff keep: home, what is ketamine, the legal pages…"""

from django.db import models
from simple_history.models import HistoricalRecords

from .reviewed import Reviewed


class RenderedText(Reviewed):
    """Markdown as written, and what `blog.rendering` made of it when it was saved."""

    body = models.TextField(blank=True, help_text="Markdown. Cite a source with [@key]; see the list of references for the keys.")
    body_html = models.TextField(editable=False, default="")
    contents = models.JSONField(editable=False, default=list, help_text="[{id, text}] of the second-level headings.")

    class Meta:
        abstract = True


class Page(RenderedText):
    class Key(models.TextChoices):
        HOME = "home", "Home"
        MEET_OUR_PROVIDERS = "meet-our-providers", "Meet our providers"
        WHAT_IS_KETAMINE = "what-is-ketamine", "What is ketamine"
        FAQS = "faqs", "FAQs"
        BLOG = "blog", "Blog"
        BOOK_A_CONSULT = "book-a-consult", "Book a consult"
        DISCLAIMER = "disclaimer", "Disclaimer"
        PRIVACY_POLICY = "privacy-policy", "Privacy policy"
        TERMS_OF_SERVICE = "terms-of-service", "Terms of service"
        ACCEPTABLE_USE = "acceptable-use", "Acceptable use"
        ACCESSIBILITY = "accessibility", "Accessibility"
        GOOD_FAITH_ESTIMATE = "good-faith-estimate", "Good faith estimate"
        NOTICE_OF_PRIVACY_PRACTICES = "notice-of-privacy-practices", "Notice of Privacy Practices"

    key = models.CharField(max_length=40, unique=True, choices=Key.choices)
    title = models.CharField(max_length=120, help_text="The heading at the top of the page.")
    browser_title = models.CharField(
        max_length=60, help_text="Shown in the browser's tab and in search results, before the clinic's name."
    )
    description = models.CharField(max_length=170, help_text="For search engines: one or two sentences, 80 to 155 characters.")
    eyebrow = models.CharField(max_length=60, blank=True, help_text="An optional short line above the heading.")
    lede = models.TextField(blank=True, help_text="One or two plain sentences under the heading.")
    in_short = models.TextField("in short", blank=True, help_text="Markdown for the card beside the text. Optional.")
    in_short_html = models.TextField(editable=False, default="")
    medical = models.BooleanField(default=False, help_text="Medical pages print the date of the last change and their review.")

    history = HistoricalRecords(excluded_fields=["body_html", "contents", "in_short_html", "reviewed_words"])

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
