"""What an editor can put into a text without knowing how it is written: links, sources, figures and facts, as plain Markdown."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.utils.html import strip_tags
from django.utils.text import Truncator

from content import placeholders
from content.figures import FIGURES
from content.models import Reference, ReviewedText, kinds

# As many as somebody looks through before typing another word.
MOST_SHOWN = 40
_BRACKETS = re.compile(r"([\[\]\\])")
_LONGEST_VALUE = 18


@dataclass(frozen=True)
class Choice:
    """One line of a list. `before` and `after` go around what is selected in the text, or else around `words`; without `words`
    they follow the selection. `is_alone`: a paragraph of its own.
    """

    label: str
    detail: str
    before: str
    words: str = ""
    after: str = ""
    is_alone: bool = False


def choices(kind: str, query: str, *, at: datetime) -> list[Choice]:
    """Those of the kind that hold every word of the query, up to one more than `MOST_SHOWN`. Raises KeyError for no kind."""
    words = query.casefold().split()
    every = _links(at, with_headings=bool(words)) if kind == "link" else KINDS[kind](at)
    return list(islice((one for one in every if _holds(f"{one.label} {one.detail} {one.before}", words)), MOST_SHOWN + 1))


def _holds(text: str, words: Iterable[str]) -> bool:
    text = text.casefold()
    return all(word in text for word in words)


def _links(at: datetime, *, with_headings: bool) -> Iterator[Choice]:
    """Every page that visitors can read at the instant `at`, then every place in one: those are many."""
    rows = [row for kind in kinds() for row in kind.objects.public(at=at).defer(*kind.MARKDOWN, *kind.MARKDOWN.values())]
    yield from (_link(str(row), f"{row._meta.verbose_name}, {row.get_absolute_url()}", row.get_absolute_url()) for row in rows)
    if not with_headings:
        return
    for row in rows:
        for heading in row.contents if isinstance(row, ReviewedText) else ():
            yield _link(heading["text"], f"in {row}", f"{row.get_absolute_url()}#{heading['id']}")


def _link(title: str, detail: str, address: str) -> Choice:
    return Choice(title, detail, "[", _BRACKETS.sub(r"\\\1", title), f"]({address})")


def _sources(at: datetime) -> Iterator[Choice]:
    for source in Reference.objects.all():
        detail = ", ".join(filter(None, (source.authors, source.journal, str(source.year or ""))))
        yield Choice(source.title, detail, f"[@{source.key}]")


def _figures(at: datetime) -> Iterator[Choice]:
    for figure in FIGURES.values():
        yield Choice(figure.title, f"the drawing of {figure.study}", f"{{figure: {figure.key}}}", is_alone=True)
        for part, spelled in figure.parts.items():
            yield Choice(spelled, f"a number of “{figure.title}”: {part}", f"{{number: {figure.key}.{part}}}")


def _facts(at: datetime) -> Iterator[Choice]:
    for name, value in placeholders.values_of_today().items():
        says = Truncator(" ".join(strip_tags(value).split())).words(_LONGEST_VALUE)
        yield Choice(name.replace("_", " "), says or "says nothing yet", f"{{{name}}}")


KINDS: dict[str, Callable[[datetime], Iterator[Choice]]] = {
    "link": lambda at: _links(at, with_headings=True),
    "source": _sources,
    "figure": _figures,
    "fact": _facts,
}
