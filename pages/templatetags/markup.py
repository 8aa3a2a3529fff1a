"""`{% json_ld %}`: the page's structured data as one script element, or nothing."""

from django import template
from django.utils.html import format_html

from pages.json_ld import breadcrumb_node, graph

register = template.Library()


@register.simple_tag(takes_context=True)
def json_ld(context):
    """From `json_ld`, a list of schema.org nodes, and `breadcrumbs`, both optional in the context."""
    nodes = [*context.get("json_ld", [])]
    if crumbs := context.get("breadcrumbs"):
        nodes.append(breadcrumb_node(crumbs))
    return format_html('<script type="application/ld+json">{}</script>', graph(*nodes)) if nodes else ""
