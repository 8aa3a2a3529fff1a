"""What the head of a page needs: its structured data, and the full address of a static file."""

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html

from pages.json_ld import breadcrumb_node, graph

register = template.Library()


@register.simple_tag
def absolute_static(path: str) -> str:
    """The address of a static file for readers elsewhere: with scheme and host."""
    return settings.PUBLIC_URL + static(path)


@register.simple_tag(takes_context=True)
def json_ld(context):
    """From `json_ld`, a list of schema.org nodes, and `breadcrumbs`, both optional in the context."""
    nodes = [*context.get("json_ld", [])]
    if crumbs := context.get("breadcrumbs"):
        nodes.append(breadcrumb_node(crumbs))
    return format_html('<script type="application/ld+json">{}</script>', graph(*nodes)) if nodes else ""
