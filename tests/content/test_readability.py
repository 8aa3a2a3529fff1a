"""The reading grade, against values worked out by hand."""

import pytest

from content.readability import Readability, measure


@pytest.mark.parametrize(
    ("rendered", "measured"),
    [
        # 6 words, 6 syllables, 1 sentence: 0.39 * 6 + 11.8 - 15.59 is below zero.
        pytest.param("<p>The cat sat on the mat.</p>", Readability(6, 1, 0.0), id="the easiest text"),
        # 8 words, 2 sentences; syllables: 3 + 4 + 1 + 4, 3 + 1 + 1 + 3 = 20.
        pytest.param(
            "<p>Medical evaluation is necessary. Medicine can be expensive.</p>", Readability(8, 2, 15.5), id="two sentences"
        ),
        pytest.param("<ul><li>One</li><li>Two [@a-2020]</li></ul>", Readability(2, 2, 0.0), id="a list and a source"),
        pytest.param("", Readability(0, 0, 0.0), id="nothing"),
    ],
)
def test_the_grade_is_the_one_of_the_formula(rendered, measured):
    assert measure(rendered) == measured
