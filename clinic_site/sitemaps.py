"""What search engines should know: every indexable page with the date of its last change."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils import timezone

from blog.models import Article
from pages.models import Page


class _OwnAddress(Sitemap):
    """Absolute addresses come from PUBLIC_URL, never from the request."""

    protocol = settings.PUBLIC_URL.partition("://")[0]

    def get_domain(self, site=None) -> str:
        return settings.PUBLIC_URL.partition("://")[2]


class PageSitemap(_OwnAddress):
    def items(self):
        return Page.objects.order_by("key").only("key", "updated_on")

    def location(self, item):
        return "/" if item.key == Page.Key.HOME else f"/{item.key}/"

    def lastmod(self, item):
        return item.updated_on


class ArticleSitemap(_OwnAddress):
    def items(self):
        return Article.objects.published(at=timezone.now()).only("slug", "updated_on", "published_at")

    def location(self, item):
        return reverse("blog:article", args=[item.slug])

    def lastmod(self, item):
        return item.updated_on


SITEMAPS = {"pages": PageSitemap, "articles": ArticleSitemap}
