"""Django's admin site, with the desk's front page."""

from django.contrib.admin import AdminSite
from django.utils import timezone


class StaffSite(AdminSite):
    index_title = "Desk"

    def index(self, request, extra_context=None):
        # Here, because the admin's own modules register themselves with this site while they are imported.
        from consults.admin.front_page import front_page

        desk = front_page(request.user, now=timezone.now())
        return super().index(request, {"desk": desk, **(extra_context or {})})
