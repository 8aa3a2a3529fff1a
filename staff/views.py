"""The second step of signing in, and setting it up. Only for users who have entered their password."""

import django_otp
import segno
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache

from . import factors, new_phone, passkeys, second_factor, sessions, totp
from .models import RecoveryCode
from .rate_limits import forget_code_tries, take_code_try, take_passkey_try, too_many
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
    """Asks for a passkey, the code from the phone, or a recovery code."""
    user, now = request.user, timezone.now()
    if "leave" in request.POST:
        logout(request)
        return redirect("admin:login")
    if factors.any_of(user) is None:
        return redirect(f"{reverse('admin:second_factor_set_up')}?{request.GET.urlencode()}")
    is_passkey, refused = "passkey" in request.POST, None
    form = CodeForm(request.POST if request.method == "POST" and not is_passkey else None)
    if is_passkey:
        if wait := take_passkey_try(user, now=now):
            return too_many(request, wait)
        try:
            return _let_in_after_a_try(request, passkeys.check(request, request.POST["passkey"], now=now))
        except passkeys.Refused as problem:
            refused = problem
    elif form.is_bound and form.is_valid():
        code = form.cleaned_data["code"]
        if wait := take_code_try(user, digits=second_factor.is_digits(code), now=now):
            return too_many(request, wait)
        if factor := second_factor.check_code(user, code, now=now):
            return _let_in_after_a_try(request, factor)
        form.refuse()
    with_passkey = settings.STAFF_PASSKEYS and factors.passkeys_of(user).exists()
    context = {
        **each_context,
        "title": "Second step",
        "form": form,
        "next": safe_next(request),
        "has_phone": factors.phone_of(user) is not None,
        "options": passkeys.options_to_use(request) if with_passkey else "",
        "refused": refused,
    }
    return TemplateResponse(request, "registration/second_factor.html", context)


def _let_in_after_a_try(request, factor):
    forget_code_tries(request.user)
    return let_in(request, factor, safe_next(request))


@signed_in
def set_up(request, *, each_context: dict):
    """Sets up a phone: the first factor, another phone, or one beside passkeys."""
    user, session = request.user, request.session
    if first := before_setting_up(request):
        return first
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if made := _set_up_phone(request, form.cleaned_data["code"], may_replace=user.is_verified()):
            phone, codes = made
            begin_again(request, phone)
            return codes_page(request, codes, each_context, goes_to=safe_next(request))
        form.refuse()
    context = {
        **each_context,
        "title": "Set up the second step",
        "form": form,
        "next": safe_next(request),
        "passkeys": settings.STAFF_PASSKEYS,
        "is_first": factors.any_of(user) is None,
        **phone_to_scan(new_phone.key_of(session, user), name=user.get_username()),
    }
    return TemplateResponse(request, "registration/second_factor_set_up.html", context)


def before_setting_up(request):
    """Where somebody is sent who may not set up or remove a factor yet; None for who may."""
    if factors.any_of(request.user) is not None and not request.user.is_verified():
        return redirect(f"{reverse('admin:second_factor')}?{request.GET.urlencode()}")
    # Someone who finds an open session must not be able to add a factor of their own.
    if admin.site.has_permission(request) and not authenticated_recently(request):
        return ask(request)
    return None


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
    """Shows all of one's second step, and makes new recovery codes. It asks for the password (STAFF_REAUTHENTICATION_VIEWS)."""
    user = request.user
    if request.method == "POST":
        codes = second_factor.renew_codes(user, now=timezone.now())
        return codes_page(request, codes, each_context, goes_to=reverse("admin:index"))
    context = {
        **each_context,
        "title": "Your second step",
        "left": RecoveryCode.objects.filter(user=user).count(),
        "phone": factors.phone_of(user),
        "passkeys": factors.passkeys_of(user),
        "passkeys_offered": settings.STAFF_PASSKEYS,
    }
    return TemplateResponse(request, "registration/second_factor_renew.html", context)


def remove_phone(request, *, each_context: dict):
    """Asks first, and removes the phone. It asks for the password too."""
    if first := before_setting_up(request):
        return first
    phone = factors.phone_of(request.user)
    if phone is None:
        return redirect("admin:second_factor_renew")
    if request.method == "POST":
        return remove_factor(request, phone)
    is_only = not factors.passkeys_of(request.user).exists()
    context = {**each_context, "title": "Remove the phone", "is_only": is_only}
    return TemplateResponse(request, "registration/second_factor_phone.html", context)


def remove_factor(request, factor):
    """Removes one of the user's factors. Who has another stays signed in; who has none signs in again."""
    left = second_factor.remove_one(request.user, factor, now=timezone.now())
    if left is None:
        logout(request)
        messages.success(request, "Your second step is removed. Sign in again.")
        return redirect("admin:login")
    begin_again(request, left)
    messages.success(request, "It is removed. Your other sessions have ended.")
    return redirect("admin:second_factor_renew")


def begin_again(request, factor) -> None:
    """After a change that ended all sessions of the account: lets the own one go on, with this factor."""
    sessions.begin(request, request.user, now=timezone.now())
    let_in(request, factor, "")


def let_in(request, factor, goes_to: str):
    django_otp.login(request, factor)
    # As at the password step: a session key known before must not gain rights.
    request.session.cycle_key()
    return redirect(goes_to or "admin:index")


def codes_page(request, codes: list[str], each_context: dict, *, goes_to: str):
    """Shows new recovery codes, once. `goes_to`: where somebody goes on who has saved them."""
    context = {**each_context, "title": "Your recovery codes", "codes": codes, "next": goes_to}
    return TemplateResponse(request, "registration/recovery_codes.html", context)
