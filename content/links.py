"""Finds broken internal links in a text."""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from functools import cache, cached_property
from itertools import islice
from urllib.parse import unquote, urldefrag, urlsplit, urlunsplit

from django.conf import settings
from django.urls import NoReverseMatch, Resolver404, resolve

from .models import Text, kinds

_HREF = re.compile(r'href="([^"]*)"')
# Of every page: its top, and what the skip link leads to.
_ON_EVERY_PAGE = {"", "main"}
# The path of any link with a question mark ends before it.
_NO_ADDRESS = "/?/"
# Each is looked for in the text, to name its line.
MOST_TOLD = 20


def path_of(row: Text) -> str:
    """The path of the page on which visitors read the text; for one whose address is not filled in, a path of no link."""
    try:
        return urldefrag(row.get_absolute_url()).url
    except NoReverseMatch:
        return _NO_ADDRESS


class Links:
    """Checks links as of the instant `at`. Reads what is published once, for any number of texts."""

    def __init__(self, *, at: datetime) -> None:
        self.at = at

    def broken(self, row: Text) -> list[str]:
        """The first broken internal links of a rendered text, each once: no such page, or no such place on it. Links to other
        sites are not opened.
        """
        hrefs = [href.replace("&amp;", "&") for href in dict.fromkeys(_HREF.findall(row.html))]
        here = cache(lambda: self._anchors_around(row))
        broken = (href for href in hrefs if not self._works(href.removeprefix(settings.PUBLIC_URL), path_of(row), here))
        return list(islice(broken, MOST_TOLD))

    def lead_to(self, href: str) -> bool:
        """Whether there is a page, and a place on it, at an internal address that begins with a slash."""
        return self._works(href)

    def final(self, href: str) -> str:
        """The path, and the place on its page, where an internal address that begins with a slash leads in the end: with the
        slash after it, and of today where the page moved. "" where there is no such page or place.
        """
        if not self.lead_to(href):
            return ""
        place = urlsplit(href)
        path = _with_slash(place.path)
        present = path if path in self._anchors else self._former.get(path, path)
        return urlunsplit(("", "", present, "", place.fragment))

    def _works(self, href: str, own_path: str = "", here: Callable[[], set[str]] = set) -> bool:
        if not href.startswith(("/", "#")):
            # A relative link has a different target on every page that shows the text.
            return ":" in href
        place = urlsplit(href)
        path, fragment = _with_slash(place.path or own_path or "/"), unquote(place.fragment)
        if path == own_path:
            return fragment in here()
        if path in self._anchors:
            return fragment in _ON_EVERY_PAGE.union(*self._anchors[path].values())
        return fragment in _ON_EVERY_PAGE and (path in self._former or _is_page(path))

    def _anchors_around(self, row: Text) -> set[str]:
        """The places on the page of an unsaved text: its own, and those of the texts that share the page."""
        others = (found for key, found in self._anchors.get(path_of(row), {}).items() if key != (type(row), row.pk))
        return _ON_EVERY_PAGE.union(row.anchors(), row.page_anchors(), *others)

    @cached_property
    def _anchors(self) -> dict[str, dict[tuple, set[str]]]:
        """The anchors of every public text and of the page around it, by page."""
        found: dict[str, dict[tuple, set[str]]] = defaultdict(dict)
        for kind in kinds():
            for row in kind.objects.public(at=self.at).defer(*kind.MARKDOWN):
                found[path_of(row)][kind, row.pk] = row.anchors() | row.page_anchors()
        return dict(found)

    @cached_property
    def _former(self) -> dict[str, str]:
        return {path: present for kind in kinds() for path, present in kind.former_urls(at=self.at).items()}


def _with_slash(path: str) -> str:
    return path if path.endswith("/") or "." in path else f"{path}/"


def _is_page(path: str) -> bool:
    """Whether a view answers at this path. The views that show one text do not count: they know no text here."""
    try:
        return resolve(path).view_name not in {kind.VIEW for kind in kinds()}
    except Resolver404:
        return False
