"""Asks for the password again before a sensitive action; settings.STAFF_REAUTHENTICATION_VIEWS lists the views; the clinic's page
asks only when the facts that are the owners' change, the policy only when requests would be erased sooner."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from . import clinic_facts, kept_pages, kept_shorter, kept_words, sessions
from .rate_limits import forget_password_tries

_AUTHENTICATED_AT = "staff_reauthenticated_at"
_ONLY_WHEN = {
    **dict.fromkeys(clinic_facts.VIEWS, clinic_facts.changes_owners_facts),
    clinic_facts.SUPPLY: clinic_facts.may_supply_owners_facts,
    **dict.fromkeys(kept_shorter.VIEWS, kept_shorter.keeps_shorter),
}


class ReauthenticationMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """Redirects anyone who has not entered their password recently; a form they posted must be sent again."""
        name = request.resolver_match.view_name
        if name == clinic_facts.SUPPLY and request.user.is_authenticated and not authenticated_recently(request):
            # Looking takes no password: the page shows a link to it in place of the owners' fields.
            request.asks_password_first = True
        if not request.user.is_authenticated or not _is_sensitive(request, name):
            return None
        return None if authenticated_recently(request) else ask(request)


def _is_sensitive(request, name: str) -> bool:
    return name in settings.STAFF_REAUTHENTICATION_VIEWS or (name in _ONLY_WHEN and _ONLY_WHEN[name](request))


def authenticated_recently(request) -> bool:
    age = timezone.now().timestamp() - request.session.get(_AUTHENTICATED_AT, float("-inf"))
    return 0 <= age < settings.STAFF_REAUTHENTICATION_SECONDS


def ask(request):
    """Redirects to the page that asks for the password, which redirects back."""
    goes_to = request.get_full_path()
    if request.method not in {"GET", "HEAD"}:
        page = kept_pages.page_of(request)
        if page and sessions.is_let_in(request) and kept_words.keep(request, request.user, now=timezone.now()):
            goes_to, then = kept_pages.address_of(request, page), "Your form comes back as you left it: send it again."
        else:
            goes_to, then = _page_of_the_form(request), "Please send the form again."
        messages.info(request, f"Your password was needed first, so nothing was changed. {then}")
    return redirect_to_login(goes_to, reverse("admin:reauthenticate"))


def _page_of_the_form(request) -> str:
    referer = request.META.get("HTTP_REFERER", "")
    is_ours = url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return referer if is_ours else reverse("admin:index")


class ReauthenticationForm(forms.Form):
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args, request, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self) -> str:
        password, name = self.cleaned_data["password"], self.request.user.get_username()
        # Use the sign-in backends, so that wrong passwords count.
        if authenticate(self.request, username=name, password=password) != self.request.user:
            raise forms.ValidationError("This password is not correct.", code="wrong_password")
        return password


def reauthenticate(request, *, each_context: dict):
    """Asks for the password, remembers when it was entered, and redirects back."""
    goes_to = safe_next(request)
    form = ReauthenticationForm(request.POST if request.method == "POST" else None, request=request)
    if form.is_bound and form.is_valid():
        request.session[_AUTHENTICATED_AT] = timezone.now().timestamp()
        forget_password_tries(request.user)
        return redirect(goes_to)
    context = {**each_context, "title": "Confirm your password", "form": form, "next": goes_to}
    return TemplateResponse(request, "registration/reauthenticate.html", context)


def safe_next(request) -> str:
    """The page to continue to, from the query or the form, if it is on this site; otherwise the front page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else reverse("admin:index")
