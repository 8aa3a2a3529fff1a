"""The clinic's facts at the desk: another time zone moves the posted hours, so it may strand requests as a change of hours may,
and another place is news to who has a visit.

It takes the place of the admin in `pages`, which knows no requests.
"""

from django.contrib import admin

from pages.admin import ClinicAdmin
from pages.models import Clinic

from .place_guard import PlaceGuard

admin.site.unregister(Clinic)


@admin.register(Clinic)
class GuardedClinicAdmin(PlaceGuard, ClinicAdmin):  # type: ignore[misc]  # both are a ModelAdmin, one of them with a form
    def missing_view(self, request):
        """Saving one fact is a change too."""
        return self._asking(request, super().missing_view)

    def history_form_view(self, request, *args, **kwargs):
        """Reverting to an older version is a change too."""
        return self._asking(request, super().history_form_view, *args, **kwargs)
