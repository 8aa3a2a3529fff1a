"""A caller's request, written by staff through the same writer and under the same rules."""

import secrets

from django import forms
from django.core.exceptions import ValidationError

from consults import booking, wording
from consults.forms import ConsultRequestForm


class PhoneRequestForm(ConsultRequestForm):
    """The booking form as staff fill it in for a caller: the acknowledgement is spoken, and the notice may be waived."""

    below_notice = forms.BooleanField(
        label="The caller knows it is at short notice", required=False, help_text="Needed for a start inside the notice time."
    )

    def __init__(self, data=None, *, starts: list, **kwargs) -> None:
        super().__init__(data, ticket="", **kwargs)
        for name in ("acknowledged", "ticket", "website"):
            del self.fields[name]
        choices = [("none", "No time suits: get in touch"), *((s.isoformat(timespec="minutes"), label) for s, label in starts)]
        self.fields["starts_at"].widget = forms.Select(choices=choices)
        for name in ("contact_by", "starts_at"):
            self.fields[name].required = True

    def save(self, *, by, now):
        """The request, or None with the refusal added to the form's errors."""
        answers = {name: self.cleaned_data[name] for name in self.ANSWERS}
        try:
            return booking.submit_request(
                submission_key=secrets.token_urlsafe(24),
                **answers,
                now=now,
                by=by,
                below_notice=self.cleaned_data["below_notice"],
            )
        except booking.Refused as refused:
            self.add_error("starts_at", ValidationError(wording.REFUSALS[refused.code], code=refused.code))
            return None
