"""Tags for a page's head: structured data, Open Graph, and absolute URLs of static files."""

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join

from content.structured_data import breadcrumb_node, graph
from pages.models import Page
from pages.share_tags import open_graph_tags
from pages.structured_data import ABOUT_THE_CLINIC, clinic_node, clinic_reference, medical_page_node, website_node

register = template.Library()


@register.simple_tag
def absolute_static(path: str) -> str:
    """The absolute URL of a static file, with scheme and host."""
    return settings.PUBLIC_URL + static(path)


@register.simple_tag(takes_context=True)
def open_graph(context):
    """The Open Graph tags, shown where the page is shared: title and picture of its `article` or `page`, or the site's own."""
    text = context.get("article") or context.get("page")
    tags = open_graph_tags(text, context["site_facts"].clinic, url=context["canonical"])
    return format_html_join("\n", '<meta property="{}" content="{}">', tags)


@register.simple_tag(takes_context=True)
def json_ld(context):
    """JSON-LD of the page: `json_ld` (a list of schema.org nodes) and `breadcrumbs`, both optional in the context, and what
    every `page` says of itself, and some of the clinic.
    """
    nodes = [*context.get("json_ld", [])]
    page = context.get("page")
    if isinstance(page, Page):
        site = context["site_facts"]
        is_about_the_clinic = page.key in ABOUT_THE_CLINIC
        if is_about_the_clinic:
            nodes.append(clinic_node(site.clinic, site.opening_hours()))
        if page.key == Page.HOME:
            nodes.append(website_node(site.clinic))
        if page.medical:
            nodes += [] if is_about_the_clinic else [clinic_reference(site.clinic)]
            nodes.append(medical_page_node(page, changed_on=page.changed_on))
    if crumbs := context.get("breadcrumbs"):
        nodes.append(breadcrumb_node(crumbs))
    return format_html('<script type="application/ld+json">{}</script>', graph(*nodes)) if nodes else ""
