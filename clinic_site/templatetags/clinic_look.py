"""What the clinic's folder says of its look, for templates: mark, scene, colors and its own stylesheet."""

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from clinic_site.clinic_mark import mark_of

register = template.Library()


@register.simple_tag
def mark() -> SafeString:
    """The clinic's mark, to go before its name."""
    return mark_safe(mark_of(settings.CLINIC_FOLDER.mark).inline)  # noqa: S308  written from scratch by `clean_mark`


@register.simple_tag
def scene() -> str:
    """The template of the drawing below the sky of the home page; empty for none."""
    chosen = settings.CLINIC_FOLDER.scene
    return "" if chosen == "none" else f"_scene_{chosen}.svg"


@register.simple_tag
def ground() -> str:
    """The template of the drawing above the footer: with house and tree where the home page has them."""
    return "_ground_plain.svg" if settings.CLINIC_FOLDER.scene == "none" else "_ground.svg"


@register.simple_tag
def day_color(token: str) -> str:
    return settings.CLINIC_FOLDER.look.by_day(token)


@register.simple_tag
def night_color(token: str) -> str:
    return settings.CLINIC_FOLDER.look.by_night(token)


@register.simple_tag
def own_stylesheet(path: str) -> str:
    """A link to the colors of a clinic with a folder of its own."""
    own = settings.CLINIC_FOLDER.is_own
    return format_html('<link rel="stylesheet" href="{}">', static(path)) if own else ""
