"""Django's admin site, with a front page of sections and, on a public site, a second step of signing in."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from clinic_site import hold_page, staff_menu
from staff import factors, passkey_views, reauthentication, session_pages, sessions, views
from staff.rate_limits import checks_own_password, limited_by_account, signs_in
from staff.sign_in_form import SignInForm

from .admin_parameters import AdminParameters
from .bounded_filters import BoundedFilters
from .kept_forms import KeptForms
from .one_line_fields import OneLineFields
from .plain_fields import PlainFields
from .plain_lists import PlainLists
from .readable_ids import ReadableIds
from .typed_times import TypedTimes


class ClinicAdminSite(AdminSite):
    index_title = "Desk"
    login_form = SignInForm
    # `staff_menu` takes its place.
    enable_nav_sidebar = False

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._sections: list[tuple[int, str, Callable[..., dict]]] = []

    def add_section(self, template: str, facts: Callable[..., dict], *, position: int) -> None:
        """Adds a section to the front page. An app's admin module calls it, as it registers its models.

        `facts(user, now=...)` returns the template's `section`; an empty one is not shown. Sections with lower positions come
        first.
        """
        self._sections.append((position, template, facts))
        self._sections.sort(key=lambda section: section[0])

    def register(self, model_or_iterable, admin_class=None, **options):
        own = admin_class or ModelAdmin
        rules = (KeptForms, AdminParameters, OneLineFields, TypedTimes, BoundedFilters, ReadableIds, PlainLists, PlainFields)
        super().register(model_or_iterable, type(own.__name__, (*rules, own), {"__module__": own.__module__}), **options)

    def has_permission(self, request) -> bool:
        """Called for every page of the admin, so the second step is enforced here."""
        return super().has_permission(request) and (request.user.is_verified() or not factors.is_asked_of(request.user))

    def get_urls(self):
        def page(view):
            @never_cache
            def page_view(request, **kwargs):
                return view(request, each_context=self.each_context(request), **kwargs)

            return page_view

        return [
            path("second-factor/", limited_by_account(page(views.ask_code)), name="second_factor"),
            path("second-factor/set-up/", limited_by_account(page(views.set_up)), name="second_factor_set_up"),
            path("second-factor/codes/", self.admin_view(page(views.renew)), name="second_factor_renew"),
            path("second-factor/phone/", self.admin_view(page(views.remove_phone)), name="second_factor_phone"),
            path(
                "second-factor/passkeys/", limited_by_account(page(passkey_views.add_passkey)), name="second_factor_new_passkey"
            ),
            path("second-factor/passkeys/<int:pk>/", self.admin_view(page(passkey_views.passkey)), name="second_factor_passkey"),
            path("hold/", self.admin_view(page(hold_page.show_hold)), name="hold"),
            path(
                "reauthenticate/",
                checks_own_password(self.admin_view(page(reauthentication.reauthenticate))),
                name="reauthenticate",
            ),
            path("sessions/", self.admin_view(page(session_pages.own_sessions)), name="own_sessions"),
            # No form of ours asks for suggestions as one types.
            *(found for found in super().get_urls() if getattr(found, "name", None) != "autocomplete"),
        ]

    def each_context(self, request):
        context = super().each_context(request) | {"second_factor": settings.STAFF_SECOND_FACTOR or settings.STAFF_PASSKEYS}
        if context["has_permission"]:
            context["menu"] = staff_menu.read_menu(request.user, path=request.path)
        return context

    def get_app_list(self, request, app_label=None):
        """Nothing: `staff_menu` names the lists, and Django's own would ask the database twice a page who may add what."""
        return []

    def index(self, request, extra_context=None):
        now = timezone.now()
        sections = [(template, facts(request.user, now=now)) for _, template, facts in self._sections]
        shown = [{"template": template, "facts": found} for template, found in sections if found]
        return super().index(request, {"sections": shown, **(extra_context or {})})

    def app_index(self, request, app_label, extra_context=None):
        """The menu groups lists by what they are for, so the page of an app has nothing of its own."""
        return redirect("admin:index")

    def login(self, request, extra_context=None):
        if request.method == "GET" and super().has_permission(request) and not self.has_permission(request):
            return redirect_to_login(reauthentication.safe_next(request), reverse("admin:second_factor"))
        return signs_in(super().login)(request, extra_context)

    def password_change(self, request, extra_context=None):
        response = checks_own_password(super().password_change)(request, extra_context)
        if request.method == "POST" and response.status_code == 302:
            # A new password ends all sessions of the account; who chose it stays.
            sessions.begin(request, request.user, now=timezone.now())
        return response
