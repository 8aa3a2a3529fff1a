"""Names that a link can lead to: of a heading, by `## Words {#id}` or by its words; of a bold term, by `**term**{#id}`."""

import re
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from markdown_it.token import Token

from .citation_marks import without_citations

HEADING_ID = re.compile(r"(?<!\s)\s*\{#([a-z0-9-]+)\}\s*$")
_TERM_ID = re.compile(r"\{#([a-z0-9-]+)\}")


class Heading(NamedTuple):
    """A heading of any level. `line` counts from 1 in the Markdown."""

    id: str
    text: str
    line: int


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "section"


def name_headings(state) -> None:
    """Gives every heading an id, either the given one or one made from its text, and lists the second-level ones."""
    used = state.env.setdefault("ids", {})
    for token, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if token.type != "heading_open":
            continue
        text = inline.content
        if match := HEADING_ID.search(text):
            text = inline.content = text[: match.start()]
            inline.children = []
            state.md.inline.parse(text, state.md, state.env, inline.children)
        # The name and the list of contents are no place for a source.
        text = without_citations(text)
        name = _unused(match[1] if match else _slug(text), used)
        token.attrSet("id", name)
        state.env.setdefault("headings", []).append(Heading(name, text, token.map[0] + 1))
        if token.tag == "h2":
            state.env.setdefault("contents", []).append({"id": name, "text": text})


def _unused(name: str, used: dict[str, int]) -> str:
    """The name, or with the next free number. `used`: each name that is taken, with the last number tried after it."""
    free, number = name, used.get(name, 1)
    while free in used:
        number += 1
        free = f"{name}-{number}"
    used[name] = number
    used.setdefault(free, 1)
    return free


def name_terms(state) -> None:
    """Gives a bold term the id that follows it, so that other texts can link to its explanation."""
    used = state.env.setdefault("ids", {})
    for token in state.tokens:
        opened: list[Token] = []
        children = token.children or []
        for child, after in pairwise(children):
            if child.type == "strong_open":
                opened.append(child)
            elif child.type == "strong_close":
                term = opened.pop()
                if after.type == "text" and (match := _TERM_ID.match(after.content)):
                    term.attrSet("id", _unused(match[1], used))
                    after.content = after.content[match.end() :]


SOURCE = Path(__file__).read_bytes()
