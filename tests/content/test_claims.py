"""What the site may not promise: each entry catches what it is for and leaves honest sentences alone."""

import io
import sys
import tomllib
from pathlib import Path

import pytest
from django.core.management import call_command

from blog.models import Article
from content.claims import all_claims, find_claims
from content.publishing import claims_in
from pages.models import Page, Provider, Question

CORPUS = tomllib.loads((Path(__file__).with_name("claims_corpus.toml")).read_text(encoding="utf-8"))


def codes(sentence: str) -> set[str]:
    return {hit.claim.code for hit in find_claims(sentence)}


def test_a_claim_we_must_not_make_is_found():
    assert [(code, said) for code, sentences in CORPUS["caught"].items() for said in sentences if code not in codes(said)] == []


def test_every_entry_has_a_sentence_in_the_corpus():
    assert CORPUS["caught"].keys() == {claim.code for claim in all_claims()}
    assert all(claim.reason and claim.source for claim in all_claims())


def test_a_fair_sentence_trips_nothing():
    fair = [said for sentences in CORPUS["fine"].values() for said in sentences]
    assert len(fair) > 600
    assert [(said, codes(said)) for said in fair if find_claims(said)] == []


RATE = "In this trial, 55 of 100 people got better"


@pytest.mark.parametrize(
    ("text", "is_fair"),
    [
        pytest.param(f"{RATE}.", False, id="the word trial alone"),
        pytest.param(f"{RATE}. [@anand-2023]", False, id="a source without the number of people"),
        pytest.param(f"{RATE}, of 403 people.", False, id="a number of people without a source"),
        pytest.param(f"{RATE}, of 403 people. [@anand-2023]", True, id="both"),
        pytest.param(f"It had 403 people. {RATE}. It was open label. [@anand-2023]", True, id="both, in the same paragraph"),
        pytest.param(f"It had 403 people. [@anand-2023] {RATE}.", False, id="a source of what was said before"),
        pytest.param(f"It had 403 people.\n\n{RATE}. [@anand-2023]", False, id="people of another paragraph"),
        pytest.param(f"{RATE}, of {{number: elekt-d.people}}.", True, id="a figure and its people"),
        pytest.param(f"{RATE}: {{figure: elekt-d}}", False, id="a figure, and no people"),
    ],
)
def test_a_rate_needs_a_source_and_a_number_of_people(text, is_fair):
    assert ("rate" in codes(text)) != is_fair


@pytest.mark.parametrize(
    "sentence",
    [
        "If nothing else helps, ketamine cures depression.",
        "It is not for everybody, but it is guaranteed.",
        "Many doubt it; it heals.",
    ],
)
def test_a_denial_in_another_clause_excuses_nothing(sentence):
    assert find_claims(sentence)


def test_each_place_is_named_with_its_line():
    hits = find_claims("Fine.\n\n- Fine [@a].\n- A *miracle* and a cure.\n")
    assert [(hit.claim.code, hit.line, hit.quote) for hit in hits] == [("cure", 4, "cure"), ("miracle", 4, "miracle")]


def test_a_claim_broken_over_lines_is_found_where_it_begins():
    hits = find_claims("# Title\n\nOne line, and\nanother. Ketamine is\nvery effective for depression.\n")
    assert [(hit.claim.code, hit.line) for hit in hits] == [("effect", 4)]


def test_other_spellings_of_the_same_characters_hide_nothing():
    for hidden in (
        "Ketamine\u00a0cures depression.",
        "Keta\u00admine cu\u200bres.",
        "It\u2019s ｓafe and effective.",
        "It's safe.",
    ):
        assert find_claims(hidden), hidden


def test_a_question_that_asks_nothing_is_a_claim():
    assert find_claims("Want to be free of depression?")
    assert not find_claims("Can it free people of depression?")


def labels(monkeypatch, text: bytes) -> bytes:
    """What `manage.py claims` writes when it reads these bytes."""
    given, written = io.TextIOWrapper(io.BytesIO(text)), io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stdin", given)
    monkeypatch.setattr(sys, "stdout", written)
    call_command("claims")
    return written.buffer.getvalue()


def test_the_command_labels_each_line_in_order_whatever_it_holds(monkeypatch):
    lines = [b"It is not a cure.", b"Ketamine cures depression.", b"", b"\xff\xfe It cures.", b"fine\tas it is", b"It cures"]
    fine, caught = b"fine\t%s\n", b"caught\t%s\n"
    expected = b"".join(form % line for form, line in zip([fine, caught, fine, caught, fine, caught], lines, strict=True))
    assert labels(monkeypatch, b"\n".join(lines)) == expected
    assert labels(monkeypatch, b"\r\n".join(lines) + b"\r\n") == expected
    assert labels(monkeypatch, b"") == b""


def test_a_huge_line_is_read_to_its_end(monkeypatch):
    line = b"not a cure, " * 30_000
    assert labels(monkeypatch, line + b"\n" + line + b". It cures.\n")[:5] == b"fine\t"
    assert labels(monkeypatch, line + b". It cures.\n")[:7] == b"caught\t"


@pytest.mark.django_db
def test_shipped_words_need_no_justification(content):
    found = [
        (str(row), field, hit.claim.code, hit.sentence)
        for model in (Page, Question, Article, Provider)
        for row in model.objects.all()
        for field, hit in claims_in(row)
    ]
    assert found == []
