"""What keeps a text from being saved, or from being published. For the admin's forms and for `prelaunch`."""

import re
from dataclasses import dataclass
from datetime import datetime

from pages.models import Page, Provider, Question

from .citations import cited_keys
from .claims import Hit, find_claims
from .links import Links
from .models import Article, Reference
from .words import words_of

_OFF_LABEL = re.compile(r"\boff-label\b", re.I)
_CRISIS_LINE = "(tel:988)"


@dataclass(frozen=True)
class Problem:
    """`field`: where it can be mended, or None for the whole text."""

    code: str
    message: str
    field: str | None = None


def is_public(row) -> bool:
    """Whether visitors read this row, now or from the instant it is scheduled for."""
    if isinstance(row, Article):
        return not row.is_draft
    return row.is_published if isinstance(row, Question | Provider) else True


def problems(row, *, at: datetime, links: Links | None = None) -> list[Problem]:
    """Why the row cannot be saved, and if it is public why it cannot be published. It must be rendered already."""
    found = unknown_citations(row)
    if is_public(row):
        found += [*missing_sentences(row), *broken_links(row, at=at, links=links)]
    return found


def unknown_citations(row) -> list[Problem]:
    words = words_of(row)
    cited = {field: cited_keys(text) for field, text in words.items()}
    keys = {key for keys in cited.values() for key in keys}
    known = set(Reference.objects.filter(key__in=keys).values_list("key", flat=True)) if keys else set()
    return [
        Problem("unknown_citation", f"[@{key}] is not in the list of references.", field)
        for field, keys in cited.items()
        for key in keys
        if key not in known
    ]


def missing_sentences(row) -> list[Problem]:
    """A medical page says that the use is off-label and where to turn in a crisis, in its own words."""
    if not getattr(row, "medical", False) or isinstance(row, Question):
        return []
    text = "\n".join(words_of(row).values())
    found = []
    if not _OFF_LABEL.search(text):
        found.append(Problem("off_label", "Say that treating depression with ketamine is off-label.", "body"))
    # The home page's template shows the crisis card.
    if _CRISIS_LINE not in text and not (isinstance(row, Page) and row.key == Page.Key.HOME):
        found.append(Problem("crisis_line", "Give the crisis line, as a link: call or text [988](tel:988).", "body"))
    return found


def broken_links(row, *, at: datetime, links: Links | None = None) -> list[Problem]:
    """`at`: links must work when the row appears, which may be later for a scheduled article."""
    if isinstance(row, Article) and row.published_at > at:
        links, at = None, row.published_at
    field = next(name for name in ("body", "answer", "bio") if hasattr(row, name)) if words_of(row) else None
    if field is None:
        return []
    broken = (links or Links(at=at)).broken(row)
    return [Problem("broken_link", f"The link {href} leads nowhere.", field) for href in broken]


def claims_in(row) -> list[tuple[str, Hit]]:
    """Every place of the row's words that promises too much, with the field it stands in."""
    return [(field, hit) for field, text in words_of(row).items() for hit in find_claims(text)]
