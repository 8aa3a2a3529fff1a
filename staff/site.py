"""Django's admin site, with the desk's front page and a second step of signing in where the site is reachable from outside."""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache


class StaffSite(AdminSite):
    index_title = "Desk"

    def has_permission(self, request) -> bool:
        """Every page of the admin asks this."""
        return super().has_permission(request) and (not settings.STAFF_SECOND_FACTOR or request.user.is_verified())

    def get_urls(self):
        # Here, because the admin's own modules are imported before their models are.
        from . import password_again, views
        from .limits import limited

        def page(view):
            @never_cache
            def page_view(request):
                return view(request, each_context=self.each_context(request))

            return page_view

        return [
            path("second-factor/", limited(page(views.ask_code)), name="second_factor"),
            path("second-factor/set-up/", limited(page(views.set_up)), name="second_factor_set_up"),
            path("second-factor/codes/", self.admin_view(page(views.renew)), name="second_factor_renew"),
            path("password-again/", limited(self.admin_view(page(password_again.password_again))), name="password_again"),
            *super().get_urls(),
        ]

    def each_context(self, request):
        return super().each_context(request) | {"second_factor": settings.STAFF_SECOND_FACTOR}

    def index(self, request, extra_context=None):
        from consults.desk.dashboard import read_dashboard

        desk = read_dashboard(request.user, now=timezone.now())
        return super().index(request, {"desk": desk, **(extra_context or {})})

    def login(self, request, extra_context=None):
        from django.contrib.auth.views import redirect_to_login

        from .limits import limited
        from .password_again import safe_next

        if request.method == "GET" and super().has_permission(request) and not self.has_permission(request):
            return redirect_to_login(safe_next(request), reverse("admin:second_factor"))
        return limited(super().login)(request, extra_context)
