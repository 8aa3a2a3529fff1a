"""Staff enter a caller's request under the same rules as the public form."""

import secrets
from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from consults import booking, status_text
from consults.public.form import ConsultRequestForm
from consults.public.form_ticket import is_same_form
from guard.readers import read_instant

from .request_page import open_days


class PhoneRequestForm(ConsultRequestForm):
    """The booking form as staff fill it in for a caller: the acknowledgment is spoken, and the notice may be waived.

    It carries the key of its request, so that a form that is sent twice makes one.
    """

    submission_key = forms.CharField(max_length=43, required=False, widget=forms.HiddenInput)
    below_notice = forms.BooleanField(
        label="The caller accepts the short notice", required=False, help_text="Check this for a start inside the notice period."
    )

    def __init__(self, data=None, *, days: list, **kwargs) -> None:
        super().__init__(data, ticket="", **kwargs)
        for name in ("acknowledged", "ticket", "website"):
            del self.fields[name]
        groups = [(day, [(start.isoformat(timespec="minutes"), label) for start, label in starts]) for day, starts in days]
        choices = [("", "Choose a time"), ("none", "No time works: get in touch"), *groups]
        self.fields["starts_at"].widget = forms.Select(choices=choices)
        for name in ("contact_by", "starts_at"):
            self.fields[name].required = True

    def save(self, *, by, now):
        """Returns the request, or None with the refusal added to the form's errors."""
        try:
            return booking.submit_request(
                submission_key=self._key(),
                starts_at=self.cleaned_data["starts_at"],
                person=self.person,
                now=now,
                by=by,
                below_notice=self.cleaned_data["below_notice"],
                wants_earlier=self.cleaned_data["earlier"],
            )
        except booking.Refused as refused:
            self.add_error("starts_at", ValidationError(status_text.REFUSALS[refused.code], code=refused.code))
            return None

    def _key(self) -> str:
        """That of the form, unless the browser went back to it for another caller."""
        key = self.cleaned_data["submission_key"]
        made = booking.find_submission(key)
        return key if key and (made is None or is_same_form(made, self)) else secrets.token_urlsafe(24)


def by_phone_view(request, *, each_context: dict, opts):
    """Shows the form and records the request. ?starts_at= preselects an open time."""
    now = timezone.now()
    chosen = _start(request.GET.get("starts_at", ""))
    data = request.POST if request.method == "POST" else None
    initial = {"submission_key": secrets.token_urlsafe(24)}
    if chosen:
        initial["starts_at"] = chosen.isoformat(timespec="minutes")
    form = PhoneRequestForm(data, days=open_days(now, also=chosen), initial=initial)
    if data is not None and form.is_valid() and (made := form.save(by=request.user, now=now)):
        recorded = "was recorded" if made.created_at == now else "was recorded already, by the same form"
        messages.success(request, f"{made.reference} {recorded}. Confirm it here when the caller agrees.")
        return redirect("admin:consults_consultrequest_change", made.pk)
    context = {**each_context, "title": "Take a request by phone", "opts": opts, "form": form}
    template = "admin/consults/consultrequest/by_phone.html"
    return TemplateResponse(request, template, context, status=422 if form.errors else 200)


def _start(text: str) -> datetime | None:
    """The start in the clinic's zone, as the list of times spells it."""
    start = read_instant(text.replace(" ", "+"))
    return timezone.localtime(start) if start else None
