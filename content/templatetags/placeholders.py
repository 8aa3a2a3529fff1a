"""Fills the placeholders of rendered texts where a page prints them."""

from django import template
from django.utils.html import conditional_escape, strip_tags
from django.utils.safestring import SafeString, mark_safe

from content.placeholders import fill, fill_plain, names_in

register = template.Library()


@register.filter
def filled(html: str, site) -> SafeString:
    """The HTML with its placeholders filled from `site.placeholders`, which is read only for a text that has any."""
    if not names_in(html):
        return mark_safe(html)  # noqa: S308  cleaned when it was saved
    return fill(html, site.placeholders)


@register.filter
def filled_plain(text: str, site) -> str:
    """A plain text with the clinic's name and place filled in from `site.plain_placeholders`."""
    return fill_plain(text, site.plain_placeholders) if names_in(text) else text


@register.filter
def filled_in_words(html: str, site) -> SafeString:
    """The same for the snippet of a search result, where a value stands without its links."""
    if not (names := names_in(html)):
        return mark_safe(html)  # noqa: S308  escaped by the search
    values = site.placeholders
    return fill(html, {name: mark_safe(strip_tags(conditional_escape(values.get(name, "")))) for name in names})  # noqa: S308
