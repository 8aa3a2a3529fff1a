"""The form of the first owner: account, clinic's name, weekly hours and, where sign-in asks for one, the second step."""

from collections.abc import Iterable
from datetime import time

from django import forms
from django.conf import settings
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField

from consults.dates import time_text
from consults.desk.typed_times import TypedTimeField
from consults.models import ConsultRequest, OpeningHours
from consults.models.posted_time import validate_five_minutes
from guard.one_line import refuse_control_characters
from pages.models import Clinic

from .password_forms import NewAccountForm

_ACCOUNT = ("username", "email", "password1", "password2")


class FirstOwnerForm(NewAccountForm):
    use_required_attribute = False

    clinic_name = forms.CharField(
        label="Name of the clinic",
        max_length=80,
        validators=[refuse_control_characters],
        help_text="As patients read it on every page.",
    )
    code = forms.CharField(
        label="Six digits from the app",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    takes_passkey = forms.BooleanField(
        label="No app: I use a passkey",
        required=False,
        help_text="The next page makes it, with a fingerprint, a face or a PIN on this device, or with a security key.",
    )

    class Meta(NewAccountForm.Meta):
        model = User
        fields = ("username", "email")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = True
        self.fields["email"].help_text = "Where a link to a new password would go."
        self.fields["username"].widget.attrs["autocomplete"] = "username"
        self.fields["clinic_name"].initial = Clinic.objects.current().name
        self.fields["code"].required = not settings.STAFF_PASSKEYS
        if not settings.STAFF_SECOND_FACTOR:
            del self.fields["code"]
        if not (settings.STAFF_SECOND_FACTOR and settings.STAFF_PASSKEYS):
            del self.fields["takes_passkey"]
        self._rows: dict[int, list[OpeningHours]] = {day: [] for day in OpeningHours.Weekday.values}
        for row in OpeningHours.objects.order_by("weekday", "opens"):
            self._rows[row.weekday].append(row)
        # A change of hours may leave requests without them, which the page of hours asks about.
        self.has_requests = ConsultRequest.objects.open().exists()
        if not self.has_requests:
            for day in self._days():
                self._add_day(day)

    def _days(self) -> list[int]:
        """Weekdays that this form can show: with two openings a day is changed on the page of hours."""
        return [day for day, rows in self._rows.items() if len(rows) < 2]

    def _add_day(self, day: int) -> None:
        row = next(iter(self._rows[day]), None)
        name = OpeningHours.Weekday(day).label
        for half in ("opens", "closes"):
            initial = row and getattr(row, half)
            field = TypedTimeField(required=False, initial=initial, validators=[validate_five_minutes], label=f"{name}: {half}")
            self.fields[f"{half}_{day}"] = field

    def days(self) -> Iterable[dict]:
        """{name, opens, closes} of each weekday, the last two bound fields; or {name, text} of one that is changed elsewhere."""
        shown = set() if self.has_requests else set(self._days())
        for day, rows in self._rows.items():
            name = OpeningHours.Weekday(day).label
            if day in shown:
                yield {"name": name, "opens": self[f"opens_{day}"], "closes": self[f"closes_{day}"]}
            else:
                yield {
                    "name": name,
                    "text": ", ".join(f"{time_text(row.opens)} to {time_text(row.closes)}" for row in rows) or "closed",
                }

    def account_fields(self) -> list[BoundField]:
        return [self[name] for name in _ACCOUNT]

    def clean(self):
        super().clean()
        answers = self.cleaned_data
        if "takes_passkey" in self.fields and not (answers.get("code") or answers.get("takes_passkey")):
            self.add_error("code", ValidationError("Enter the digits, or choose a passkey below.", code="required"))
        for day in () if self.has_requests else self._days():
            opens, closes = answers.get(f"opens_{day}"), answers.get(f"closes_{day}")
            for half, other in (("opens", closes), ("closes", opens)):
                if other and not answers.get(f"{half}_{day}") and f"{half}_{day}" not in self.errors:
                    message = "Write a time, like 8 AM or noon, or leave both empty for a day without hours."
                    self.add_error(f"{half}_{day}", ValidationError(message, code="half_a_day"))
            if opens and closes and opens >= closes:
                self.add_error(f"closes_{day}", ValidationError("The closing time must be after the opening time.", code="order"))
        return answers

    def save_clinic(self, *, by: User) -> None:
        """Saves the clinic's name and hours, as the new owner's doing. In the caller's transaction."""
        clinic = Clinic.objects.current()
        if clinic.name != self.cleaned_data["clinic_name"]:
            clinic.name = self.cleaned_data["clinic_name"]
            clinic._history_user = by  # type: ignore[attr-defined]  # what simple-history reads
            clinic.save()
        for day in () if self.has_requests else self._days():
            self._save_day(day, self.cleaned_data[f"opens_{day}"], self.cleaned_data[f"closes_{day}"], by)

    def _save_day(self, day: int, opens: time | None, closes: time | None, by: User) -> None:
        row = next(iter(self._rows[day]), None)
        if (opens, closes) == (row and row.opens, row and row.closes):
            return
        if row and (opens is None or closes is None):
            LogEntry.objects.log_actions(by.pk, [row], DELETION)
            row.delete()
            return
        action = CHANGE if row else ADDITION
        row = row or OpeningHours(weekday=day)
        row.opens, row.closes = opens, closes  # type: ignore[assignment]  # `clean` leaves both or neither
        row.save()
        LogEntry.objects.log_actions(by.pk, [row], action)
