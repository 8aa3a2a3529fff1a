"""The name of a state, as sentences say it."""

from django import template

from pages.states import STATES

register = template.Library()


@register.filter
def state_name(code: str) -> str:
    """`Minnesota` for MN; empty for a code that is no state's."""
    return STATES.get(code, "")
