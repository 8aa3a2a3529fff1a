"""Numbers citations in order of first mention on a page and builds the list of references."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from .citation_marks import CITATION
from .models import Reference, Text, kinds


@dataclass(frozen=True)
class NumberedReference:
    number: int
    reference: Reference


def cited_keys(*texts: str) -> list[str]:
    """The keys cited in Markdown or rendered texts, each once, in order."""
    keys = (key.lstrip("@ ") for text in texts for match in CITATION.finditer(text) for key in match[1].split(";"))
    return list(dict.fromkeys(keys))


def cited_where(key: str) -> list[str]:
    """The names of the texts that cite this key."""
    rows = (row for kind in kinds() for row in kind.objects.all())
    return [f"{row._meta.verbose_name} {row}" for row in rows if key in cited_keys(*row.spelled_out().values())]


def cited_in(rows: Iterable[Text]) -> set[str]:
    """The keys that these texts cite."""
    return set(cited_keys(*(text for row in rows for text in row.spelled_out().values())))


def unused_references() -> list[Reference]:
    """Sources that no text cites."""
    return list(Reference.objects.exclude(key__in=cited_in(row for kind in kinds() for row in kind.objects.all())))


class Citations:
    """The numbering of one page, made from all of its texts in reading order."""

    def __init__(self, texts: Iterable[str]) -> None:
        keys = cited_keys(*texts)
        known = {reference.key: reference for reference in Reference.objects.filter(key__in=keys)} if keys else {}
        cited = [known[key] for key in keys if key in known]
        self.references = [NumberedReference(number, reference) for number, reference in enumerate(cited, start=1)]
        self._anchored: set[int] = set()
        self._numbers = {numbered.reference.key: numbered.number for numbered in self.references}

    def number(self, html: str) -> SafeString:
        """The text with each citation as links to the list of references; unknown keys are left out.

        The list links back to the first mention of each source on the page.
        """
        return mark_safe(CITATION.sub(self._marks, html))  # noqa: S308  cleaned when it was saved

    def _marks(self, match: re.Match) -> str:
        keys = [key.lstrip("@ ") for key in match[1].split(";")]
        numbers = sorted(self._numbers[key] for key in keys if key in self._numbers)
        if not numbers:
            return ""
        link = '<a{1} href="#ref-{0}" aria-label="Source {0}">{0}</a>'
        links = format_html_join(", ", link, ((number, self._anchor(number)) for number in numbers))
        return f'<sup class="cite">{links}</sup>'

    def _anchor(self, number: int) -> SafeString:
        if number in self._anchored:
            return SafeString()
        self._anchored.add(number)
        return format_html(' id="cited-{}"', number)


def without_citations(html: str) -> SafeString:
    """The HTML for an excerpt on a page without its list of references."""
    return mark_safe(CITATION.sub("", html))  # noqa: S308  cleaned when it was saved
