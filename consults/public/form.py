"""The booking form: checks that the input is well formed. `booking` decides whether the start is available."""

import re
from datetime import datetime

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Field, Fieldset, Layout, Submit
from django import forms
from django.core.exceptions import ValidationError

from consults.contact import is_phone, names_a_country
from consults.messages.channels import BY_CONTACT
from consults.models import Person
from pages.consult_kind import CALL, VISIT, ConsultKind

from .address_form import MailboxField, MisspeltEmail
from .times_form import NONE, StartField, TimesForm

_SENT_ALREADY = "This form was already sent, with other answers. To change that request, use the link to its own page"
_SENT_AND_ERASED = "This form was sent before, and we no longer have that request"
_UNCHECKED = (
    "Check the box to show that you know: this form is not for emergencies, confirms no visit, and does not make you a patient"
)
_SEND_AGAIN = "To send this as a new request, send the form again"
_CALLED = "We will call you for the consult: please give a phone number. We may call it too if our email cannot reach you"
_NO_PHONE = "Enter a phone number with the area code, ten digits, like 507-555-0100"
_NO_PHONE_ABROAD = (
    "Enter a phone number with the area code, ten digits, like 507-555-0100, "
    "or one abroad with + and the country code, which never begins with 0"
)


def _plain_line(value: str) -> str:
    """One line without repeated spaces, half characters or bidirectional controls; everything else a name may need is kept."""
    return re.sub(r"[\s\x01-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ud800-\udfff\ufeff]+", " ", value).strip()


class ConsultRequestForm(MisspeltEmail, TimesForm):
    # The error for each contact method whose address or number is missing.
    MISSING = {
        "email": "Enter your email address, or choose to be reached by phone",
        "phone": "Enter your phone number, or choose to be reached by email",
    }
    starts_at = StartField(label="Choose a day and time")
    earlier = forms.BooleanField(
        label="Tell me if an earlier time opens up",
        required=False,
        help_text="If one opens, we may offer it to you. You keep your own time unless you say yes to the new one",
    )
    full_name = forms.CharField(
        label="Full name",
        max_length=120,
        error_messages={"required": "Enter your name", "max_length": "Your name must be 120 characters or fewer"},
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    email = MailboxField(required=False, help_text="Give an email address, a phone number, or both")
    phone = forms.CharField(
        label="Phone",
        required=False,
        max_length=40,
        error_messages={"max_length": "Your phone number must be 40 characters or fewer"},
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text="We call during our opening hours. If our email cannot reach you, we may call this number too",
    )
    contact_by = forms.ChoiceField(
        label="How should we reach you?",
        choices=[(contact_by, channel.LABEL) for contact_by, channel in BY_CONTACT.items()],
        widget=forms.RadioSelect,
        help_text="Email is not always encrypted, and others who use your account can read it. Choose phone if that worries you",
        error_messages={"required": "Choose how we should reach you", "invalid_choice": "Choose email or phone"},
    )
    voicemail_ok = forms.BooleanField(
        label="It is OK to leave me a voicemail",
        required=False,
        help_text="We will leave the clinic’s name and number, but not the reason",
        widget=forms.CheckboxInput(attrs={"value": "yes"}),
    )
    note = forms.CharField(
        label="Note: a question, or anything we need to arrange the visit",
        required=False,
        max_length=300,
        strip=True,
        error_messages={"max_length": "Your note must be 300 characters or fewer"},
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Up to 300 characters. Say if you have Medicare or Medical Assistance, will not use insurance, or fear needles."
        " Leave out other health details",
    )
    acknowledged = forms.BooleanField(
        label="I understand: This form is not for emergencies, does not make me a patient, and is not a confirmed visit",
        error_messages={"required": _UNCHECKED},
    )
    # Only on a form that was refused for it: the address that was asked about, which is taken as it is when it comes again.
    keep_email = forms.CharField(required=False, widget=forms.HiddenInput)
    # The honeypot: people do not see it. Its value is checked for spam and never refused.
    website = forms.CharField(required=False, strip=False)
    ticket = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, ticket: str, consult: ConsultKind = VISIT, **kwargs) -> None:
        super().__init__(data, **kwargs)
        self.initial["ticket"] = ticket
        for name in ("note", "acknowledged"):
            field = self.fields[name]
            field.label = consult.say(str(field.label))
            field.error_messages["required"] = consult.say(str(field.error_messages["required"]))
        if consult == CALL:
            self.fields["phone"].help_text = _CALLED
        for name in ("email", "phone"):
            # One of the two is required, so neither is labeled "(optional)".
            self.fields[name].one_is_needed = True  # type: ignore[attr-defined]  # for the template of a field
        for field in self.fields.values():
            field.error_messages.setdefault("null_characters_not_allowed", "Use only letters, numbers and punctuation")

    def ask_whether_new(self, ticket: str, *, is_erased: bool) -> None:
        """Says that this form was sent already, and gives it another ticket. Nothing about what was sent: this may be anybody."""
        why = _SENT_AND_ERASED if is_erased else _SENT_ALREADY
        self.add_error(None, ValidationError(f"{why}. {_SEND_AGAIN}", code="sent_already"))
        self.data = self.data.copy()
        self.data["ticket"] = ticket

    @property
    def person(self) -> Person:
        """The person of a valid form."""
        return Person.of(self.cleaned_data)

    @property
    def none_choice(self) -> dict:
        return {
            "value": NONE,
            "id": "id_starts_at_none",
            "label": "None of these times work. Contact me.",
            "checked": self._chosen == NONE,
        }

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper(self)
        helper.form_action = self.choices.action
        helper.attrs = {"novalidate": True}
        helper.form_show_errors = True
        helper.layout = Layout(
            Field("starts_at", template="form_pack/days.html"),
            "earlier",
            Fieldset(
                "Your details",
                *("full_name", "email", "phone", "voicemail_ok", "contact_by", "note", "acknowledged", "website"),
                css_class="step",
            ),
            # Right above the button.
            HTML('{% include "form_pack/_chosen.html" %}{% include "_first_step.html" %}'),
            "ticket",
            *(["keep_email"] if self.asks_about_email else []),
        )
        helper.add_input(Submit("send", "Send request"))
        return helper

    def clean_starts_at(self) -> datetime | None:
        start = self.cleaned_data["starts_at"]
        return None if start == NONE else start

    def clean_full_name(self) -> str:
        name = _plain_line(self.cleaned_data["full_name"])
        if not name:
            raise ValidationError(self.fields["full_name"].error_messages["required"], code="required")
        return name

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"]
        if phone and not is_phone(phone):
            raise ValidationError(_NO_PHONE_ABROAD if names_a_country(phone) else _NO_PHONE, code="phone")
        return phone

    def clean_voicemail_ok(self) -> bool:
        return self.data.get("voicemail_ok") == "yes"

    def clean_note(self) -> str:
        return re.sub(r"[\ud800-\udfff]", "", self.cleaned_data["note"]).replace("\r\n", "\n")

    def clean(self) -> dict:
        super().clean()
        answers = self.cleaned_data
        email, phone, contact_by = answers.get("email"), answers.get("phone"), answers.get("contact_by")
        given = {"email": email or "email" in self.errors, "phone": phone or "phone" in self.errors}
        if not any(given.values()):
            self.add_error("email", ValidationError("Enter an email address or a phone number", code="no_contact"))
        elif contact_by and not given[needed := BY_CONTACT[contact_by].REACHES]:
            self.add_error(needed, ValidationError(self.MISSING[needed], code=f"no_{needed}"))
        return answers
