"""Shows the admin in the clinic's time zone, wherever the server or the user is."""

from django.utils import timezone

from pages.facts import clinic_of


class AdminTimeZoneMiddleware:
    """Activates the clinic's time zone for the admin, whose forms and lists show times. Other pages convert explicitly."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.path.startswith("/admin/"):
            return self.get_response(request)
        with timezone.override(clinic_of(request).zone):
            return self.get_response(request)
