"""The sitemap: every indexable page with the date of the last change of what it shows."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.utils import timezone

from content.models import ReviewedText, reviewed_kinds


class TextSitemap(Sitemap):
    """Every public page of prose. Absolute URLs come from PUBLIC_URL, never from the request."""

    protocol = settings.PUBLIC_URL.partition("://")[0]

    def get_domain(self, site=None) -> str:
        return settings.PUBLIC_URL.partition("://")[2]

    def items(self) -> list[ReviewedText]:
        now = timezone.now()
        long_fields = ("body", "body_html", "contents")
        texts = (text for kind in reviewed_kinds() for text in kind.objects.public(at=now).defer(*long_fields))
        return [text for text in texts if text.is_listed()]

    def lastmod(self, item: ReviewedText):
        return item.changed_on


SITEMAPS = {"texts": TextSitemap}
