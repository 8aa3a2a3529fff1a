"""The form for correcting the address that a request is answered at."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from consults.contact import likely_email, normalised_email


class MisspeltEmail:
    """Mixed into a form with `email` and the hidden `keep_email`: asks once whether an address that looks misspelt is right.

    `keep_email` is the address that was asked about. Sent again as it is, it is taken. `asks_about_email` says whether the form
    has to carry it.
    """

    data: Any
    cleaned_data: Any
    asks_about_email = False

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        if not (meant := likely_email(email)):
            return email
        was_asked = normalised_email(self.data.get("keep_email", "")) == normalised_email(email)
        self.asks_about_email = True
        self.data = self.data.copy()
        self.data["keep_email"] = email
        if not was_asked:
            raise ValidationError(f"Did you mean {meant}? Correct it, or send the form again to keep {email}", code="misspelt")
        return email


class AddressForm(MisspeltEmail, forms.Form):
    use_required_attribute = False
    email = forms.EmailField(
        label="Email",
        max_length=254,
        error_messages={
            "required": "Enter the email address that we should answer",
            "invalid": "Enter an email address in the correct format, like name@example.com",
            "max_length": "Your email address must be 254 characters or fewer",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false", "inputmode": "email"}),
    )
    keep_email = forms.CharField(required=False, widget=forms.HiddenInput)
