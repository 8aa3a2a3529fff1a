"""The pages of one's passkeys: adding one, and the name and removal of each."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential

from . import factors, passkeys
from .reauthentication import safe_next
from .views import before_setting_up, begin_again, codes_page, remove_factor, signed_in

_LONGEST_NAME = WebAuthnCredential._meta.get_field("name").max_length


class NameForm(forms.Form):
    name = forms.CharField(
        label="Name of the passkey",
        help_text="Where you keep it, so that you know it again: Office laptop, or Blue key.",
        max_length=_LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )

    def __init__(self, *args, others, **kwargs) -> None:
        """`others`: passkeys whose names are taken."""
        super().__init__(*args, **kwargs)
        self._others = others

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if self._others.filter(name__iexact=name).exists():
            raise forms.ValidationError("You have a passkey of this name. Choose another name.", code="name_taken")
        return name


@signed_in
def add_passkey(request, *, each_context: dict):
    """Adds a passkey: as the first factor, or beside others for who signed in with one or with a recovery code."""
    if not settings.STAFF_PASSKEYS:
        raise Http404
    if first := before_setting_up(request):
        return first
    user, is_first, refused = request.user, not request.user.is_verified(), None
    form = NameForm(request.POST if request.method == "POST" else None, others=factors.passkeys_of(user))
    if form.is_bound and form.is_valid():
        answer, name = request.POST.get("passkey", ""), form.cleaned_data["name"]
        try:
            passkey, codes = passkeys.add(request, answer, name=name, is_first=is_first, now=timezone.now())
        except passkeys.Refused as problem:
            refused = problem
        else:
            begin_again(request, passkey)
            if is_first:
                return codes_page(request, codes, each_context, goes_to=safe_next(request))
            messages.success(request, f"The passkey “{name}” is added. Your other sessions have ended.")
            return redirect("admin:second_factor_renew")
    context = {
        **each_context,
        "title": "Set up the second step" if is_first else "Add a passkey",
        "form": form,
        "is_first": is_first,
        "next": safe_next(request),
        "options": passkeys.options_to_add(request),
        "refused": refused,
    }
    return TemplateResponse(request, "registration/passkey_add.html", context)


def passkey(request, pk: int, *, each_context: dict):
    """Renames or removes one of one's own passkeys. It asks for the password (settings.STAFF_REAUTHENTICATION_VIEWS)."""
    if first := before_setting_up(request):
        return first
    own = factors.passkeys_of(request.user)
    found = get_object_or_404(own, pk=pk)
    if "remove" in request.POST:
        return remove_factor(request, found)
    form = NameForm(request.POST if request.method == "POST" else None, others=own.exclude(pk=pk), initial={"name": found.name})
    if form.is_bound and form.is_valid():
        passkeys.rename(found, form.cleaned_data["name"])
        messages.success(request, f"The passkey is called “{form.cleaned_data['name']}” now.")
        return redirect(reverse("admin:second_factor_renew"))
    is_only = factors.phone_of(request.user) is None and own.count() == 1
    context = {**each_context, "title": f"Passkey “{found.name}”", "form": form, "passkey": found, "is_only": is_only}
    return TemplateResponse(request, "registration/passkey.html", context)
