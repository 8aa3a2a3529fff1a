"""Bounds of a date in an editing form. Near the first and the last year that Python knows, arithmetic overflows."""

from datetime import UTC, date, datetime

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

_YEARS = 1900, 2200
_MESSAGE = f"Enter a date from {_YEARS[0]} to {_YEARS[1] - 1}."


def bound_dates(field) -> None:
    """Refuses other years, where it is the form field of a date or of an instant."""
    limits: tuple[date, date]
    if isinstance(field, forms.SplitDateTimeField):
        limits = datetime(_YEARS[0], 1, 1, tzinfo=UTC), datetime(_YEARS[1], 1, 1, tzinfo=UTC)
    elif isinstance(field, forms.DateField):
        limits = date(_YEARS[0], 1, 1), date(_YEARS[1] - 1, 12, 31)
    else:
        return
    field.validators += [MinValueValidator(limits[0], _MESSAGE), MaxValueValidator(limits[1], _MESSAGE)]
