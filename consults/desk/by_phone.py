"""Staff enter a caller's request under the same rules as the public form."""

import secrets
from datetime import datetime

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from consults import booking, dates, status_text
from consults.current_rules import Rules, read_rules
from consults.models import AccessRecord, ConsultRequest
from consults.public.form import ConsultRequestForm
from consults.public.form_ticket import is_same_form
from consults.scheduling import Refusal
from content.editing import kept_form
from guard.readers import read_instant, read_whole_number
from pages.consult_kind import CALL

from .display import person_of, visit_text
from .estimate import estimate_of
from .request_page import open_days
from .same_person import requests_of_the_same_day
from .short_notice import about_short_time, about_short_times, is_short, short_until

# What the booking form says to a patient, said to a colleague who has the caller on the line: label, help.
_FOR_STAFF = {
    "starts_at": ("Day and time", ""),
    "full_name": ("Caller’s full name", ""),
    "phone": ("Phone", "With the area code. A phone number, an email address, or both"),
    "voicemail_ok": ("We may leave a voicemail", ""),
    "email": ("Email", ""),
    "contact_by": (
        "How should we reach them?",
        "Others who use the account can read what we send. Choose phone if that worries them",
    ),
    "note": ("Anything we need to arrange the visit", "Up to 300 characters, without medical details"),
    "earlier": ("Tell them if an earlier time opens up", "They keep this time unless they say yes to another"),
}
_ERRORS_FOR_STAFF = {
    "starts_at": {"required": "Choose a time, or “No time works”", "unreadable": "Choose one of the listed times"},
    "full_name": {"required": "Enter the caller’s name", "max_length": "Shorten the name to 120 characters"},
    "phone": {"max_length": "Shorten the phone number to 40 characters"},
    "contact_by": {"required": "Ask how we should reach them"},
    "note": {"max_length": "Shorten the note to 300 characters"},
}
_ASK_ABOUT_NOTICE = "Ask the caller about the short notice and check this box, or choose a later time"
_ASK_WHETHER_ANOTHER = "Check this box if they want both, or open the request they have"


class TimesSelect(forms.Select):
    """A list of times in which those inside the notice are marked, so that the form can ask about one at once."""

    short: frozenset[str] = frozenset()

    def create_option(self, name, value, label, *args, **kwargs):
        option = super().create_option(name, value, label, *args, **kwargs)
        if str(value) in self.short:
            option["attrs"]["data-short"] = True
            option["label"] = f"{label} (short notice)"
        return option


class PhoneRequestForm(ConsultRequestForm):
    """The booking form as staff fill it in for a caller: the acknowledgment is spoken, and the notice may be waived.

    It carries the key of its request, so that a form that is sent twice makes one. `start` is the time it shows as chosen; when
    that is inside the notice, the form asks. It also asks once whether somebody who has a request that day wants another: those
    are in `same_day`.
    """

    MISSING = {
        "email": "Enter the email address, or choose to reach them by phone",
        "phone": "Enter the phone number, or choose to reach them by email",
    }
    field_order = ["starts_at", "below_notice", "again", *list(_FOR_STAFF)[1:]]

    submission_key = forms.CharField(max_length=43, required=False, widget=forms.HiddenInput)
    below_notice = forms.BooleanField(label="The caller agrees to the short notice", required=False)
    again = forms.BooleanField(label="They want this one as well", required=False)

    def __init__(self, data=None, *, days: list, rules: Rules, now: datetime, start: datetime | None, **kwargs) -> None:
        super().__init__(data, ticket="", consult=rules.clinic.consult, **kwargs)
        for name in ("acknowledged", "ticket", "website"):
            del self.fields[name]
        for name, (label, help_text) in _FOR_STAFF.items():
            field = self.fields[name]
            field.label, field.help_text = rules.clinic.consult.say(label), help_text
            field.error_messages |= _ERRORS_FOR_STAFF.get(name, {})
            # The browser would offer the colleague's own.
            field.widget.attrs["autocomplete"] = "off"
        if rules.clinic.consult == CALL:
            self.fields["phone"].help_text = "With the area code. We call them for the consult"
        # With the day in each, because a closed list shows the chosen line alone.
        groups = [
            (day, [(s.isoformat(timespec="minutes"), f"{dates.day_text(s)}, {at}") for s, at in starts]) for day, starts in days
        ]
        # Last, because a slip of the mouse hits the first line.
        choices = [("", "Choose a time"), *groups, ("none", "No time works: get in touch")]
        listed = [at for _, starts in days for at, _ in starts]
        self.fields["starts_at"].widget = times = TimesSelect(choices=choices)
        times.short = frozenset(at.isoformat(timespec="minutes") for at in listed if is_short(at, rules, now))
        for name in ("contact_by", "starts_at"):
            self.fields[name].required = True
        self.is_short = is_short(start, rules, now)
        self.short_notice = about_short_times(rules) if short_until(listed, rules, now) else ""
        if start and self.is_short:
            self.short_notice = about_short_time(start, rules)
        self.same_day: list[ConsultRequest] = []

    def clean(self) -> dict:
        answers = super().clean()
        if self.is_short and not answers.get("below_notice"):
            self.add_error("below_notice", ValidationError(_ASK_ABOUT_NOTICE, code=Refusal.TOO_SOON))
        if not self.errors:
            start, key = answers["starts_at"], answers["submission_key"]
            self.same_day = requests_of_the_same_day(self.person, start, but=key)
            if self.same_day and not answers.get("again"):
                self.add_error("again", ValidationError(_ASK_WHETHER_ANOTHER, code="same_day"))
        return answers

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
    """Shows the form and records the request. ?starts_at= preselects an open time, ?for= the person of an earlier request."""
    now = timezone.now()
    rules = read_rules(now)
    chosen = _start(request.GET.get("starts_at", ""))
    is_posted = request.method == "POST"
    data = kept_form.posted_or_kept(request)
    initial = {"submission_key": secrets.token_urlsafe(24), **_known_of(request, now=now)}
    if chosen:
        initial["starts_at"] = chosen.isoformat(timespec="minutes")
    start = _start(data.get("starts_at", "")) if data is not None else chosen
    days = open_days(now, also=start or chosen)
    form = PhoneRequestForm(data, days=days, rules=rules, now=now, start=start, initial=initial)
    if data is not None and form.is_valid() and is_posted and (made := form.save(by=request.user, now=now)):
        recorded = "was recorded" if made.created_at == now else "was recorded already, by the same form"
        messages.success(
            request, f"{made.reference} {recorded}. Still on the line, and they agree? Confirm it and tell them now."
        )
        return redirect("admin:consults_consultrequest_change", made.pk)
    context = {**each_context, "title": "Take a request by phone", "opts": opts, "form": form, "start": start}
    context["estimate"] = estimate_of(start, set_at=now, clinic=rules.clinic)
    context["same_day"] = [(one, visit_text(one, now), one.get_status_display().lower()) for one in form.same_day]
    template = "admin/consults/consultrequest/by_phone.html"
    return TemplateResponse(request, template, context, status=422 if is_posted and form.errors else 200)


def _known_of(request, *, now: datetime) -> dict[str, object]:
    """How the person of an earlier request is named and reached, for a new one. It opens that request, which leaves a record."""
    number = read_whole_number(request.GET.get("for"))
    found = ConsultRequest.objects.filter(pk=number, erased_at=None).first() if number is not None else None
    if found is None:
        return {}
    AccessRecord.objects.write(AccessRecord.Kind.OPENED, by=request.user, at=now, request=found)
    person = person_of(found)
    return {name: getattr(person, name) for name in ("full_name", "email", "phone", "contact_by", "voicemail_ok")}


def _start(text: str) -> datetime | None:
    """The start in the clinic's zone, as the list of times spells it."""
    start = read_instant(text.replace(" ", "+"))
    return timezone.localtime(start) if start else None
