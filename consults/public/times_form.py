"""Forms with the list of open times, and the field for the start that is chosen of them."""

from datetime import UTC, datetime

from django import forms
from django.core.exceptions import ValidationError

from guard.readers import read_instant

from .slots import TimeChoices, day_list

NONE = "none"


class StartField(forms.CharField):
    """Reads a start like `2026-12-07T16:00-06:00` as an aware instant in UTC, and `none` as None.

    Any offset is accepted, because it makes the value an instant; a value without one is refused.
    """

    default_error_messages = {
        "required": "Choose a time, or choose “None of these times work”",
        "unreadable": "Choose one of the listed times",
    }

    def to_python(self, value):
        text = super().to_python(value) or ""
        if text in self.empty_values or text == NONE:
            return text
        start = read_instant(text)
        if start is None:
            raise ValidationError(self.error_messages["unreadable"], code="unreadable")
        return start.astimezone(UTC)


class TimesForm(forms.Form):
    """A form with the list of open times, from `choices`. `booking` judges the submitted start, whether it was listed or not."""

    use_required_attribute = False
    # Set by the view, before the form is shown.
    choices: TimeChoices
    is_news = False

    @property
    def none_choice(self) -> dict | None:
        """The radio button of who finds no time that works; None where there has to be one."""
        return None

    def refuse(self, text: str, code: str) -> None:
        """Marks the start as unavailable. It is not the visitor's mistake, so it is shown as a notice, not an error."""
        self.add_error("starts_at", ValidationError(text, code=code))
        self.is_news = True

    @property
    def days(self) -> list[dict]:
        return self.choices.days(self._chosen)

    @property
    def day_list(self) -> str:
        return day_list(self.choices, self._chosen, self["starts_at"].html_name)

    @property
    def _chosen(self) -> datetime | str | None:
        """The submitted start as an instant, or as text when it is not one."""
        try:
            return self.fields["starts_at"].to_python(self.data.get("starts_at"))
        except ValidationError:
            return None


class MoveForm(TimesForm):
    """The form for moving an open request to another time."""

    starts_at = StartField(label="Choose another time", error_messages={"required": "Choose a time"})

    def clean_starts_at(self) -> datetime:
        if self.cleaned_data["starts_at"] == NONE:
            raise ValidationError("Choose one of the listed times", code="unreadable")
        return self.cleaned_data["starts_at"]
