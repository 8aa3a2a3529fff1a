"""The WSGI application: Django, around it the cache of finished pages, around both the compression. Either can go."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic_site.settings")

_django = get_wsgi_application()

from django.conf import settings  # noqa: E402

from clinic_site.compression import Compression  # noqa: E402
from clinic_site.page_cache import PageCache  # noqa: E402  its imports need the settings that Django just read

application = _django if settings.DEBUG else Compression(PageCache(_django))
