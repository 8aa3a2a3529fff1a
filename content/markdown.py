"""Renders Markdown to clean HTML, once, when content is saved.

CommonMark with tables, checkboxes (`- [ ]`) and a few containers (`::: note Title`, `::: crisis`, `::: steps`, `::: pair`,
and `::: stacked` around a wide table, whose rows a phone shows as cards). No raw HTML, no images from elsewhere. Citations
(`[@key]`) stay in the HTML as written; `content.citations` numbers them when a page is rendered. The numbers of studies, and
their drawings, come from `figures_in_texts`.

A heading can be linked to by the id in `## Words {#id}`, or by its words; a bold term by the id in `**term**{#id}`.
"""

import re
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from . import checkboxes, figures, figures_drawn, figures_in_texts

# Citations as they stay in a text; `content.citations` reads them. Sought from the first space of many, not from each.
CITATION = re.compile(r"(?<!\s)\s*\[@([a-z0-9-]+(?:; ?@[a-z0-9-]+)*)\]")
_HEADING_ID = re.compile(r"(?<!\s)\s*\{#([a-z0-9-]+)\}\s*$")
_BEGINNING = re.compile(r"\[+@+")
_DEEPEST = 4
_LONGEST_LABEL = 120  # each table and each row repeats its heading
_TERM_ID = re.compile(r"\{#([a-z0-9-]+)\}")
# Containers in which each third-level heading begins an item, with the tags of container and item.
_ITEMISED = {"steps": ("ol", "li"), "pair": ("div", "div")}


def without_citations(text: str) -> str:
    """The text for a place where no link can be, as an attribute. Taking one out may make another of what stood around it."""
    for _ in range(_DEEPEST):
        less = CITATION.sub("", text)
        if less == text:
            return text
        text = less
    return _BEGINNING.sub("", text)


@dataclass(frozen=True)
class Rendered:
    """Rendered HTML. `contents`: the second-level headings as [{"id", "text"}]."""

    html: str
    contents: list[dict[str, str]]


def render(text: str) -> Rendered:
    contents: list[dict[str, str]] = []
    html = _markdown.render(figures_in_texts.with_numbers(text), {"contents": contents})
    html = checkboxes.with_checkboxes(_clean(html).strip())
    return Rendered(figures_in_texts.with_drawings(html, figures_drawn.drawn), contents)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "section"


def _name_headings(state) -> None:
    """Gives every heading an id, either the given one or one made from its text, and lists the second-level ones."""
    used = state.env.setdefault("ids", {})
    for token, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if token.type != "heading_open":
            continue
        text = inline.content
        if match := _HEADING_ID.search(text):
            text = inline.content = text[: match.start()]
            inline.children = []
            state.md.inline.parse(text, state.md, state.env, inline.children)
        # The name and the list of contents are no place for a source.
        text = without_citations(text)
        name = _unused(match[1] if match else _slug(text), used)
        token.attrSet("id", name)
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


def _name_terms(state) -> None:
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


def _itemise(state) -> None:
    """Inside `steps` and `pair`, wraps each third-level heading and what follows it in an item."""
    tokens: list[Token] = []
    kind, is_open = "", False
    for token in state.tokens:
        begun = re.fullmatch(r"container_(steps|pair)_(open|close)", token.type)
        ends_item = is_open and (begun or (token.type == "heading_open" and token.tag == "h3"))
        if ends_item:
            tokens.append(Token("item_close", _ITEMISED[kind][1], -1, block=True))
            is_open = False
        if begun:
            kind = begun[1] if begun[2] == "open" else ""
            token.tag = _ITEMISED[begun[1]][0]
        elif kind and token.type == "heading_open" and token.tag == "h3":
            tokens.append(Token("item_open", _ITEMISED[kind][1], 1, block=True))
            is_open = True
        tokens.append(token)
    state.tokens = tokens


def _frame_tables(state) -> None:
    """Wraps each table in a scrollable, focusable region named after the heading above it. An empty corner heads no column."""
    tokens, heading = [], "Table"
    for index, token in enumerate(state.tokens):
        if token.type == "heading_open":
            heading = without_citations(_HEADING_ID.sub("", state.tokens[index + 1].content))[:_LONGEST_LABEL]
        if token.type == "table_open":
            frame = Token("frame_open", "div", 1, block=True)
            frame.attrs = {"class": "table", "role": "region", "tabindex": "0", "aria-label": f"Table: {heading}"}
            tokens.append(frame)
        elif token.type == "th_open" and state.tokens[index + 1].content:
            token.attrSet("scope", "col")
        elif token.type == "th_open":
            token.tag = state.tokens[index + 2].tag = "td"
        tokens.append(token)
        if token.type == "table_close":
            tokens.append(Token("frame_close", "div", -1, block=True))
    state.tokens = tokens


def _label_cells(state) -> None:
    """Inside `stacked`, makes the first cell of a row its heading, and gives the others the heading of their column to show."""
    headings: list[str] = []
    is_inside, column = False, 0
    for index, token in enumerate(state.tokens):
        if token.type in ("container_stacked_open", "container_stacked_close"):
            is_inside = token.nesting == 1
        elif token.type == "thead_open":
            headings = []
        elif token.type == "th_open":
            words = "".join(child.content for child in state.tokens[index + 1].children if child.type == "text")
            headings.append(without_citations(words)[:_LONGEST_LABEL])
        elif token.type == "tr_open":
            column = 0
        elif is_inside and token.type == "td_open" and column:
            token.attrSet("data-column", headings[column])
        elif is_inside and token.type == "td_open":
            token.tag = "th"
            token.attrSet("scope", "row")
        elif is_inside and token.type == "td_close":
            token.tag = "td" if column else "th"
            column += 1


def _keep_titles_plain(state) -> None:
    """Takes citations out of the titles of links: a number is a link, which an attribute cannot hold."""
    for token in state.tokens:
        for child in token.children or []:
            if "title" in child.attrs:
                child.attrSet("title", without_citations(str(child.attrs["title"])).strip())


def _open_box(css_class: str):
    def render_box(renderer, tokens, index, options, env):
        token = tokens[index]
        if token.nesting == -1:
            return "</div>\n"
        title = token.info.strip().partition(" ")[2].strip()
        label = f'<p class="label">{_escape(title)}</p>\n' if title else ""
        return f'<div class="{css_class}">\n{label}'

    return render_box


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _itemised_tag(css_class: str):
    def render_tag(renderer, tokens, index, options, env):
        token = tokens[index]
        return f"</{token.tag}>\n" if token.nesting == -1 else f'<{token.tag} class="{css_class}">\n'

    return render_tag


def _build() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "typographer": True}).enable(["table", "replacements", "smartquotes"])
    markdown.disable(["image", "html_block", "html_inline"])
    for name, renderer in {
        "note": _open_box("note"),
        "crisis": _open_box("note crisis-card"),
        "stacked": _open_box("stacked"),
        "steps": _itemised_tag("steps grid"),
        "pair": _itemised_tag("pair"),
    }.items():
        container_plugin(markdown, name, render=renderer)
    # Each goes right after "inline", so the last one runs first.
    for rule in (_keep_titles_plain, _name_terms, _name_headings, _itemise, _frame_tables, _label_cells):
        markdown.core.ruler.after("inline", rule.__name__, rule)
    return markdown


_markdown = _build()

_clean = partial(
    nh3.clean,
    tags={
        *("p", "h2", "h3", "h4", "ul", "ol", "li", "a", "strong", "em", "blockquote", "hr", "br", "code", "pre", "div"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    },
    attributes={
        "a": {"href", "title"},
        "h2": {"id"},
        "h3": {"id"},
        "h4": {"id"},
        "strong": {"id"},
        "p": {"class"},
        "ol": {"class", "start"},
        "div": {"class", "role", "tabindex", "aria-label"},
        "th": {"scope"},
        "td": {"data-column"},
    },
    url_schemes={"https", "mailto", "tel"},
    link_rel=None,
)

# Content is re-rendered when one of these files changes; see load_content.
SOURCE = Path(__file__).read_bytes() + checkboxes.SOURCE
SOURCE += figures.SOURCE + figures_in_texts.SOURCE + figures_drawn.SOURCE
