"""How a source reads in the list of references."""

import pytest

from content.models import Reference


@pytest.mark.parametrize(
    ("fields", "citation"),
    [
        pytest.param(
            {"authors": "A B, C D", "title": "A trial", "journal": "NEJM", "year": 2023, "details": "388(25):2315-2325"},
            ("A B, C D. A trial.", "NEJM", "2023;388(25):2315-2325."),
            id="volume and pages follow the year",
        ),
        pytest.param(
            {"authors": "FDA", "title": "A label", "year": 2023, "details": "Revised in May"},
            ("FDA. A label.", "", "2023. Revised in May."),
            id="other details are a sentence of their own",
        ),
        pytest.param({"authors": "FDA", "title": "A label", "year": 2023}, ("FDA. A label.", "", "2023."), id="a year alone"),
        pytest.param(
            {"authors": "FDA", "title": "A label", "details": "3:1"}, ("FDA. A label.", "", "3:1."), id="details without a year"
        ),
        pytest.param({"authors": "FDA", "title": "A label"}, ("FDA. A label.", "", ""), id="neither year nor details"),
        pytest.param(
            {"authors": "A B, et al.", "title": "Does it work?"}, ("A B, et al. Does it work?", "", ""), id="no second period"
        ),
    ],
)
def test_a_citation_is_punctuated_as_journals_do(fields, citation):
    assert Reference(**fields).citation == citation
