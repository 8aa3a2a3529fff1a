"""Times of day as people type them: `9 am`, `9:00 AM`, `4 p.m.`, `16:00`, `noon`."""

import re
from datetime import time

from django import forms
from django.core.exceptions import ValidationError

from consults.dates import time_text

_BY_NAME = {"noon": time(12), "12 noon": time(12), "12:00 noon": time(12), "midnight": time(0), "12 midnight": time(0)}
_TYPED = re.compile(r"(\d{1,2})(?:[:.]?(\d{2})(?::(\d{2}))?)? ?(?:([ap])\.?(?: ?m\.?)?)?", re.ASCII)
UNCLEAR = "Write the time like 9:00 AM, 4 PM, 16:00 or noon."
NO_HALF_OF_DAY = "Add AM or PM to this time, like 9 AM or 4 PM."


def read_time(text: str) -> time:
    """The time of day. Raises ValidationError: `no_half_of_day` for a bare hour, `unclear` for anything else that is none."""
    plain = " ".join(text.lower().split())
    if plain in _BY_NAME:
        return _BY_NAME[plain]
    if (found := _TYPED.fullmatch(plain)) is None:
        raise ValidationError(UNCLEAR, code="unclear")
    hour, half = int(found[1]), found[4]
    if found[2] is None and half is None:
        raise ValidationError(NO_HALF_OF_DAY, code="no_half_of_day")
    if half:
        if not 1 <= hour <= 12:
            raise ValidationError(UNCLEAR, code="unclear")
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return time(hour, int(found[2] or 0), int(found[3] or 0))
    except ValueError:
        raise ValidationError(UNCLEAR, code="unclear") from None


class _TimeInput(forms.TextInput):
    def __init__(self, attrs=None) -> None:
        super().__init__({"size": 12, "autocomplete": "off", **(attrs or {})})

    def format_value(self, value):
        return time_text(value) if isinstance(value, time) else super().format_value(value)


class TypedTimeField(forms.TimeField):
    """A posted time; shown as everywhere else on the site."""

    widget = _TimeInput

    def to_python(self, value):
        if value in self.empty_values or isinstance(value, time):
            return value or None
        return read_time(str(value))
