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
from pathlib import Path

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from . import checkboxes, citation_marks, figures, figures_drawn, figures_in_texts, named_parts
from .citation_marks import without_citations
from .named_parts import Heading, name_headings, name_terms

_LONGEST_LABEL = 120  # each table and each row repeats its heading
# Containers in which each third-level heading begins an item, with the tags of container and item.
_ITEMISED = {"steps": ("ol", "li"), "pair": ("div", "div")}


@dataclass(frozen=True)
class Rendered:
    """Rendered HTML. `contents`: the second-level headings as [{"id", "text"}]; `headings`: all of them."""

    html: str
    contents: list[dict[str, str]]
    headings: list[Heading]


def render(text: str) -> Rendered:
    contents: list[dict[str, str]] = []
    headings: list[Heading] = []
    html = _markdown.render(figures_in_texts.with_numbers(text), {"contents": contents, "headings": headings})
    html = checkboxes.with_checkboxes(_clean(html).strip())
    return Rendered(figures_in_texts.with_drawings(html, figures_drawn.drawn), contents, headings)


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
            heading = without_citations(named_parts.HEADING_ID.sub("", state.tokens[index + 1].content))[:_LONGEST_LABEL]
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
    for rule in (_keep_titles_plain, name_terms, name_headings, _itemise, _frame_tables, _label_cells):
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
SOURCE = Path(__file__).read_bytes() + checkboxes.SOURCE + citation_marks.SOURCE + named_parts.SOURCE
SOURCE += figures.SOURCE + figures_in_texts.SOURCE + figures_drawn.SOURCE
