"""Structured data for search engines: what is visible on the page, and nothing that is not confirmed."""

import json

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from .site_facts import SiteFacts

_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def graph(*nodes: dict) -> SafeString:
    """The nodes as the text of a script element; what could end the element is escaped."""
    text = json.dumps({"@context": "https://schema.org", "@graph": list(nodes)}, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308


def clinic_node(site: SiteFacts) -> dict:
    clinic = site.clinic
    address = {
        "streetAddress": clinic.street,
        "addressLocality": clinic.city,
        "addressRegion": clinic.state,
        "postalCode": clinic.postal_code,
        "addressCountry": clinic.country,
    }
    optional = {"description": clinic.summary, "telephone": clinic.phone, "email": clinic.email}
    return {
        "@type": "MedicalClinic",
        "@id": f"{settings.PUBLIC_URL}/#clinic",
        "name": clinic.name,
        "url": f"{settings.PUBLIC_URL}/",
        **{key: value for key, value in optional.items() if value},
        "address": {"@type": "PostalAddress", **{key: value for key, value in address.items() if value}},
        **site.opening_markup(),
    }


def website_node(site: SiteFacts) -> dict:
    origin = settings.PUBLIC_URL
    return {
        "@type": "WebSite",
        "@id": f"{origin}/#website",
        "name": site.clinic.name,
        "url": f"{origin}/",
        "publisher": {"@id": f"{origin}/#clinic"},
    }


def breadcrumb_node(crumbs: list[dict[str, str]]) -> dict:
    """`crumbs`: [{name, url}], url a path."""
    items = [
        {"@type": "ListItem", "position": position, "name": crumb["name"], "item": settings.PUBLIC_URL + crumb["url"]}
        for position, crumb in enumerate(crumbs, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}
