"""The blog as an Atom feed: published articles, newest first, each with its summary."""

from datetime import datetime, time
from typing import cast

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.xmlutils import SimplerXMLGenerator

from content.placeholders import fill_plain
from guard.one_line import without_hidden_characters
from pages.facts import plain_values
from pages.models import Clinic, Page

from .models import Article

MOST_ARTICLES = 30


class PlainAtomFeed(Atom1Feed):
    """Without characters that XML cannot hold, wherever they come from: one would end the feed for everybody."""

    def add_root_elements(self, handler):
        super().add_root_elements(_plain(handler))

    def add_item_elements(self, handler, item):
        super().add_item_elements(_plain(handler), item)


class _Plain:
    """The part of SimplerXMLGenerator that Atom1Feed writes with."""

    def __init__(self, handler) -> None:
        self._handler = handler

    def __getattr__(self, name: str):
        return getattr(self._handler, name)

    def addQuickElement(self, name, contents=None, attrs=None):
        attrs = {key: without_hidden_characters(str(value)) for key, value in (attrs or {}).items()}
        self._handler.addQuickElement(name, without_hidden_characters(str(contents or "")), attrs)


def _plain(handler: SimplerXMLGenerator) -> SimplerXMLGenerator:
    return cast(SimplerXMLGenerator, _Plain(handler))


class ArticleFeed(Feed):
    """Absolute URLs come from PUBLIC_URL, never from the request."""

    feed_type = PlainAtomFeed

    def get_object(self, request):
        return Clinic.objects.current()

    def title(self, clinic: Clinic) -> str:
        return f"{clinic.name}: blog"

    def subtitle(self, clinic: Clinic) -> str:
        page = Page.objects.filter(key=Page.BLOG).only("description").first()
        return fill_plain(page.description, plain_values(clinic)) if page else ""

    def link(self, clinic: Clinic) -> str:
        return settings.PUBLIC_URL + reverse("blog:index")

    def feed_url(self, clinic: Clinic) -> str:
        return settings.PUBLIC_URL + reverse("blog:feed")

    def author_name(self, clinic: Clinic) -> str:
        return clinic.name

    def items(self, clinic: Clinic):
        newest = Article.objects.published(at=timezone.now()).select_related("author").defer("body", "body_html", "contents")
        self._zone = clinic.zone
        return newest[:MOST_ARTICLES]

    def item_title(self, item: Article) -> str:
        return item.title

    def item_description(self, item: Article) -> str:
        return item.summary

    def item_link(self, item: Article) -> str:
        return settings.PUBLIC_URL + item.get_absolute_url()

    def item_author_name(self, item: Article) -> str | None:
        return item.named_author.name if item.named_author else None

    def item_pubdate(self, item: Article) -> datetime:
        return item.published_at

    def item_updateddate(self, item: Article) -> datetime:
        return max(item.published_at, datetime.combine(item.updated_on, time(), self._zone))
