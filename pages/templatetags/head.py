"""Tags for a page's head: structured data, Open Graph, and absolute URLs of static files."""

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from content.share_picture import can_be_drawn, name_of
from content.structured_data import breadcrumb_node, graph
from pages.structured_data import clinic_node, website_node

register = template.Library()


@register.simple_tag
def absolute_static(path: str) -> str:
    """The absolute URL of a static file, with scheme and host."""
    return settings.PUBLIC_URL + static(path)


@register.simple_tag(takes_context=True)
def open_graph(context):
    """The Open Graph tags, shown where the page is shared: title and picture of its `article` or `page`, or the site's own."""
    row = context.get("article") or context.get("page")
    picture, facts = absolute_static("img/share.png"), {}
    if row is not None and row.pk:
        facts = {
            "og:type": row.og_type,
            "og:title": row.title,
            "og:description": row.description,
            "og:url": context["canonical"],
        }
        if row.has_share_picture and can_be_drawn(row.title):
            picture = settings.PUBLIC_URL + reverse("pages:share", args=[name_of(row.title)])
    return format_html_join("\n", '<meta property="{}" content="{}">', [*facts.items(), ("og:image", picture)])


@register.simple_tag(takes_context=True)
def clinic_json_ld(context):
    """The clinic and its website as JSON-LD, for the home page, with the hours that the page shows."""
    site = context["site"]
    return _script(clinic_node(site.clinic, site.opening_hours()), website_node(site.clinic))


@register.simple_tag(takes_context=True)
def json_ld(context):
    """JSON-LD from `json_ld` (a list of schema.org nodes) and `breadcrumbs`, both optional in the context."""
    nodes = [*context.get("json_ld", [])]
    if crumbs := context.get("breadcrumbs"):
        nodes.append(breadcrumb_node(crumbs))
    return _script(*nodes) if nodes else ""


def _script(*nodes: dict):
    return format_html('<script type="application/ld+json">{}</script>', graph(*nodes))
