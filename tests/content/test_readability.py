"""The reading grades, against values worked out by hand and syllables from a pronouncing dictionary."""

import pytest

from content.readability import Readability, count_syllables, measure

# Ten words with a hard one among them, thirty times over.
THIRTY_SENTENCES = "<p>You may feel a bit odd or dizzy while <b>medication</b> works.</p>" * 30


@pytest.mark.parametrize(
    ("rendered", "measured"),
    [
        # 6 words, 6 syllables, 1 sentence: 0.39 * 6 + 11.8 - 15.59 is below zero; no hard word leaves SMOG's constant.
        pytest.param("<p>The cat sat on the mat.</p>", Readability(6, 1, 0.0, 3.1), id="the easiest text"),
        # 8 words, 2 sentences; syllables: 3 + 4 + 1 + 4, 3 + 1 + 1 + 3 = 20; five hard words, 75 in thirty sentences.
        pytest.param(
            "<p>Medical evaluation is necessary. Medicine can be expensive.</p>",
            Readability(8, 2, 15.5, 12.2),
            id="two sentences",
        ),
        # One hard word a sentence, 30 in all, is 8.8 in McLaughlin's formula; 14 syllables in 11 words.
        pytest.param(THIRTY_SENTENCES, Readability(330, 30, 4.8, 8.8), id="thirty sentences"),
        pytest.param("<ul><li>One</li><li>Two [@a-2020]</li></ul>", Readability(2, 2, 0.0, 3.1), id="a list and a source"),
        pytest.param("", Readability(0, 0, 0.0, 0.0), id="nothing"),
    ],
)
def test_the_grades_are_those_of_the_formulas(rendered, measured):
    assert measure(rendered) == measured


@pytest.mark.parametrize(
    ("syllables", "words"),
    [
        (1, "the pill whole while tied rules worked"),
        (2, "approved treated table minutes safety safely something someone statements guideline being doses question million"),
        (3, "depression medicine mania serious suicide nausea idea employer reaction unwanted hospital clinician"),
        (4, "anesthetic medication approximate"),
        (5, "electricity"),
    ],
)
def test_syllables_are_those_of_a_pronouncing_dictionary(syllables, words):
    assert {word: count_syllables(word) for word in words.split()} == dict.fromkeys(words.split(), syllables)
