"""Articles of the blog."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.urls import reverse
from simple_history.models import HistoricalRecords

from content.citation_marks import CITATION
from content.models import PublicContent, Reference, ReviewedText, TextQuerySet
from pages.models import Picture, Provider

# `Reference` can be imported from here too: other programs rely on that name.
__all__ = ["Article", "FormerSlug", "Reference"]


class ArticleQuerySet(TextQuerySet):
    def published(self, *, at: datetime):
        """Articles a visitor may read at the instant `at`, newest first."""
        return self.filter(is_draft=False, published_at__lte=at)

    def public(self, *, at: datetime):
        return self.published(at=at)

    def next_publication(self, *, after: datetime) -> datetime | None:
        """The next instant at which an article appears without an edit; None while nothing is scheduled."""
        return self.filter(is_draft=False, published_at__gt=after).aggregate(first=models.Min("published_at"))["first"]


class Article(ReviewedText):
    TEXTS = ("title", "subtitle", "summary", "body", "browser_title", "description", "change_note")
    MARKDOWN = {"body": "body_html"}
    VIEW = "blog:article"
    SEARCH_NUMBER = 2
    og_type = "article"
    # Every article is medical; for pages it is a field.
    medical = True

    slug = models.SlugField(
        max_length=100, unique=True, help_text="The last part of the web address, for example ketamine-benefits."
    )
    title = models.CharField(max_length=160)
    subtitle = models.CharField(max_length=200, blank=True)
    browser_title = models.CharField(
        max_length=60, help_text="Shown in the browser's tab and in search results, before the clinic's name."
    )
    description = models.CharField(max_length=170, help_text="For search engines: one or two sentences, 80 to 155 characters.")
    summary = models.TextField(help_text="One or two sentences for the list of articles.")
    is_draft = models.BooleanField("draft", default=False, help_text="Drafts are seen by staff only.")
    published_at = models.DateTimeField(help_text="Visitors cannot see the article before this moment.")
    change_note = models.CharField(
        max_length=200, blank=True, help_text="The most recent change, for example: Sources added and statements corrected."
    )
    author = models.ForeignKey(
        Provider,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="articles",
        help_text="Leave empty to name the clinic as the author.",
    )
    picture = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.SET_NULL, help_text="Shown above the text. Optional."
    )

    objects: ClassVar = ArticleQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["body_html", "contents", "reviewed_digest"])

    class Meta:
        ordering = ["-published_at", "slug"]
        # Every list of articles filters by these; the index avoids reading the texts.
        indexes = [models.Index(fields=["is_draft", "published_at"], name="articles_published")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("blog:article", args=[self.slug])

    @property
    def is_published(self) -> bool:
        return not self.is_draft

    @property
    def named_author(self) -> Provider | None:
        """The person whom visitors read as the author; None, for the clinic, while that person's profile is not published."""
        return self.author if self.author and self.author.is_published else None

    @property
    def public_from(self) -> datetime:
        return self.published_at

    def is_public(self, now: datetime) -> bool:
        return self.is_published and self.published_at <= now

    @classmethod
    def former_urls(cls, *, at: datetime) -> dict[str, str]:
        moved = FormerSlug.objects.filter(article__in=cls.objects.published(at=at)).values_list("slug", "article__slug")
        return {reverse("blog:article", args=[slug]): reverse("blog:article", args=[present]) for slug, present in moved}

    def page_anchors(self) -> set[str]:
        return super().page_anchors() | ({"references"} if CITATION.search(self.body_html) else set())

    def search_texts(self) -> tuple[str, ...]:
        return self.subtitle, self.summary, self.body_html


class FormerSlug(PublicContent):
    """A slug that an article had before; its URL redirects to the current one."""

    slug = models.SlugField(max_length=100, unique=True)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="former_slugs")

    def __str__(self) -> str:
        return self.slug
