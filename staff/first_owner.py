"""The first hour of a site: who has the link that `serve` prints makes the first owner, names the clinic and sets its hours.

There is no default account and no default password. The link works once, for a day, and only while nobody owns the site.
"""

from datetime import datetime
from types import SimpleNamespace
from typing import cast

import django_otp
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from . import new_phone, second_factor, security_log, sessions
from .first_owner_form import FirstOwnerForm
from .models import FirstOwnerLink, Phone
from .owners import owners_who_can_sign_in
from .roles import OWNERS
from .views import codes_page, phone_to_scan

_BACKEND = "django.contrib.auth.backends.ModelBackend"
# Whose the key of the phone is before there is an account.
_NOBODY = cast(User, SimpleNamespace(pk="first owner"))


class _Gone(Exception):
    """Somebody else was faster, or the link ran out meanwhile."""


def make_url(*, now: datetime) -> str | None:
    """The URL of a new link; None where somebody owns the site already."""
    if owners_who_can_sign_in().exists():
        FirstOwnerLink.objects.all().delete()
        return None
    token = FirstOwnerLink.objects.make(now=now)
    return settings.PUBLIC_URL + reverse("first_owner", args=[token])


def _is_open(token: str, *, now: datetime) -> bool:
    return FirstOwnerLink.objects.knows(token, now=now) and not owners_who_can_sign_in().exists()


@sensitive_post_parameters()
@never_cache
def first_owner(request, token: str):
    """One page: account, clinic and, where sign-in asks for one, the second step. All of it is saved, or nothing.

    A passkey is bound to an account, so the next page makes it; until then nobody is let in.
    """
    now = timezone.now()
    if not _is_open(token, now=now):
        return _gone(request)
    form = FirstOwnerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = _make(request, form, token, now=now)
        except _Gone:
            return _gone(request)
        if made:
            return _let_in(request, *made, now=now)
        form.add_error("code", ValidationError("These are not the digits that the app shows now.", code="wrong_code"))
    context = {"title": "Set up this site", "form": form}
    if settings.STAFF_SECOND_FACTOR:
        context |= phone_to_scan(new_phone.key_of(request.session, _NOBODY), name="owner")
    return TemplateResponse(request, "registration/first_owner.html", context, status=422 if form.errors else 200)


def _make(request, form: FirstOwnerForm, token: str, *, now: datetime) -> tuple[User, Phone | None, list[str]] | None:
    """The owner, with a phone and recovery codes if they chose one; None, and nothing saved, for a wrong code. Raises _Gone."""
    key = new_phone.waiting_key(request.session, _NOBODY)
    with transaction.atomic():
        if not FirstOwnerLink.objects.use_up(token, now=now) or owners_who_can_sign_in().exists():
            raise _Gone
        user = form.save(commit=False)
        user.is_staff = True
        user.save()
        user.groups.add(Group.objects.get(name=OWNERS))
        form.save_clinic(by=user)
        phone: Phone | None = None
        codes: list[str] = []
        if settings.STAFF_SECOND_FACTOR and not form.cleaned_data.get("takes_passkey"):
            code = form.cleaned_data["code"]
            made = key and second_factor.set_up_phone(user, code, key=key, may_replace=False, now=now)
            if not made:
                transaction.set_rollback(True)
                return None
            phone, codes = made
    new_phone.forget(request.session)
    security_log.write("first_owner_made", user=user)
    return user, phone, codes


def _let_in(request, user: User, phone: Phone | None, codes: list[str], *, now: datetime):
    goes_to = reverse("admin:pages_clinic_missing")
    login(request, user, backend=_BACKEND)
    sessions.begin(request, user, now=now)
    if phone is None:
        new_passkey = f"{reverse('admin:second_factor_new_passkey')}?next={goes_to}"
        return redirect(new_passkey if settings.STAFF_SECOND_FACTOR else goes_to)
    django_otp.login(request, phone)
    return codes_page(request, codes, {}, goes_to=goes_to)


def _gone(request):
    context = {"title": "This link does not work any more"}
    return TemplateResponse(request, "registration/first_owner_gone.html", context, status=404)
