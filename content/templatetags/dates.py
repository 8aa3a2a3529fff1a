"""Dates as pages print them."""

from datetime import date

from django import template

register = template.Library()


@register.filter
def not_after(day: date, today: date) -> date:
    """The day, or today if it is later: a file may be dated by a clock that is ahead of the clinic's evening."""
    return min(day, today)
