"""What the site may not promise: each entry catches what it is for and leaves honest sentences alone."""

import pytest

from blog.models import Article
from content.claims import CLAIMS, find_claims
from pages.models import Page, Provider, Question

CLAIMED = [
    ("approved", "Ketamine is FDA-approved for depression."),
    ("approved", "Here ketamine is approved by the FDA to treat anxiety."),
    ("approved", "Ask about this FDA-approved treatment."),
    ("cure", "Ketamine cures depression."),
    ("cure", "A **proven** way out."),
    ("cure", "It works when nothing else does."),
    ("cure", "Results are guaranteed."),
    ("rate", "It works for 70% of people."),
    ("rate", "It helps seven out of ten."),
    ("rate", "Most of our patients improve."),
    ("instant", "Immediate relief from sadness."),
    ("instant", "You feel relief within hours."),
    ("rescue", "It prevents suicide."),
    ("rescue", "We offer same-day treatment."),
    ("safe", "Ketamine is safe."),
    ("safe", "It has been safely used for decades."),
    ("safe", "A treatment without side effects."),
    ("not-addictive", "It is not addictive."),
    ("not-addictive", "Ketamine is not a controlled substance."),
    ("no-long-term-harm", "There are no long-term effects."),
    ("no-long-term-harm", "It does not harm the bladder."),
    ("better-than", "Ketamine is faster than antidepressants."),
    ("better-than", "Take it instead of antidepressants."),
    ("same-as-spravato", "Think of it as generic Spravato."),
    ("same-as-spravato", "It is the same medicine as esketamine."),
    ("rewires", "It rewires the brain."),
    ("rewires", "Ketamine is reviving neural pathways."),
    ("trauma", "It helps people process trauma."),
    ("trauma", "Expect deeper insights."),
    ("miracle", "A life-changing treatment."),
    ("miracle", "Ready for a revolutionary option?"),
    ("anyone", "Anyone can qualify."),
    ("anyone", "Open-minded people are good candidates."),
    ("compounded", "At-home ketamine is convenient."),
    ("best", "The leading ketamine clinic in Minnesota."),
    ("best", "Trusted ketamine therapy in Dundas."),
    ("clinic-facts", "A visit costs $400."),
    ("clinic-facts", "We accept most insurance."),
    ("clinic-facts", "Call (507) 555-0100."),
    ("testimonial", "Our patients say it helps."),
    ("testimonial", "It saved my life."),
    ("certified", "Our form is HIPAA compliant."),
    ("certified", "This page was medically reviewed."),
    ("promising", "Preliminary studies suggest it helps."),
    ("stop-medicines", "You can stop taking your antidepressants."),
    ("spiritual", "Holistic care for the whole person."),
    ("disproved", "A new trial disproved ketamine."),
]
HONEST = [
    "Ketamine is not FDA-approved for depression.",
    "Ketamine is FDA-approved as an anesthetic. Treating depression with it is **off-label**.",
    "Esketamine is FDA-approved for some adults with depression.",
    "Is ketamine FDA-approved for depression?",
    "It is not a cure.",
    "Nobody can promise permanent relief or a cure.",
    "In a trial of 403 people, 55.4% responded with ketamine over three weeks.",
    "Some people feel better within hours to a day.",
    "It is not shown to prevent suicide.",
    "Is ketamine safe?",
    "No study has shown that it is better than antidepressants.",
    "Ketamine is a controlled substance and can be addictive.",
    "Call [911](tel:911) or [988](tel:988).",
    "This site shows no patient stories, ratings or before-and-after results.",
    "Do not stop your antidepressants on your own.",
    "Nothing shows that it rewires the brain.",
    "Medical review: pending.",
]


@pytest.mark.parametrize(("code", "sentence"), CLAIMED)
def test_a_claim_we_must_not_make_is_found(code, sentence):
    assert code in {hit.claim.code for hit in find_claims(sentence)}


def test_every_entry_has_a_sentence_here():
    assert {code for code, _ in CLAIMED} == {claim.code for claim in CLAIMS}
    assert all(claim.reason and claim.source for claim in CLAIMS)


@pytest.mark.parametrize("sentence", HONEST)
def test_an_honest_sentence_trips_nothing(sentence):
    assert find_claims(sentence) == []


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


@pytest.mark.django_db
def test_shipped_words_need_no_justification(content):
    found = [
        (str(row), field, hit.claim.code, hit.sentence)
        for model in (Page, Question, Article, Provider)
        for row in model.objects.all()
        for field, text in row.texts().items()
        for hit in find_claims(text)
    ]
    assert found == []
