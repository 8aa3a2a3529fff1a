"""Ends a session after 30 idle minutes, after 12 hours in any case, and at once when somebody ended it."""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.urls import reverse
from django.utils import timezone

from . import sessions


class SessionLimitsMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        is_signed_in = request.path.startswith("/admin/") and request.user.is_authenticated
        if is_signed_in and not sessions.goes_on(request, now=timezone.now()):
            logout(request)
            messages.info(request, "Your session has ended. Sign in again.")
            if request.method != "GET":
                messages.warning(request, "What you sent was not saved. Your browser may still hold it: go back to the form.")
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/admin/", reverse("admin:login"))
        return self.get_response(request)
