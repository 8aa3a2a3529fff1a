"""Problems that keep a text from being saved or published, for the admin's forms and for `prelaunch`."""

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from urllib.parse import unquote

from . import figures_in_texts
from .citations import cited_keys
from .claims import Hit, find_claims
from .links import MOST_TOLD, Links
from .models import Reference, ReviewedText, Text
from .placeholders import mistakes

_OFF_LABEL = re.compile(r"\boff-label\b", re.I)
# An address in parentheses behind words, without the bracket that ends these.
_HALF_LINK = re.compile(r"\[[^\[\]\n(]{1,200}\((?:/|https?:|mailto:|tel:)[^)\s]{0,200}\)?")
_PICTURE = re.compile(r"(?<!\\)!\[[^\]\n]{0,200}\]\([^)\n]{0,200}\)")
_PICTURES = "Photographs are added under Pictures, and chosen beside the text of an article or a person."
_CRISIS_LINE = "(tel:988)"


@dataclass(frozen=True)
class Problem:
    """A problem with a text. `field`: where to fix it, or None for the whole text. A message about a line begins with it."""

    code: str
    message: str
    field: str | None = None


def problems(row: Text, *, at: datetime, links: Links | None = None) -> list[Problem]:
    """The problems of a rendered text: those that prevent saving, and for a published text those that prevent publishing."""
    found = [
        *unknown_citations(row),
        *wrong_figures(row),
        *half_links(row),
        *misplaced_placeholders(row),
        *pictures_in_texts(row),
    ]
    if row.is_published:
        found += before_publishing(row, at=at, links=links)
    return found


def before_publishing(row: Text, *, at: datetime, links: Links | None = None) -> list[Problem]:
    """Those that prevent publishing alone: a draft may have them."""
    return [*missing_sentences(row), *broken_links(row, at=at, links=links)]


def unknown_citations(row: Text) -> list[Problem]:
    cited = {field: cited_keys(text) for field, text in row.spelled_out().items()}
    keys = {key for keys in cited.values() for key in keys}
    known = set(Reference.objects.filter(key__in=keys).values_list("key", flat=True)) if keys else set()
    return [
        Problem("unknown_citation", f"{_line_of(row, field, key)}[@{key}] is not in the list of references.", field)
        for field, keys in cited.items()
        for key in keys
        if key not in known
    ]


def sources_left_out(row: Text) -> list[Problem]:
    if row.shows_sources:
        return []
    return [
        Problem(
            "source_left_out", f"{_line_of(row, field, key)}this page lists no sources, so [@{key}] would be left out.", field
        )
        for field in row.MARKDOWN
        for key in cited_keys(getattr(row, field))
    ][:MOST_TOLD]


def _line_of(row: Text, field: str, key: str) -> str:
    """The beginning of a message about a source: where it is first cited; empty for one that a figure cites."""
    for number, line in enumerate(getattr(row, field).splitlines(), start=1):
        if key in cited_keys(line):
            return f"Line {number}: "
    return ""


def wrong_figures(row: Text) -> list[Problem]:
    """Every mark of a number or a figure that would reach visitors as it is written."""
    return [
        Problem("unknown_figure", mistake, field)
        for field, text in row.texts().items()
        for mistake in islice(figures_in_texts.mistakes(text, is_markdown=field in row.MARKDOWN), MOST_TOLD)
    ]


def misplaced_placeholders(row: Text) -> list[Problem]:
    """Placeholders that no page can fill: unknown ones, and known ones where nothing is filled."""
    return [
        Problem(mistake.code, mistake.message, field)
        for field, text in row.texts().items()
        for mistake in islice(mistakes(text, is_markdown=field in row.MARKDOWN, is_filled=field in row.FILLED), MOST_TOLD)
    ]


def pictures_in_texts(row: Text) -> list[Problem]:
    """Pictures as Markdown has them elsewhere: visitors would get a link with an exclamation mark."""
    return _wherever(_PICTURE, row, "picture", f"shows no picture, since a text has words alone. {_PICTURES}")


def half_links(row: Text) -> list[Problem]:
    """Links that lost a bracket: visitors would read what was meant to be an address."""
    return _wherever(_HALF_LINK, row, "half_link", "is no link yet: write [words](address).")


def _wherever(written: re.Pattern[str], row: Text, code: str, says: str) -> list[Problem]:
    """A problem for each place of the Markdown at which the pattern is written, with its line; what is there, and then `says`."""
    return [
        Problem(code, f"Line {number}: {match[0]} {says}", field)
        for field in row.MARKDOWN
        for number, line in enumerate(getattr(row, field).splitlines(), start=1)
        for match in islice(written.finditer(line), MOST_TOLD)
    ][:MOST_TOLD]


def missing_sentences(row: Text) -> list[Problem]:
    """A medical page must say in its own text that the use is off-label and where to turn in a crisis."""
    if not (isinstance(row, ReviewedText) and row.medical):
        return []
    text = "\n".join(row.texts().values())
    found = []
    if not _OFF_LABEL.search(text):
        found.append(Problem("off_label", "Say that treating depression with ketamine is off-label.", "body"))
    if _CRISIS_LINE not in text and not row.has_crisis_card:
        found.append(Problem("crisis_line", "Give the crisis line as a link: call or text [988](tel:988).", "body"))
    return found


def broken_links(row: Text, *, at: datetime, links: Links | None = None) -> list[Problem]:
    """The broken links as of `at`, or as of the scheduled instant of a text that appears later."""
    if row.public_from and row.public_from > at:
        links, at = None, row.public_from
    return [_broken(row, href) for href in (links or Links(at=at)).broken(row)]


def _broken(row: Text, href: str) -> Problem:
    """The broken link with the field and the line in which it is first written."""
    page, mark, fragment = href.partition("#")
    reason = f"nothing on {'that page' if page else 'this page'} is named {fragment}, or there is no such page" if mark else ""
    what = f"the link {href} is broken{': ' if reason else ''}{reason}."
    written = re.compile(rf"(?:{re.escape(href)}|{re.escape(unquote(href))})(?![\w/#-])")
    for field in row.MARKDOWN:
        for number, line in enumerate(getattr(row, field).splitlines(), start=1):
            if written.search(line):
                return Problem("broken_link", f"Line {number}: {what}", field)
    return Problem("broken_link", what[0].upper() + what[1:], next(iter(row.MARKDOWN)))


def told_of(hit: Hit) -> str:
    """What an editor reads of such a statement."""
    return f"Line {hit.line}, “{hit.quote}”: {hit.claim.reason} ({hit.claim.source})"


def claims_in(row: Text) -> list[tuple[str, Hit]]:
    """Every statement of the text that promises too much, with its field."""
    return [(field, hit) for field, text in row.texts().items() for hit in find_claims(text)]
