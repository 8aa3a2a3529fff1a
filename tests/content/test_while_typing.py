"""What the form of a text is told while somebody types: what saving would say, and what can be put in. Nothing is saved."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from blog.models import Article, Reference
from content.editing import typed_problems
from content.hard_sentences import hardest
from content.models import Text
from content.publishing import half_links
from pages.models import Clinic, Page, Provider, Question
from tests.builders import colleague
from tests.content.test_editing import WHOLE, address, make_article, opened, save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
HARD = (
    "Considerable heterogeneity of methodological characteristics complicates the interpretation of comparative"
    " investigations, notwithstanding the availability of sophisticated statistical instruments."
)


def told(answer) -> dict[str, list[str]]:
    """The lines below each field, without their tags."""
    found = {}
    for name, inside in re.findall(r'<div data-field="(\w+)">(.*?)</div>', answer.content.decode(), re.DOTALL):
        lines = [
            re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", line)).strip() for line in re.findall(r"<li>(.*?)</li>", inside, re.DOTALL)
        ]
        if lines:
            found[name] = [unescape(line) for line in lines]
    return found


def typed(client, row, **changed):
    return client.post(address(row, "problems"), opened(client, address(row)) | changed)


def test_what_saving_would_refuse_is_told_at_its_line_and_nothing_is_saved(superuser, content):
    article = make_article()
    versions = article.history.count()
    body = (
        f"{WHOLE}\r\n\r\nThere is proof. [@nobody-2020]\r\n\r\nSee [this](/nope/), [that](#nowhere) and {{feees}}."
        "\r\n\r\n{figure: nothing}\r\n\r\n![a heron](heron.jpg) and ![another](https://elsewhere.example/x.png)\r\n\r\n"
        "It is a miracle."
    )
    answer = typed(superuser, article, body=body, title="A cure")
    assert "no-store" in answer["Cache-Control"]
    found = told(answer)
    assert found.pop("title")[0].startswith("Line 1, “cure”: ")
    starts = [
        "Line 3: [@nobody-2020] is not in the list of references.",
        "Line 7, {figure: nothing}: there is no figure nothing; known are ",
        "Line 5: {feees} is not a fact of the clinic. Known are ",
        "Line 9: ![a heron](heron.jpg) shows no picture, since a text has words alone. Photographs are added under Pictures",
        "Line 9: ![another](https://elsewhere.example/x.png) shows no picture",
        "Line 5: the link /nope/ is broken.",
        "Line 5: the link #nowhere is broken: nothing on this page is named nowhere",
        "Line 9: the link heron.jpg is broken.",
        "Line 11, “miracle”: ",
    ]
    assert [(line.startswith(start), line) for line, start in zip(found["body"], starts, strict=True)] == [
        (True, line) for line in found["body"]
    ]
    assert found.keys() == {"body"}
    # Saving says the same.
    refused = superuser.post(address(article), opened(superuser, address(article)) | {"body": body})
    assert refused.context["adminform"].form.errors["body"] == found["body"]
    article.refresh_from_db()
    assert (article.title, article.body, article.history.count()) == ("One", WHOLE, versions)


def test_a_text_without_problems_is_told_nothing_but_its_grade_and_its_headings(superuser, content):
    article = make_article()
    answer = typed(superuser, article, body=f"{WHOLE}\n\n## What herons do {{#herons}}\n\nThey wait.\n\n### And storks\n\nToo.")
    assert told(answer) == {}
    page = answer.content.decode()
    assert "Nothing to correct was found." in page
    assert re.search(r"\d+ words, grade [\d.]+\.", page)
    headings = re.findall(r'data-field="(\w+)" data-line="(\d+)"\s+data-heading="([\w-]+)">([^<]*)<', page)
    assert headings == [("body", "3", "herons", "What herons do"), ("body", "7", "and-storks", "And storks")]


def test_a_draft_is_told_apart_what_stops_saving_and_what_is_to_do_before_publishing(superuser):
    draft = make_article(is_draft=True)
    page = typed(superuser, draft, body="Herons. [x](/nope/) [@nobody-2020]").content.decode()
    places = [
        page.index(words) for words in ("Saving stops", "@nobody-2020", "To do before", "off-label", "crisis line", "/nope/")
    ]
    assert places == sorted(places)
    assert save(superuser, draft, body="Herons. [x](/nope/)") is None


def test_a_grade_above_its_limit_names_the_hardest_lines(superuser, content):
    page = Page.objects.get(key="deciding")
    answer = typed(superuser, page, body=f"{WHOLE}\n\n" + "\n\n".join([HARD, "It is a day.", HARD]))
    lines = told(answer)["body"]
    assert [line.partition(":")[0] for line in lines] == ["Line 3", "Line 7"]
    assert re.fullmatch(r"Line 3: 18 words, grade \d\d\.\d", lines[0])
    assert re.search(r"Above the limit: grade [\d.]+, at most 8.0; SMOG [\d.]+, at most 9.0\.", answer.content.decode())
    assert hardest("A short one.\n\nIt is one that a child can read, and so it is not hard at all.", most=1)[0].grade < 8


def test_a_promise_that_is_justified_is_not_told_again(superuser):
    article = make_article()
    promise = f"{WHOLE} It is a miracle."
    reason = {"claims_justification": "A book's title."}
    assert "“miracle”" in told(typed(superuser, article, body=promise))["body"][0]
    assert told(typed(superuser, article, body=promise, **reason)) == {}
    assert save(superuser, article, body=promise, **reason) is None
    assert told(typed(superuser, article, title="Two")) == {}
    assert len(told(typed(superuser, article, body=f"{promise} A cure."))["body"]) == 2


@pytest.mark.parametrize("kind", ["article", "page", "question", "provider"])
def test_a_text_that_is_not_filled_in_yet_can_be_checked_and_previewed(superuser, content, kind):
    app = "blog" if kind == "article" else "pages"
    form = opened(superuser, reverse(f"admin:{app}_{kind}_add"))
    for name in (Article if kind == "article" else {"page": Page, "question": Question, "provider": Provider}[kind]).MARKDOWN:
        form[name] = "See [this](/nope/), [here](#x) and [there](#preview)."
    for published in ({}, {"is_draft": "", "is_published": "on"}):
        assert superuser.post(reverse(f"admin:{app}_{kind}_problems"), form | published).status_code == 200
        assert superuser.post(reverse(f"admin:{app}_{kind}_preview"), form | published).status_code == 200
        # Nor does saving it fail, however little of it is there.
        assert superuser.post(reverse(f"admin:{app}_{kind}_add"), form | published).status_code == 200


def test_who_may_not_look_at_a_text_is_told_nothing_of_it(client):
    article = make_article()
    asked = {
        address(article, "problems"): "post",
        reverse("admin:blog_article_problems"): "post",
        reverse("admin:blog_article_inserts") + "?kind=source": "get",
    }
    for url, method in asked.items():
        assert getattr(client, method)(url).status_code == 302, "nobody is signed in"
    client.force_login(colleague("anna", "Front desk"))
    for url, method in asked.items():
        assert getattr(client, method)(url).status_code == 403
    looks = User.objects.create_user("viewer", is_staff=True)
    looks.user_permissions.add(Permission.objects.get(codename="view_article"))
    client.force_login(looks)
    answers = [getattr(client, method)(url).status_code for url, method in asked.items()]
    assert answers == [200, 403, 200]
    page = client.get(address(article)).content.decode()
    assert 'id="writing"' not in page
    assert "js/writing.js" not in page
    client.force_login(colleague("edda", "Editors"))
    assert client.get(address(article, "problems")).status_code == 403, "it is asked by a POST"
    assert 'id="writing"' in client.get(address(article)).content.decode()


def test_a_text_of_any_length_gets_an_answer_that_says_what_was_read(superuser, monkeypatch):
    article = make_article()
    read = []
    monkeypatch.setattr(typed_problems, "find_claims", lambda text: read.append(len(text)) or [])
    sentence = "The heron stands still. "
    long = WHOLE + "\n\n".join([sentence * 100] * 80)
    page = typed(superuser, article, body=long).content.decode()
    assert "Only the first part of so long a text was searched for promises." in page
    assert sum(read) <= 60_000
    read.clear()
    for body in (long + long, "[" * 10_001):
        assert "too long to be checked while you type. Saving checks it." in typed(superuser, article, body=body).content.decode()
    assert read == []
    # Many mistakes make no page that a browser cannot show.
    assert len(typed(superuser, article, body="{x} {figure: x} ![](x) [@x-1] \n\n" * 1000).content) < 200_000
    # The form says where its own limits are, the same as those of the server.
    form = superuser.get(address(article)).content.decode()
    assert f'data-most="{settings.DATA_UPLOAD_MAX_MEMORY_SIZE}" data-longest="{typed_problems.LONGEST}"' in form


def test_what_is_larger_than_can_be_sent_is_answered_by_a_page_that_gives_it_back(superuser):
    """As a browser sends a form without files. Some forget what was typed, because a page of staff must not be stored."""
    article = make_article()
    long = "Herons & <b>storks</b> wait. " * 190_000
    sent = {"title": "Two herons", "body": long, "csrfmiddlewaretoken": "a b" * 64, "_continue": "Save it", "is_draft": "on"}
    answer = superuser.post(address(article), urlencode(sent), content_type="application/x-www-form-urlencoded")
    page = answer.content.decode()
    assert answer.status_code == 413
    assert "What you typed is still in your browser: go back, and it is there." in " ".join(page.split())
    given_back = re.findall(r"<textarea[^>]*readonly>([^<]*)</textarea>", page)
    assert [unescape(text) for text in given_back] == ["Two herons", long]
    article.refresh_from_db()
    assert (article.title, article.body) == ("One", WHOLE)
    # Nothing is read of what nobody here could have typed.
    fields = urlencode([(f"field{number}", "a" * 1000) for number in range(1100)])
    answer = superuser.post(address(article), fields, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, b"readonly" in answer.content) == (413, False)


def chosen(superuser, kind: str, query: str = "", model: str = "blog_article") -> list[tuple[str, ...]]:
    """(before, words, after) of each line of the list."""
    answer = superuser.get(reverse(f"admin:{model}_inserts"), {"kind": kind, "q": query})
    found = re.findall(r'data-before="([^"]*)"\s+data-words="([^"]*)"\s+data-after="([^"]*)"', answer.content.decode())
    return [tuple(map(unescape, one)) for one in found]


def test_links_sources_figures_and_facts_are_found_by_their_words_and_written_as_markdown(superuser, content):
    Reference.objects.create(key="known-2020", authors="Heron A, Stork B.", title="Wading [at] night", journal="Birds", year=2020)
    Question.objects.create(slug="herons", group="safety", question="Do [they] wade?", answer="Yes.", is_published=True)
    make_article(slug="draft", title="Wading drafts", is_draft=True)
    Clinic.objects.update(fees="A visit is free of charge.")
    looked_for = {
        ("link", "they wade"): [("[", r"Do \[they\] wade?", "](/faqs/#herons)")],
        ("link", "book-a-consult"): [("[", "Book a consult", "](/book-a-consult/)")],
        ("link", "wading drafts"): [],
        ("source", "STORK wading"): [("[@known-2020]", "", "")],
        ("source", "stork 2021"): [],
        ("fact", "free of charge"): [("{fees}", "", "")],
        ("fact", "answer days"): [("{answer_days}", "", "")],
    }
    assert {asked: chosen(superuser, *asked) for asked in looked_for} == looked_for
    figures = [before for before, _, _ in chosen(superuser, "figure")]
    assert "{figure: elekt-d}" in figures
    assert "{number: elekt-d.people}" in figures
    assert ("[", "The evidence", "](/what-is-ketamine/#evidence)") in chosen(
        superuser, "link", "what-is-ketamine evidence"
    ) or any(after == "](/what-is-ketamine/#evidence)" for _, _, after in chosen(superuser, "link", "what is ketamine"))
    assert superuser.get(reverse("admin:blog_article_inserts"), {"kind": "nothing"}).status_code == 404


def test_whatever_can_be_chosen_can_be_saved(superuser, content):
    """Every first line of each list, put into a published article."""
    body = WHOLE
    for kind in ("link", "source", "figure", "fact"):
        assert len(chosen(superuser, kind)) >= 8
        body += "".join(f"\n\n{before}{words}{after}" for before, words, after in chosen(superuser, kind)[:8])
    body += "\n\n::: note Title\nWhat stands apart.\n:::"
    article = make_article()
    assert told(typed(superuser, article, body=body)) == {}
    assert save(superuser, article, body=body) is None


def test_the_tools_are_in_the_form_of_every_text_and_of_nothing_else(superuser, content):
    for kind in [Reference, *Text.__subclasses__(), *Text.__subclasses__()[0].__subclasses__()]:
        if kind._meta.abstract:
            continue
        page = superuser.get(reverse(f"admin:{kind._meta.app_label}_{kind._meta.model_name}_add")).content.decode()
        assert ('id="writing"' in page) == (kind is not Reference), kind
        assert re.findall(r"\bdata-markdown=\"([^\"]*)\"", page) == ([" ".join(kind.MARKDOWN)] if kind is not Reference else [])
    popup = superuser.get(reverse("admin:pages_question_add") + "?_popup=1").content.decode()
    assert 'id="writing"' not in popup


def test_a_link_that_lost_a_bracket_is_named_and_whole_ones_pass():
    broken = ["[what it costs(/cost/)", "See [the law(https://www.revisor.mn.gov/statutes/) here", "[call(tel:988)"]
    whole = [
        "[what it costs](/cost/)",
        "ketamine [@loo-2023] (see below)",
        "[one](/faqs/) (or /cost/)",
        "An [aside (with words) in it].",
    ]
    row = Question(slug="q", question="Q", answer="\n".join([*broken, *whole]))
    assert [problem.message.partition(":")[0] for problem in half_links(row)] == ["Line 1", "Line 2", "Line 3"]
