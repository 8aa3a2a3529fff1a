"""Markdown becomes clean HTML: nothing raw, nothing from elsewhere, headings that can be linked to."""

import re
import time
from html.parser import HTMLParser

import pytest

from content.markdown import render


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("Two *words*", "<p>Two <em>words</em></p>", id="emphasis"),
        pytest.param("## A heading", '<h2 id="a-heading">A heading</h2>', id="a heading gets an id from its words"),
        pytest.param("## A heading {#here}", '<h2 id="here">A heading</h2>', id="or the one it is given"),
        pytest.param("## Same\n\n## Same", '<h2 id="same">Same</h2>\n<h2 id="same-2">Same</h2>', id="never one id twice"),
        pytest.param('It\'s "so"', "<p>It’s “so”</p>", id="typographic quotes"),
        pytest.param("[988](tel:988)", '<p><a href="tel:988">988</a></p>', id="a phone link"),
        pytest.param("[x](https://a.example)", '<p><a href="https://a.example">x</a></p>', id="a link"),
        pytest.param(
            "::: note Mind\nText\n:::", '<div class="note">\n<p class="label">Mind</p>\n<p>Text</p>\n</div>', id="a note"
        ),
        pytest.param("::: note\nText\n:::", '<div class="note">\n<p>Text</p>\n</div>', id="a note without a title"),
        pytest.param("::: crisis\nCall\n:::", '<div class="note crisis-card">\n<p>Call</p>\n</div>', id="a crisis card"),
        pytest.param("**Term**{#term} is", '<p><strong id="term">Term</strong> is</p>', id="a term that can be linked to"),
        pytest.param("**Term** {#term}", "<p><strong>Term</strong> {#term}</p>", id="an id stands right after its term"),
        pytest.param(
            "## Term\n\n**Term**{#term}",
            '<h2 id="term">Term</h2>\n<p><strong id="term-2">Term</strong></p>',
            id="a term takes no heading's id",
        ),
        pytest.param("Claim.[@a-1; @b-2]", "<p>Claim.[@a-1; @b-2]</p>", id="citations wait for their numbers"),
    ],
)
def test_what_markdown_becomes(text, html):
    assert render(text).html == html


def test_steps_and_pairs_become_items():
    steps = render("::: steps\n### One\nA\n### Two\nB\n:::\nAfter").html.replace("\n", "")
    assert steps == (
        '<ol class="steps grid"><li><h3 id="one">One</h3><p>A</p></li><li><h3 id="two">Two</h3><p>B</p></li></ol><p>After</p>'
    )
    pair = render("::: pair\n### One\n- A\n### Two\n- B\n:::").html.replace("\n", "")
    assert pair == (
        '<div class="pair"><div><h3 id="one">One</h3><ul><li>A</li></ul></div>'
        '<div><h3 id="two">Two</h3><ul><li>B</li></ul></div></div>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,hi)",
        "![x](https://tracker.example/pixel.gif)",
        '<a href="/" onclick="x()">x</a>',
        '<p style="color:red">x</p>',
        "::: note <b onclick=x>\nx\n:::",
        "<iframe src='https://x.example'></iframe>",
        "[x](http://plain.example)",
    ],
)
def test_nothing_raw_or_remote_gets_through(text):
    elements: list[tuple[str, dict]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: elements.append((tag, dict(attributes)))
    parser.feed(render(text).html)
    for tag, attributes in elements:
        assert tag in {"p", "a", "div"}
        assert attributes.keys() <= {"href", "class"}
        assert attributes.get("href", "https://").startswith("https://")


def test_a_wide_table_names_the_column_of_each_cell_for_a_narrow_screen():
    table = "| | One *x* [@a] | B |\n|---|---|---|\n| **Effect**{#one} | 1 | 2 |"
    html = render(f"::: stacked\n{table}\n:::\n\n| A |\n|---|\n| 1 |").html
    assert '<th scope="row"><strong id="one">Effect</strong></th>\n<td data-column="One x">1</td>\n<td data-column="B">' in html
    assert html.count("data-column") == 2


def test_a_checkbox_belongs_to_no_form_and_has_no_name():
    assert render("- [ ] One *thing*\n- Two").html == (
        '<ul>\n<li><label class="choice bare"><input type="checkbox"><span>One <em>thing</em></span></label></li>\n'
        "<li>Two</li>\n</ul>"
    )


def test_a_table_scrolls_in_a_named_region_a_keyboard_reaches():
    html = render("## Uses\n\n| A | B |\n|---|---:|\n| 1 | 2 |").html
    assert '<div class="table" role="region" tabindex="0" aria-label="Table: Uses">' in html
    assert 'aria-label="Table: Uses"' in render("## Uses {#here}\n\n| A |\n|---|\n| 1 |").html
    assert '<th scope="col">A</th>' in html
    assert "style=" not in html


def test_an_empty_corner_of_a_table_heads_no_column():
    table = render("| | A |\n|---|---|\n| 1 | 2 |").html
    stacked = render("::: stacked\n| | A |\n|---|---|\n| 1 | 2 |\n:::").html
    for html in (table, stacked):
        assert '<tr>\n<td></td>\n<th scope="col">A</th>\n</tr>\n</thead>' in html
    assert '<th scope="row">1</th>\n<td data-column="A">2</td>' in stacked


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("## Uses [@a]\n\n| A |\n|---|\n| 1 |", id="a heading above a table"),
        pytest.param("## Uses [@a] {#uses}\n\n| A |\n|---|\n| 1 |", id="a heading with an id above a table"),
        pytest.param('[x](/faqs/ "Read [@a; @b] there")', id="the title of a link"),
        pytest.param('## [x](/faqs/ "[@a]") {#uses}', id="the title of a link in a heading"),
        pytest.param("[x]\n\n[x]: /faqs/ '[@a]'", id="the title of a link below"),
        pytest.param("[x](/faqs/[@a])", id="an address"),
        pytest.param("## Uses [[@a]@a]\n\n| A |\n|---|\n| 1 |", id="one around another, above a table"),
        pytest.param('[x](/faqs/ "[[@a]@a]")', id="one around another, in the title of a link"),
        pytest.param("[x](/faqs/[[@a]@a])", id="one around another, in an address"),
    ],
)
def test_no_attribute_holds_a_citation(text):
    """It becomes links in the text, which would end the attribute."""
    html = render(text).html
    assert re.search("<a |<h2 ", html)
    assert not [value for value in re.findall(r'="([^"]*)"', html) if "[@" in value]
    assert not [entry for entry in render(text).contents if "[@" in entry["text"]]


def test_a_citation_in_a_heading_stays_in_its_text_alone():
    rendered = render("## Uses [@a]\n\n| A |\n|---|\n| 1 |")
    assert '<h2 id="uses">Uses [@a]</h2>' in rendered.html
    assert 'aria-label="Table: Uses"' in rendered.html
    assert rendered.contents == [{"id": "uses", "text": "Uses"}]


def test_the_contents_are_the_second_level_headings():
    rendered = render("## One & two\n\n### Not this\n\n## Three {#x}")
    assert rendered.contents == [{"id": "one-two", "text": "One & two"}, {"id": "x", "text": "Three"}]


def test_rendering_twice_gives_the_same():
    text = "## A\n\n::: pair\n### X\n- a\n### Y\n- b\n:::"
    assert render(text) == render(text)


@pytest.mark.parametrize(
    ("piece", "around"),
    [
        pytest.param("## Same\n", "{}", id="equal headings"),
        pytest.param("**a**{{#a}}\n\n", "{}", id="equal terms"),
        pytest.param(" ", "## a{}b", id="spaces in a heading"),
        pytest.param("[@", "## {}[@a]", id="citations in citations"),
        pytest.param("|a|b|\n", "::: stacked\n|x|" + "y" * 60_000 + "|\n|-|-|\n{}:::\n", id="rows below a long heading"),
        pytest.param("|a|\n|-|\n|b|\n\n", "## " + "y" * 60_000 + "\n{}", id="tables below a long heading"),
    ],
)
def test_a_long_text_takes_no_work_that_grows_with_the_square(piece, around):
    """Work that grew with the square would take from ten seconds to minutes, or gigabytes."""
    piece = piece.format()
    text = around.format(piece * (60_000 // len(piece)))
    if piece == "[@":
        text += "a]" * 30_000
    begun = time.process_time()
    assert len(render(text).html) < 40 * len(text)
    assert time.process_time() - begun < 8
