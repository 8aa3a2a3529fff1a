"""Ends a session after 30 idle minutes, and after 12 hours in any case."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.urls import reverse
from django.utils import timezone

_BEGAN, _SEEN = "staff_began", "staff_seen"
# Writes the session at most this often.
_NOTE_EVERY_SECONDS = 60


class SessionLimitsMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.path.startswith("/admin/") and request.user.is_authenticated and self._is_over(request):
            logout(request)
            messages.info(request, "Your session has ended. Sign in again.")
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/admin/", reverse("admin:login"))
        return self.get_response(request)

    def _is_over(self, request) -> bool:
        now, session = timezone.now().timestamp(), request.session
        began = session.setdefault(_BEGAN, now)
        seen = session.setdefault(_SEEN, now)
        if now - began >= settings.STAFF_SESSION_SECONDS or now - seen >= settings.STAFF_IDLE_SECONDS:
            return True
        if now - seen >= _NOTE_EVERY_SECONDS:
            session[_SEEN] = now
        return False
