"""The form for correcting the address that a request is answered at."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from consults.contact import LONGEST_EMAIL, is_mailbox, likely_email, normalised_email, plain_email


def _check_mailbox(value: str) -> None:
    if not is_mailbox(value):
        raise ValidationError("", code="invalid")


class MailboxField(forms.EmailField):
    """An email address in the spelling that mail is sent to, so that a mailbox counts once however it was typed."""

    default_error_messages = {
        "invalid": "Enter an email address in the correct format, like name@example.com",
        "max_length": f"Your email address must be {LONGEST_EMAIL} characters or fewer",
    }
    default_validators = [*forms.EmailField.default_validators, _check_mailbox]

    def __init__(self, **kwargs) -> None:
        super().__init__(label="Email", max_length=LONGEST_EMAIL, **kwargs)

    def widget_attrs(self, widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"autocomplete": "email", "spellcheck": "false", "inputmode": "email"}

    def to_python(self, value):
        typed = super().to_python(value) or ""
        if len(typed) > LONGEST_EMAIL:
            return typed  # refused for its length, and not looked at
        try:
            return plain_email(typed)
        except UnicodeError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


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
    email = MailboxField(error_messages={"required": "Enter the email address that we should answer"})
    keep_email = forms.CharField(required=False, widget=forms.HiddenInput)
