"""Search finds what is published, however it was written, and nothing else."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from blog.models import Article
from content import search_index
from content.everyday_words import everyday_patterns, everyday_words, in_words_of_the_site
from content.query_words import plain, words_of
from content.search import find, words_on_the_site
from content.search_index import TABLE, fill
from content.search_titles import stem_of
from content.spelling import corrected, find_or_correct
from pages.models import Clinic, Page, Question

pytestmark = [pytest.mark.django_db, pytest.mark.databases]
NOW = datetime(2026, 12, 2, 16, tzinfo=UTC)


def make_article(slug: str, text: str = "", **fields) -> Article:
    standard = {
        "title": slug.title(),
        "browser_title": slug,
        "description": "About it.",
        "summary": "In short.",
        "body_html": f"<p>{text}</p>",
        "published_at": NOW - timedelta(days=1),
        "updated_on": "2026-12-01",
    }
    return Article.objects.create(slug=slug, **(standard | fields))


def found(query: str, at: datetime = NOW) -> list[str]:
    return [result.url for result in find(query, at=at)]


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        pytest.param("heron", True, id="a word"),
        pytest.param("HERON", True, id="in capitals"),
        pytest.param("hero", True, id="the beginning of a word"),
        pytest.param("herons", True, id="another form"),
        pytest.param("grey heron", True, id="all words, some in the title"),
        pytest.param("heron zebra", True, id="any word when not all are there"),
        pytest.param("where is the heron?", True, id="a question"),
        pytest.param("self-care", True, id="a hyphen"),
        pytest.param("zebra", False, id="another word"),
        pytest.param("eron", False, id="the end of a word"),
        pytest.param("strong", False, id="a tag"),
        pytest.param("lii-2023", False, id="a source's key"),
        pytest.param("", False, id="nothing"),
        pytest.param('" * ( ) - : ^ %', False, id="signs"),
        pytest.param("heron OR \x00 ' --", True, id="signs of a query language"),
    ],
)
def test_what_a_query_finds(query, finds):
    make_article("heron", "A grey <strong>heron</strong> &amp; some self-care. [@lii-2023]")
    assert found(query) == (["/blog/heron/"] if finds else [])


def test_words_are_marked_and_the_rest_is_escaped():
    make_article("one", "Salt &amp; a heron", title="A <i>heron</i>")
    (result,) = find("hero", at=NOW)
    assert result.title == "A &lt;i&gt;<mark>heron</mark>&lt;/i&gt;"
    assert result.snippet.endswith("Salt &amp; a <mark>heron</mark>")


def test_an_excerpt_reads_as_the_page_does():
    cells = "<tr><td><strong>Herons</strong>, as <a href='/'>grey ones</a></td><td>They fish</td></tr><tr><td>Geese</td></tr>"
    items = "<h2>Food</h2><ul><li>fish</li><li><p>frogs</p></li></ul>"
    make_article("one", f"<table>{cells}</table>{items}<p>They graze.</p>")
    (result,) = find("heron", at=NOW)
    # PostgreSQL ends an excerpt with a word.
    said = result.snippet.removesuffix(".")
    assert said.endswith("<mark>Herons</mark>, as grey ones · They fish. Geese. Food. fish; frogs. They graze")


def test_what_only_comes_near_is_counted_apart_and_stays_few(client, clock):
    clock(NOW)
    make_article("both", "A heron and a zebra.")
    for number in range(8):
        make_article(f"one-{number}", "A heron.")

    def counted(query: str) -> str:
        main = re.search(r'<main.*?<ul class="posts">', client.get("/search/", {"q": query}).content.decode(), re.S)[0]
        return " ".join(re.sub(r"<[^>]+>", "", main.rpartition("<p>")[2]).split())

    assert counted("heron zebra") == "1 result for “heron zebra”, and 4 that come near"
    assert counted("zebra") == "1 result for “zebra”"
    assert counted("heron") == "9 results for “heron”"
    # None has all of it: then whatever comes near may be what was meant.
    assert counted("heron xyzzy") == "No result for all of “heron xyzzy”. 9 come near:"
    assert counted("zebra xyzzy") == "No result for all of “zebra xyzzy”. 1 comes near:"
    # The site's words for it are others, and more. What has the typed one counts.
    make_article("sugar", "Some insulin.")
    assert counted("insulin") == "1 result for “insulin”"


def test_a_title_counts_more_than_a_mention():
    make_article("mention", "A heron among many other words that stand here " * 3)
    make_article("heron", "Something else.")
    assert found("heron") == ["/blog/heron/", "/blog/mention/"]


def test_a_question_that_is_nearly_what_was_typed_comes_before_a_text_that_has_every_word():
    make_article("birds", "How long does a heron sleep? Herons sleep for long. " * 5)
    question = {"group": "safety", "answer_html": "It flies.", "is_published": True}
    Question.objects.create(slug="sleep", question="Where do herons sleep?", **question)
    Question.objects.create(slug="rest", question="Where do storks and cranes and geese sleep?", **question)
    assert found("how long is a heron sleeping?") == ["/faqs/#sleep", "/blog/birds/", "/faqs/#rest"]


def test_a_short_word_is_no_beginning_of_a_longer_one():
    make_article("mask", "A cpap mask.")
    assert found("cps") == found("cpa") == []
    assert found("cpap") == ["/blog/mask/"]


@pytest.mark.slow
def test_of_questions_that_are_asked_together_the_best_of_each_comes_first(content):
    together = found("is it right for me")
    assert together[:3] == ["/faqs/#who-might-be-considered", "/faqs/#who-should-not-have-it", "/deciding/"]
    # Nothing is corrected, for all was understood.
    assert find_or_correct("fever", at=NOW).meant == ""


def test_only_what_is_published_is_found_and_a_scheduled_article_from_its_instant_on():
    make_article("draft", "heron", is_draft=True)
    make_article("later", "heron", published_at=NOW + timedelta(hours=1))
    Question.objects.create(slug="no", group="safety", question="?", answer_html="heron", is_published=False)
    assert found("heron") == []
    assert found("heron", at=NOW + timedelta(hours=1)) == ["/blog/later/"]


@pytest.mark.parametrize(
    ("change", "now_found"),
    [
        pytest.param(lambda rows: rows.update(body_html="<p>stork</p>"), [], id="queryset.update"),
        pytest.param(lambda rows: rows.update(slug="moved"), ["/blog/moved/"], id="a new address"),
        pytest.param(lambda rows: rows.update(is_draft=True), [], id="taken off"),
        pytest.param(lambda rows: rows.delete(), [], id="deleted"),
        pytest.param(lambda rows: connection.cursor().execute("UPDATE blog_article SET body_html = 'stork'"), [], id="plain SQL"),
        pytest.param(
            lambda rows: Article.objects.bulk_create(
                [
                    Article(
                        slug="new",
                        title="New",
                        body_html="heron",
                        summary="",
                        published_at=NOW,
                        updated_on="2026-12-01",
                        is_draft=False,
                    )
                ]
            ),
            ["/blog/one/", "/blog/new/"],
            id="bulk_create",
        ),
    ],
)
def test_every_way_of_writing_counts_at_once(change, now_found):
    make_article("one", "A heron.")
    assert found("heron") == ["/blog/one/"]
    change(Article.objects.filter(slug="one"))
    assert sorted(found("heron")) == sorted(now_found)


def test_without_its_trigger_an_edit_would_not_be_found():
    """The negative control: the entry outlives the edit."""
    make_article("one", "A heron.")
    assert found("heron")
    trigger = {"sqlite": "search_blog_article_update", "postgresql": "search_entry ON blog_article"}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {trigger}")
    Article.objects.update(body_html="stork")
    assert found("heron") == ["/blog/one/"]


def test_the_triggers_stand_after_all_migrations_and_installing_again_reads_everything_anew():
    make_article("one", "A heron.")
    assert fill() == 1
    search_index.install_search_triggers()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {TABLE}")
        assert cursor.fetchone() == (0,)
    assert fill() == 1
    assert fill() == 0


@pytest.mark.slow
def test_loaded_content_is_indexed_at_once():
    call_command("load_content", verbosity=0)
    assert fill() == 0
    assert "/what-is-ketamine/" in found("ketamin")
    assert "/faqs/#bladder" in found("bladder")
    assert Page.objects.count() + Question.objects.count() + Article.objects.count() > 60


def test_the_page_keeps_and_sets_nothing_and_is_not_indexed(client, content):
    response = client.get("/search/", {"q": "ketamin"})
    page = response.content.decode()
    main = re.search(r"<main.*?</main>", page, re.S)[0]
    assert response.status_code == 200
    assert 'href="/what-is-ketamine/"' in main
    assert "<mark>" in main
    assert not response.cookies
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in page
    assert "canonical" not in page
    assert 'value="ketamin"' in page


@pytest.mark.parametrize("query", ["<script>alert(1)</script>", '"><b>', "\x00", "ü" * 5000, "%s %d", "a" * 300, "🦩"])
def test_any_query_gets_a_page_that_shows_it_escaped(client, query):
    page = client.get("/search/", {"q": query}).content.decode()
    assert "<script>alert" not in page
    assert "<b>" not in page
    assert "<h1>Search</h1>" in page


def test_a_search_takes_few_queries_at_one_and_at_thirty_articles(client, django_assert_max_num_queries, clock):
    clock(NOW)
    for shown, add in ((1, 1), (20, 29)):
        for _ in range(add):
            make_article(f"a{Article.objects.count()}", "heron")
        client.get("/search/", {"q": "heron"})
        with django_assert_max_num_queries(8):
            assert client.get("/search/", {"q": "heron"}).content.count(b"<mark>heron</mark>") == shown


# What people type, by the address that has to be among the first three results.
_EVERYDAY_QUERIES = tomllib.loads((Path(__file__).parent / "everyday_queries.toml").read_text())


# Some 480 searches: the second database costs as much as all other tests of this file.
@pytest.mark.databases(postgresql=pytest.mark.slow)
def test_everyday_words_find_the_right_answer_among_the_first_three(content):
    missed = {}
    for address, queries in _EVERYDAY_QUERIES.items():
        for query in queries:
            first = [result.url for result in find_or_correct(query, at=NOW).results[:3]]
            if address not in first:
                missed[query] = address, first
    assert missed == {}


# Words that mean one question and no other: it comes first.
_FIRST = {
    "stopping-my-antidepressant": ("zoloft", "sertraline", "prozac", "lexapro", "effexor", "SSRI"),
    "adhd-maoi-lithium": ("adderall", "ritalin"),
    "medicines-and-substances": ("ambien", "xanax", "klonopin", "gabapentin", "weed", "marijuana", "THC", "pot"),
    "taxi": ("taxi", "uber", "lyft"),
    "children-tonight": ("kids", "babysitter"),
    "teenager": ("teen", "teenager", "my son", "minor"),
    "gun-permit": ("gun", "firearm"),
    "do-i-have-to-come-in": ("telehealth", "video", "phone call", "in person"),
    "when-will-i-hear-back": ("reply",),
    "insurance": ("medicare", "medicaid"),
    "party-drug": ("matthew perry", "died"),
    "weight-and-sleep-apnea": ("overweight", "obese", "bmi"),
    "will-i-be-awake": ("panic",),
    "common-side-effects": ("hallucinate",),
    "will-i-lose-control": ("trip", "high"),
    "how-soon-can-i-start": ("how soon",),
    "pregnant-or-breastfeeding": ("nursing", "breastfeeding"),
    "if-it-does-not-work": ("doesn't work",),
    "wishing-to-be-dead": ("want to die", "kill myself"),
    "thinking-about-suicide": ("suicide",),
    "what-is-the-consult": ("consult", "what is the consult", "how long is the consult"),
}


def test_the_right_question_comes_first_for_the_words_that_people_use_and_never_shows_them(content):
    first, shown = {}, []
    for queries in _FIRST.values():
        for query in queries:
            results = find(query, at=NOW)
            first[query] = results[0].url if results else None
            shown += [result.snippet for result in results if "ambien" in result.snippet.lower()]
    assert first == {query: f"/faqs/#{slug}" for slug, queries in _FIRST.items() for query in queries}
    assert shown == []


def test_everyday_words_lead_to_words_that_the_site_uses(content):
    shown, hidden = words_on_the_site(at=NOW)
    used = {stem_of(word) for word in shown | hidden}
    for where, table in everyday_words().items():
        unknown = {typed: words for typed, words in table.items() if not {stem_of(word) for word in words_of(words)} <= used}
        assert unknown == {}, where
    tables = (*everyday_words().values(), *everyday_patterns().values())
    answered = {words for table in tables for words in table.values()}
    # Each of the questions that are asked together has an answer.
    for part in {part for words in answered for part in words.split(";")}:
        assert find(part, at=NOW), part
    for table in everyday_words().values():
        # A phrase is looked up as it is typed: in small letters, without signs.
        assert [typed for typed in table if plain(typed) != typed] == []


def test_a_broad_word_counts_only_alone():
    assert in_words_of_the_site("Is it safe?") == "serious risks"
    assert in_words_of_the_site("Is it safe with Zoloft?") == "is it safe with zoloft"
    assert in_words_of_the_site("my Hypertension meds") == "my blood pressure is high meds"
    # Whole sentences tell more than their words, with or without accents.
    assert in_words_of_the_site("Could ketamine help me?") == in_words_of_the_site("will it work for people like me")
    assert in_words_of_the_site("¿Es seguro?") == in_words_of_the_site("es seguro") != "es seguro"
    assert in_words_of_the_site("naïve question") == "naïve question"
    # What is left when a part is cut out is asked first; if nothing is left that tells something, only the part's questions are.
    assert in_words_of_the_site("dizzy after ketamine").split("; ")[:2] == ["common side effects", "when should I call someone"]
    assert in_words_of_the_site("after my treatment") == in_words_of_the_site("still the next day")
    # Put in once, and not looked up again; a longer phrase comes before a shorter one.
    assert in_words_of_the_site("high blood pressure meds") == "blood pressure is high"


def test_a_word_that_is_misspelled_finds_what_was_meant_and_says_so(client, content):
    for typed, meant in {
        "adictive": "addictive",
        "alchohol": "alcohol",
        "apointment": "appointment",
        "anxeity": "anxiety",
    }.items():
        page = client.get("/search/", {"q": typed}).content.decode()
        assert f"We found no page with “{typed}”. Did you mean “{meant}" in page, typed
        assert page.count("<h2><a href=") >= 1, typed
    # One word of several; it is not enough that the others are found.
    phrase = client.get("/search/", {"q": "will it hurt my bladdder"}).content.decode()
    assert "Did you mean “will it hurt my bladder”?" in phrase
    assert phrase.partition("<h2>")[2].startswith('<a href="/faqs/#bladder">')
    # Hidden words are searched, and never shown.
    page = client.get("/search/", {"q": "zolpidemm"}).content.decode()
    assert "Did you mean" not in page
    assert 'href="/faqs/#medicines-and-substances"' in page
    nothing = client.get("/search/", {"q": "qwrtzpsd"}).content.decode()
    assert "Did you mean" not in nothing
    assert "We found nothing for" in nothing


def test_no_word_is_corrected_to_one_that_visitors_may_not_read_yet():
    make_article("birds", "A nightingale.")
    article = make_article("later", "A kingfisher.")
    assert corrected("kingfischer nightingael", at=NOW) == "kingfisher nightingale"
    article.published_at = NOW + timedelta(hours=1)
    article.save()
    assert corrected("kingfischer nightingael", at=NOW) == "kingfischer nightingale"
    # A word that begins one of the site is none to correct, and a short one is like too many.
    assert not corrected("nighting birs", at=NOW)


def test_no_medicine_is_taken_for_another_whose_name_is_alike():
    make_article("medicines", "Clozapine, levothyroxine, sertraline, lorazepam, ketamine, hydralazine.")
    for other in ("clonapin", "liothyronine", "hydroxyzine", "loprazolam"):
        assert corrected(other, at=NOW) == "", other
    assert corrected("sertaline lorazapam ketamnie", at=NOW) == "sertraline lorazepam ketamine"


def test_a_plain_word_is_not_taken_for_another_that_is_two_letters_off():
    make_article("birds", "Caring, heron, kestrel, pelican, osprey, drives, driver, sharing, track.")
    assert corrected("crying", at=NOW) == ""
    # Nor one that the site lacks, but that people type: the plural of one, and everyday words.
    assert corrected("drivers shaking truck", at=NOW) == ""
    # One letter more, another one, two swapped, one less.
    assert corrected("herron kestral pelicna ospry", at=NOW) == "heron kestrel pelican osprey"


def test_a_result_says_the_clinics_facts_in_words(client, clock):
    clock(NOW)
    make_article("heron", "Ask the heron what it costs: {fees} Or {call_back} {email} It ends.")
    Clinic.objects.update_or_create(pk=1, defaults={"fees": "A herring & <b>two</b> frogs.", "phone": "(507) 555-0100"})
    page = client.get("/search/?q=heron").content.decode()
    words = re.sub(r"\s+", " ", page.partition("<h2>")[2])
    assert "it costs: A herring &amp; &lt;b&gt;two&lt;/b&gt; frogs. Or Call (507) 555-0100. It ends" in words
