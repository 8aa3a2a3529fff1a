"""The second step of signing in, and setting it up. Only for users who have entered their password."""

import django_otp
import segno
from django import forms
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache

from . import new_phone, second_factor, sessions, totp
from .models import RecoveryCode
from .rate_limits import forget_code_tries, take_code_try, too_many
from .reauthentication import ask, authenticated_recently, safe_next


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code",
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}
        ),
    )

    def refuse(self) -> None:
        self.add_error("code", forms.ValidationError("This code is not right, or it was used already.", code="wrong_code"))


def signed_in(view):
    """Decorates a view for staff who have entered their password, whether or not the second step is done."""

    @never_cache
    def signed_in_view(request, *args, **kwargs):
        if not (request.user.is_active and request.user.is_staff):
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        return view(request, *args, **kwargs)

    return signed_in_view


@signed_in
def ask_code(request, *, each_context: dict):
    """Asks for the code from the phone, or a recovery code."""
    if "leave" in request.POST:
        logout(request)
        return redirect("admin:login")
    if second_factor.phone_of(request.user) is None:
        return redirect(f"{reverse('admin:second_factor_set_up')}?{request.GET.urlencode()}")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        code = form.cleaned_data["code"]
        if wait := take_code_try(request.user, digits=second_factor.is_digits(code), now=timezone.now()):
            return too_many(request, wait)
        if phone := second_factor.check_code(request.user, code, now=timezone.now()):
            forget_code_tries(request.user)
            return _let_in(request, phone, safe_next(request))
        form.refuse()
    context = {**each_context, "title": "Second step", "form": form, "next": safe_next(request)}
    return TemplateResponse(request, "registration/second_factor.html", context)


@signed_in
def set_up(request, *, each_context: dict):
    """Sets up a first phone, or another one for users who signed in with the current phone or a recovery code."""
    user, session = request.user, request.session
    has_phone = second_factor.phone_of(user) is not None
    if has_phone:
        if not user.is_verified():
            return redirect(f"{reverse('admin:second_factor')}?{request.GET.urlencode()}")
        # Someone who finds an open session must not be able to replace the phone with their own.
        if not authenticated_recently(request):
            return ask(request)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if made := _set_up_phone(request, form.cleaned_data["code"], may_replace=has_phone):
            phone, codes = made
            sessions.begin(request, user, now=timezone.now())
            _let_in(request, phone, "")
            return codes_page(request, codes, each_context, goes_to=safe_next(request))
        form.refuse()
    context = {
        **each_context,
        "title": "Set up the second step",
        "form": form,
        "next": safe_next(request),
        **phone_to_scan(new_phone.key_of(session, user), name=user.get_username()),
    }
    return TemplateResponse(request, "registration/second_factor_set_up.html", context)


def phone_to_scan(key: bytes, *, name: str) -> dict[str, str]:
    """What a page shows of the key of a phone: the picture to scan, and the same to type. `name`: as the app lists it."""
    url = totp.app_url(key, name=name, issuer=settings.PUBLIC.host)
    picture = segno.make(url, error="m").svg_inline(scale=5, border=4, light="#fff", svgclass="qr", lineclass=None)
    typed = totp.base32(key)
    # The QR code is drawn here, from our own text, so that the key never goes to another service.
    return {"picture": mark_safe(picture), "key": " ".join(typed[i : i + 4] for i in range(0, len(typed), 4))}  # noqa: S308


def _set_up_phone(request, code: str, *, may_replace: bool):
    """The phone whose key this session has shown, with recovery codes, if `code` comes from it; otherwise None."""
    key = new_phone.waiting_key(request.session, request.user)
    if key is None:
        return None
    made = second_factor.set_up_phone(request.user, code, key=key, may_replace=may_replace, now=timezone.now())
    if made:
        new_phone.forget(request.session)
    return made


def renew(request, *, each_context: dict):
    """Makes new recovery codes, or leads to another phone. It asks for the password (settings.STAFF_REAUTHENTICATION_VIEWS)."""
    if request.method == "POST":
        codes = second_factor.renew_codes(request.user, now=timezone.now())
        return codes_page(request, codes, each_context, goes_to=reverse("admin:index"))
    left = RecoveryCode.objects.filter(user=request.user).count()
    context = {**each_context, "title": "Your second step", "left": left}
    return TemplateResponse(request, "registration/second_factor_renew.html", context)


def _let_in(request, phone, goes_to: str):
    django_otp.login(request, phone)
    # As at the password step: a session key known before must not gain rights.
    request.session.cycle_key()
    return redirect(goes_to or "admin:index")


def codes_page(request, codes: list[str], each_context: dict, *, goes_to: str):
    """Shows new recovery codes, once. `goes_to`: where somebody goes on who has saved them."""
    context = {**each_context, "title": "Your recovery codes", "codes": codes, "next": goes_to}
    return TemplateResponse(request, "registration/recovery_codes.html", context)
