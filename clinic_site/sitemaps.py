"""The sitemap: every indexable page with the date of the last change of what it shows."""

from datetime import date

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from content.models import ReviewedText, reviewed_kinds
from pages.models import Provider


class OurSitemap(Sitemap):
    """Absolute URLs come from PUBLIC_URL, never from the request."""

    protocol = settings.PUBLIC_URL.partition("://")[0]

    def get_domain(self, site=None) -> str:
        return settings.PUBLIC_URL.partition("://")[2]


class TextSitemap(OurSitemap):
    """Every public page of prose."""

    def items(self) -> list[ReviewedText]:
        now = timezone.now()
        long_fields = ("body", "body_html", "contents")
        texts = (text for kind in reviewed_kinds() for text in kind.objects.public(at=now).defer(*long_fields))
        return [text for text in texts if text.is_listed()]

    def lastmod(self, item: ReviewedText):
        return item.changed_on


class ProviderSitemap(OurSitemap):
    """The page of each published person. They have no date of change of their own, but each change is in their history."""

    def items(self):
        records = Provider.history.filter(id=OuterRef("pk")).order_by("-history_date")
        return Provider.objects.published().annotate(changed_at=Subquery(records.values("history_date")[:1]))

    def lastmod(self, item) -> date | None:
        return item.changed_at and timezone.localdate(item.changed_at)


SITEMAPS = {"texts": TextSitemap, "providers": ProviderSitemap}
