"""Fills the placeholders of rendered texts where a page prints them."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from content.placeholders import fill, names_in

register = template.Library()


@register.filter
def filled(html: str, site) -> SafeString:
    """The HTML with its placeholders filled from `site.placeholders`, which is read only for a text that has any."""
    if not names_in(html):
        return mark_safe(html)  # noqa: S308  cleaned when it was saved
    return fill(html, site.placeholders)
