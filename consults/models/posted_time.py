"""The rules for every posted time: a multiple of five minutes, opening before closing."""

from datetime import time

from django.core.exceptions import ValidationError


def validate_five_minutes(value: time) -> None:
    if value.minute % 5 or value.second or value.microsecond:
        raise ValidationError("Use a time on a five-minute mark, like 4:00 PM or 4:05 PM.", code="five_minutes")


def overlaps(opens: time, closes: time, other_opens: time, other_closes: time) -> bool:
    return opens < other_closes and other_opens < closes
