"""A rule in words recognizes what it says, and no more."""

import re
import tomllib
from pathlib import Path

import pytest

import pages
from pages.danger_rules import Rule, Rules

_NAMES = {"PET": "cat BIRD", "BIRD": "heron grey_goose", "PAIR": "2#"}


@pytest.mark.parametrize(
    ("rule", "met_by", "not_by"),
    [
        ("heron eats", ["a heron eats"], ["heron never eats", "eats heron", "herons eats", "heron"]),
        ("heron|stork eats", ["stork eats"], ["stork heron"]),
        ("heron*", ["herons"], ["the her", "bluheron"]),
        ("heron 18#|PAIR", ["heron 185", "heron 21"], ["heron 18", "heron 1850", "heron 186x", "heron 195"]),
        ("PET", ["cat", "my grey goose"], ["grey cats", "goose"]),
        ("my? PET sleeps", ["cat sleeps", "my heron sleeps"], ["my sleeps"]),
        ("heron .. frog", ["heron frog", "heron eats one more frog"], ["heron sees and eats one frog", "frog heron"]),
        ("heron ... frog", ["heron that i saw on my roof ate frog"], ["heron one two three four five six seven eight frog"]),
        ("^ heron $", ["heron"], ["a heron", "heron eats"]),
        ("eats frog & heron|stork", ["stork eats frog", "eats frog the heron"], ["eats frog", "heron eats one frog"]),
        ("heron ! eats .. frog ! book", ["heron eats"], ["heron eats a frog", "book on heron"]),
    ],
)
def test_what_a_rule_recognizes(rule, met_by, not_by):
    rules = Rules([Rule(rule, _NAMES, means="bird")])
    assert [said for said in (*met_by, *not_by) if rules.met_by(said.split())] == met_by


def test_a_name_that_is_none_is_refused():
    with pytest.raises(KeyError):
        Rule("FISH eats", _NAMES, means="fish")


def test_every_name_of_the_files_is_used():
    files = [path.read_text(encoding="utf-8") for path in (Path(pages.__file__).parent / "danger_words").glob("*.toml")]
    named = {name for text in files for name in tomllib.loads(text)["names"]}
    used = {name for text in files for name in re.findall(r"(?<![A-Z_])[A-Z][A-Z_]+(?! = )\b", text)}
    assert named - used == {"PAST", "NOW"}
