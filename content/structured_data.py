"""Structured data (schema.org) for search engines: the parts that any page can have."""

import json

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def graph(*nodes: dict) -> SafeString:
    """The nodes as the text of a script element, with every character escaped that could end the element."""
    text = json.dumps({"@context": "https://schema.org", "@graph": list(nodes)}, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(_ESCAPES))  # noqa: S308


def breadcrumb_node(crumbs: list[dict[str, str]]) -> dict:
    """The breadcrumbs as a node. `crumbs`: [{name, url}], where url is a path."""
    items = [
        {"@type": "ListItem", "position": position, "name": crumb["name"], "item": settings.PUBLIC_URL + crumb["url"]}
        for position, crumb in enumerate(crumbs, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}
