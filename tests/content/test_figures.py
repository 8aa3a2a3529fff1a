"""The numbers of studies: told once, spelled alike everywhere, and drawn as as many people as they count."""

import re
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from content import figures, figures_drawn, figures_in_texts, markdown
from content.claims import find_claims
from content.figures import FIGURES, PATH, Figure, read_figures
from content.files import UnreadableContent
from content.markdown import render
from content.medical_review import is_reviewed, stamp
from content.models import LoadedContent
from content.publishing import claims_in
from pages.models import Page, Provider
from tests.content.test_editing import WHOLE, address, make_article, opened, save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
WRITTEN = """[[figure]]
key = "one"
title = "One"
study = "A trial"
comparison = "This or that."
counted = "were better"
people = "60 people"
duration = "a week"
uncertain = "It is small."
source = "known"
[figure.number]
days = "18"
[[figure.group]]
key = "treated"
name = "with this"
count = 30
[[figure.group]]
key = "others"
name = "with that"
low = 10
high = 20
"""
RANGED = WRITTEN.replace('source = "known"', 'range = "from place to place"\nsource = "known"')


def read(tmp_path, text: str) -> dict[str, Figure]:
    path = tmp_path / "figures.toml"
    path.write_text(text)
    return read_figures(path, {"known"})


def test_a_figure_is_read_with_its_parts(tmp_path):
    figure = read(tmp_path, RANGED)["one"]
    assert figure.parts == {"people": "60 people", "treated": "30 of 100", "others": "10 to 20 of 100", "days": "18"}
    assert figure.in_words == (
        "One. Of 100 people, those who were better: 30 of 100 with this. 10 to 20 of 100 with that. This or that. A trial:"
        " 60 people, a week. The line shows the lowest and highest number from place to place."
        " It is small. [@known]"
    )


@pytest.mark.parametrize(
    ("before", "after", "line", "told"),
    [
        pytest.param('title = "One"\n', "", 1, "title missing", id="a key is missing"),
        pytest.param("duration =", "durration =", 8, "durration is not known", id="a key is misspelt"),
        pytest.param('study = "A trial"', 'study = ""', 4, "not empty", id="a text is empty"),
        pytest.param('source = "known"', 'source = "other"', 11, "other is not in references.toml", id="an unknown source"),
        pytest.param('key = "one"', 'key = "One dose"', 2, "small letters", id="a key with a space"),
        pytest.param("count = 30", 'count = "30"', 17, "whole number", id="a count in quotation marks"),
        pytest.param("count = 30", "count = 101", 17, "at most what it is out of", id="more people than there are"),
        pytest.param("count = 30", "count = 30\nof = 1000", 17, "0 to 100", id="more people than are drawn"),
        pytest.param("low = 10", "count = 5\nlow = 10", 21, "inside its range", id="a count outside its range"),
        pytest.param('range = "from place to place"\n', "", 1, "range says", id="a range that nothing explains"),
        pytest.param('counted = "were better"\n', "", 1, "either groups", id="groups, and nothing counted"),
        pytest.param('days = "18"', "days = 18", 13, "in quotation marks", id="a number that is not spelled"),
        pytest.param('days = "18"', 'days = "*18*"', 13, "in quotation marks", id="a number with markup"),
        pytest.param('days = "18"', 'treated = "18"', 2, "one name", id="two parts of one name"),
        pytest.param("high = 20", f"high = 20\n{WRITTEN}", 23, "range says", id="the second figure"),
        pytest.param("high = 20", f"high = 20\n{RANGED}", 23, "one is there twice", id="one key twice"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(tmp_path, before, after, line, told):
    text = RANGED.replace(before, after, 1)
    assert text != RANGED
    with pytest.raises(UnreadableContent, match=rf"^figures\.toml, line {line}: .*{re.escape(told)}"):
        read(tmp_path, text)


def test_a_mistake_in_the_file_stops_the_start_with_one_line(tmp_path, monkeypatch):
    (tmp_path / "figures.toml").write_text(RANGED.replace("title =", "titel ="))
    (tmp_path / "references.toml").write_text('[[reference]]\nkey = "known"\n')
    monkeypatch.setattr(figures, "PATH", tmp_path / "figures.toml")
    with pytest.raises(SystemExit, match=r"^figures\.toml, line 3: titel is not known here; known are .*$"):
        figures._shipped()


def test_a_study_without_a_number_of_people_says_so(tmp_path):
    without = RANGED[: RANGED.index("[[figure.group]]")].replace('range = "from place to place"\n', "")
    without = without.replace('counted = "were better"', 'no_count = "It counted points."')
    figure = read(tmp_path, without)["one"]
    assert "It counted points." in figures_drawn.drawn(figure)
    assert "<svg" not in figures_drawn.drawn(figure)
    with pytest.raises(UnreadableContent, match="either groups"):
        read(tmp_path, RANGED.replace("counted =", 'no_count = "It counted points."\ncounted ='))


def people(svg: str, kind: str) -> int:
    """How many are drawn: a line of n people is 18 n - 9 long."""
    lines = re.search(rf'class="{kind}" d="([^"]*)"', svg)
    return sum((int(length) + 9) // 18 for length in re.findall(r"v(\d+)", lines[1])) if lines else 0


def test_as_many_people_are_drawn_as_are_counted_and_the_words_say_it_too():
    groups = 0
    for figure in FIGURES.values():
        html = figures_drawn.drawn(figure)
        pictures = re.findall(r"<svg.*?</svg><p>.*?</p>", html)
        for group, picture in zip(figure.groups, pictures, strict=True):
            assert (people(picture, "is"), people(picture, "not")) == (group.count, group.of - group.count)
            marked = sum((int(length) + 2) // 10 for length in re.findall(r"h(\d+)", picture))
            assert marked == (group.high - group.low if group.high else 0)
            assert f"<strong>{group.spelled}</strong>" in picture
            groups += 1
        for told in (figure.title, figure.uncertain, f"[@{figure.source}]", figure.people):
            assert told in html
        assert not re.search(r"<script|\sstyle=|\sid=", html)
    assert groups > 20


@pytest.fixture
def one(tmp_path, monkeypatch):
    """The only figure there is."""
    found = read(tmp_path, RANGED)
    monkeypatch.setattr(figures_in_texts, "FIGURES", found)
    return found["one"]


def test_a_text_says_the_number_and_draws_the_figure(one):
    html = render("Of them, {number: one.treated} got **{number: one.days}**, see {fees}.\n\n{figure: one}\n\nAfter.").html
    assert html.startswith("<p>Of them, 30 of 100 got <strong>18</strong>, see {fees}.</p>\n<figure")
    assert html.count("<svg") == 2
    assert html.endswith("</figure>\n<p>After.</p>")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("{number: one.treated}\n\n{figure: one}", [], id="what there is"),
        pytest.param("A fact of the clinic: {fees}, {figure_of_speech}.", [], id="somebody else's marks"),
        pytest.param(
            "A\n\n{figure: two}", ["Line 3, {figure: two}: there is no figure two; known are one."], id="no such figure"
        ),
        pytest.param(
            "{number: one.weeks}",
            ["Line 1, {number: one.weeks}: one has no weeks; known are days, others, people, treated."],
            id="no such part",
        ),
        pytest.param(
            "{number: one}", ["Line 1, {number: one}: write {figure: key} or {number: key.part}."], id="a number without a part"
        ),
        pytest.param("{figure:one}", ["Line 1, {figure:one}: write {figure: key} or {number: key.part}."], id="no space"),
        pytest.param("See {figure: one}", ["Line 1, {figure: one}: a figure is a paragraph of its own."], id="in a sentence"),
        pytest.param("A\n{figure: one}", ["Line 2, {figure: one}: a figure is a paragraph of its own."], id="below a line"),
        pytest.param("- {figure: one}", ["Line 1, {figure: one}: a figure is a paragraph of its own."], id="in a list"),
        pytest.param(
            "{figure: one}\n\n{figure: one}", ["Line 3, {figure: one}: a text draws a figure once."], id="the same figure twice"
        ),
    ],
)
def test_a_mark_that_is_not_understood_is_named_with_its_line(one, text, told):
    assert list(figures_in_texts.mistakes(text, is_markdown=True)) == told
    # What is not complained of leaves no mark behind.
    left = re.search(r"\{ ?(?:figure|number)\b[^_]", render(text).html)
    assert bool(left) == any("twice" not in line and "once" not in line for line in told)


def test_an_unknown_key_stops_the_save_with_the_known_names(superuser, one):
    article = make_article()
    assert save(superuser, article, body=f"{WHOLE} {{number: two.days}}") == {"unknown_figure"}
    assert save(superuser, article, title="{number: one.days}") == {"unknown_figure"}
    url = address(article)
    shown = superuser.post(url, opened(superuser, url) | {"body": f"{WHOLE}\n\n{{figure: two}}"}).content.decode()
    assert "Line 3, {figure: two}: there is no figure two; known are one." in shown


def test_an_unknown_key_stops_loading_and_changes_nothing(content):
    Page.objects.filter(key="disclaimer").update(body="First.\n\n{figure: gone}")
    # Without the mistake it would come back.
    Page.objects.filter(key="blog").delete()
    LoadedContent.objects.filter(kind="pages.page", key="blog").delete()
    with pytest.raises(CommandError, match=r"body\. Line 3, \{figure: gone\}: there is no figure gone; known are .*elekt-d"):
        call_command("load_content")
    assert not Page.objects.filter(key="blog").exists()


def test_a_correction_in_the_file_changes_every_text_at_the_next_load(content, client, monkeypatch):
    Page.objects.filter(key="disclaimer").update(body="Ours: {number: elekt-d.ketamine}.")
    figure = FIGURES["elekt-d"]
    groups = tuple(replace(group, count=54, low=54) if group.key == "ketamine" else group for group in figure.groups)
    monkeypatch.setitem(FIGURES, "elekt-d", replace(figure, groups=groups))
    # The next load sees that the file changed.
    assert PATH.read_bytes() in markdown.SOURCE
    monkeypatch.setattr(markdown, "SOURCE", markdown.SOURCE + b"54")
    call_command("load_content", verbosity=0)
    assert "Ours: 54 of 100." in client.get("/disclaimer/").content.decode()
    drawn = re.search(r"Three weeks: ketamine or ECT.*?</figure>", client.get("/deciding/").content.decode())[0]
    assert "54 of 100" in drawn
    assert people(drawn.partition("</svg>")[0], "is") == 54


def test_a_medical_review_is_for_the_numbers_too(one, monkeypatch):
    article = make_article(body=f"{WHOLE} {{number: one.days}}")
    article.reviewed_by = Provider.objects.create(name="Real Person", is_published=True)
    article.reviewed_on = article.updated_on
    stamp(article)
    assert is_reviewed(article)
    monkeypatch.setitem(figures_in_texts.FIGURES, "one", replace(one, numbers={"days": "17"}))
    assert not is_reviewed(article)


def test_a_promise_is_found_whether_its_number_is_typed_or_not(one):
    typed = find_claims("It works for 18 percent of people.")
    article = make_article(body="It works for {number: one.days} percent of people.")
    assert typed
    assert claims_in(article)


def test_search_finds_the_words_of_a_figure_and_shows_no_mark(client, one):
    article = make_article(body=f"{WHOLE}\n\n{{figure: one}}\n\nIt took {{number: one.days}} days.")
    article.render()
    article.save()
    found = client.get("/search/?q=those+better").content.decode()
    assert 'href="/blog/one/"' in found
    assert "30 of 100" in found
    assert "{" not in found.partition("<main")[2].partition("</main")[0]
