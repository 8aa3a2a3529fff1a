"""The WSGI application: Django, the cache of finished pages in front of it, compression in front of both. Either can go."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic_site.settings")

_django = get_wsgi_application()

from django.conf import settings  # noqa: E402

from clinic_site.compression import Compression  # noqa: E402
from clinic_site.content_types import ContentTypes  # noqa: E402
from clinic_site.page_cache import PageCache  # noqa: E402  it imports settings that Django has just read
from clinic_site.plain_cookies import PlainCookies  # noqa: E402
from clinic_site.printed_sheets import SheetCounts  # noqa: E402

_readable = PlainCookies(ContentTypes(_django))
application = _readable if settings.DEBUG else Compression(SheetCounts(PageCache(_readable)))
