"""Links inside the site: which of a text's lead nowhere."""

import re
from datetime import datetime
from functools import cached_property
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

from pages.models import Page, Provider, Question

from .models import Article, FormerSlug

_HREF = re.compile(r'href="([^"]*)"')
_ID = re.compile(r'\bid="([^"]*)"')
# Places that the templates make.
_ON_EVERY_PAGE = {"", "main", "references"}


def html_of(row) -> str:
    """All that a row shows, as it was rendered when it was saved."""
    fields = ("body_html", "in_short_html", "answer_html", "bio_html")
    return "\n".join(getattr(row, name) for name in fields if hasattr(row, name))


class Links:
    """Which links work at the instant `at`. One reading of what is published, for any number of texts."""

    def __init__(self, *, at: datetime) -> None:
        self.at = at

    def broken(self, row) -> list[str]:
        """The links of a rendered row that lead nowhere inside the site, each once. Addresses elsewhere are not opened."""
        html = html_of(row)
        own = set(_ID.findall(html)) | _ON_EVERY_PAGE | ({row.slug} if isinstance(row, Question) else set())
        hrefs = [href.replace("&amp;", "&") for href in dict.fromkeys(_HREF.findall(html))]
        return [href for href in hrefs if not self._works(href.removeprefix(settings.PUBLIC_URL), row, own)]

    def _works(self, href: str, row, own: set[str]) -> bool:
        if not href.startswith(("/", "#")):
            # A relative address means another page on every page that shows the text.
            return ":" in href
        place = urlsplit(href)
        fragment = unquote(place.fragment)
        if not place.path or place.path == path_of(row):
            shown_on_faqs = isinstance(row, Question) and fragment in self._faqs
            return fragment in own or shown_on_faqs or (isinstance(row, Page) and fragment in self._ids(row.key))
        try:
            match = resolve(place.path if place.path.endswith("/") or "." in place.path else f"{place.path}/")
        except Resolver404:
            return False
        if match.view_name == "blog:article":
            return self._in_article(match.kwargs["slug"], fragment)
        return fragment in _ON_EVERY_PAGE or fragment in self._ids(place.path.strip("/") or Page.Key.HOME)

    def _in_article(self, slug: str, fragment: str) -> bool:
        if slug in self._former:
            return fragment in _ON_EVERY_PAGE
        return slug in self._articles and (fragment in _ON_EVERY_PAGE or fragment in _ID.findall(self._articles[slug]))

    def _ids(self, key: str) -> set[str]:
        return set(_ID.findall(self._pages.get(key, ""))) | (self._faqs if key == Page.Key.FAQS else set())

    @cached_property
    def _pages(self) -> dict[str, str]:
        return dict(Page.objects.values_list("key", "body_html"))

    @cached_property
    def _faqs(self) -> set[str]:
        published = Question.objects.published().values_list("slug", "group")
        return {name for slug_and_group in published for name in slug_and_group}

    @cached_property
    def _articles(self) -> dict[str, str]:
        return dict(Article.objects.published(at=self.at).values_list("slug", "body_html"))

    @cached_property
    def _former(self) -> set[str]:
        published = Article.objects.published(at=self.at)
        return set(FormerSlug.objects.filter(article__in=published).values_list("slug", flat=True)) - self._articles.keys()


def path_of(row) -> str:
    """Where visitors read the row; a question's is the page of all questions."""
    if isinstance(row, Article):
        return f"/blog/{row.slug}/"
    if isinstance(row, Page):
        return "/" if row.key == Page.Key.HOME else f"/{row.key}/"
    return "/meet-our-providers/" if isinstance(row, Provider) else "/faqs/"
