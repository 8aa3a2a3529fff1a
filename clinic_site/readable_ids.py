"""An id in an address or a form of the admin that no key can hold names no row, for every model: not found."""

from functools import wraps

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import URLPattern

# As Django's admin names them; simple-history does not name its own.
_NAMES = ("object_id", "id")


class ReadableIds(admin.ModelAdmin):
    def get_urls(self):
        """Views may look for a row by the id that they get: it is one that the database can be asked for."""
        urls = super().get_urls()
        for url in urls:
            if isinstance(url, URLPattern):
                url.callback = self._for_readable_ids(url.callback)
        return urls

    def response_action(self, request, queryset, *args, **kwargs):
        self._must_be_readable(request.POST.getlist(ACTION_CHECKBOX_NAME))
        return super().response_action(request, queryset, *args, **kwargs)

    def _for_readable_ids(self, view):
        @wraps(view)
        def checked_view(request, *args, **kwargs):
            ids = [*args, *(kwargs[name] for name in _NAMES if kwargs.get(name))]
            self._must_be_readable([unquote(one) for one in ids])
            return view(request, *args, **kwargs)

        return checked_view

    def _must_be_readable(self, ids: list[str]) -> None:
        """Raises Http404."""
        key = self.opts.pk
        try:
            for one in ids:
                key.run_validators(key.to_python(one))
        except ValidationError:
            raise Http404 from None
