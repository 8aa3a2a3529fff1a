"""Placeholders in texts, like `{fees}`: facts that a page fills in as it is put together, so that a changed fact shows at once.

What is stored keeps the placeholder, in Markdown and in HTML. Apps register the names that they fill, as they register their
prelaunch checks. Braces around anything else, except a heading's `{#name}` and what has a colon, are a mistake.
"""

import re
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_IN_BRACES = re.compile(r"\{(?!#)([^{}:\n]*)\}")
# A link cannot hold another one, and the name of a heading becomes an address.
_LINK = re.compile(r"\[[^\[\]\n]*\]\([^()\n]*\)")
# What is left of a paragraph or of an item when its fact is not set.
_EMPTY = re.compile(r"<(p|li)>\s*</\1>\n?")
_EMPTY_LIST = re.compile(r"<ul>\s*</ul>\n?")
# As a search entry holds a placeholder.
_FIRST_LETTERS = "qzxq"
_WORD = re.compile(rf"\b{_FIRST_LETTERS}([a-z]+)\b")

_known: set[str] = set()
_plain: set[str] = set()
_values: list[Callable[[], Mapping[str, str]]] = []


class Mistake(NamedTuple):
    """A placeholder that cannot be filled. `line` counts from 1 in the given text."""

    code: str
    line: int
    message: str


def register(*names: str, values: Callable[[], Mapping[str, str]]) -> None:
    """Makes the names known: texts may have them in braces, and the page that shows a text passes their values to `fill`.

    `values` reads those of today, for who chooses a name.
    """
    _known.update(names)
    _values.append(values)


def values_of_today() -> dict[str, str]:
    """What every known name is replaced by, empty where it says nothing yet."""
    today = {name: value for read in _values for name, value in read().items()}
    return {name: today.get(name, "") for name in known()}


def register_plain(*names: str) -> None:
    """Has these of the names filled in plain text too, in the fields that a kind of text lists as `FILLED`."""
    _plain.update(names)


def known() -> list[str]:
    return sorted(_known)


def names_in(text: str) -> set[str]:
    """The names of the placeholders in a Markdown or rendered text."""
    return set(_PLACEHOLDER.findall(text))


def mistakes(text: str, *, is_markdown: bool, is_filled: bool = False) -> Iterator[Mistake]:
    """What keeps a text from being filled. Markdown is, and with `is_filled` plain text, by the few names that need no link. A
    title is not: it is also an address, a picture, a search result.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        is_heading, links = line.lstrip().startswith("#"), [link.span() for link in _LINK.finditer(line)]
        for match in _IN_BRACES.finditer(line):
            if match[1] not in _known:
                message = f"Line {number}: {match[0]} is not a fact of the clinic. Known are {', '.join(known())}."
                yield Mistake("unknown_placeholder", number, message)
            elif not is_markdown and is_filled:
                if match[1] not in _plain:
                    only = " and ".join(f"{{{name}}}" for name in sorted(_plain))
                    yield Mistake("placeholder_place", number, f"Line {number}: only {only} are filled in here, not {match[0]}.")
            elif not is_markdown:
                yield Mistake("placeholder_place", number, f"Line {number}: only Markdown is filled in, so write no {match[0]}.")
            elif is_heading or _is_within(links, match.start()):
                message = f"Line {number}: {match[0]} cannot be part of a heading or a link."
                yield Mistake("placeholder_place", number, message)


def _is_within(spans: list[tuple[int, int]], at: int) -> bool:
    """Whether the place is inside one of the spans, which are in order."""
    before = bisect(spans, (at,)) - 1
    return before >= 0 and at < spans[before][1]


def fill(html: str, values: Mapping[str, str]) -> SafeString:
    """The HTML with each placeholder replaced by its value, escaped unless it is safe. A name without a value is left out, and
    so is a paragraph or a list that then says nothing.
    """
    filled = _PLACEHOLDER.sub(lambda match: conditional_escape(values.get(match[1], "")), html)
    return mark_safe(_EMPTY_LIST.sub("", _EMPTY.sub("", filled)))  # noqa: S308  the text was cleaned when it was saved


def fill_plain(text: str, values: Mapping[str, str]) -> str:
    """The plain text with each placeholder replaced by its value, neither of them HTML."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], ""), text)


def as_words(text: str) -> str:
    """The text for a search entry, where a placeholder is one word that nobody types: its value is filled in when it is found."""
    return _PLACEHOLDER.sub(lambda match: _FIRST_LETTERS + match[1].replace("_", ""), text)


def from_words(text: str) -> str:
    """The same text with its placeholders again, whole: an entry is cut between words."""
    names = {name.replace("_", ""): name for name in _known}
    return _WORD.sub(lambda match: f"{{{names[match[1]]}}}" if match[1] in names else "", text)
