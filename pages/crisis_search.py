"""Whether somebody who searches may be thinking about suicide, or about hurting themselves; whether somebody may have taken
too much, or may not be waking up; whether it may be another emergency of the body; whether somebody may be losing touch with
what is real, or want to hurt others; and whether somebody hurts them. The page then says whom to call.

It says so too often rather than too seldom, for a card above the results does no harm. What is recognized nowhere here still has
the line below the field that every answer has. The rules are in `danger_words/`, a file for each card.
"""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from content.files import read_toml
from content.query_words import is_one_mistake, without_accents

from .danger_rules import Rule, Rules

_FOLDER = Path(__file__).with_name("danger_words")
# The most urgent first.
_CARDS = ("overdose", "emergency", "confusion", "suicide", "violence", "withdrawal", "mind", "urine", "mixed")
_SERVED_BY_OVERDOSE = ("emergency", "mixed")
_WORD = re.compile(r"\w+")
_FEWEST_ALIKE = 6
# What rules may mean beside a card: that the query tells of the past, or of now; and a card that it means unless of the past.
_PAST, _NOW, _UNLESS_PAST = "PAST", "NOW", " unless past"


def dangers_in(query: str) -> list[str]:
    """The names of the cards to show for a search, the most urgent first. “overdose” serves any body in danger."""
    meanings = meanings_of(query)
    return [name for name in meanings if name not in _SERVED_BY_OVERDOSE or "overdose" not in meanings]


def meanings_of(query: str) -> list[str]:
    """What the words of a search may mean, misspelled ones and Spanish ones too. They are looked at, and never kept.

    overdose: somebody has taken too much, or something poisonous, or may not be waking up.
    emergency: somebody needs an ambulance for what a body does: a chest that hurts, a seizure, a stroke;
        or the heart races, or the blood pressure is very high.
    confusion: somebody is suddenly mixed up: makes no sense, or does not know where they are or who is there.
    suicide: suicide, or self-harm.
    violence: somebody hits, threatens or abuses them, or did.
    mind: somebody hears or believes what is not real, is manic, or may hurt others.
    withdrawal: somebody has stopped alcohol or a sedative, or means to.
    urine: somebody cannot pass urine, or passes blood.
    mixed: somebody drank, or took something that makes drowsy, near a dose.
    """
    said = {rule.means for rule in rules_met_by(query)}
    tells_of_the_past = _PAST in said and _NOW not in said
    return [card for card in _CARDS if card in said or (card + _UNLESS_PAST in said and not tells_of_the_past)]


def rules_met_by(query: str) -> list[Rule]:
    """What brings a card, or tells of the past or of now; a rule's `written` is its line in `danger_words/`."""
    return [rule for words in _readings(query) for rule in _rules().met_by(words)]


@cache
def _rules() -> Rules:
    spanish, shared = read_toml(_FOLDER / "spanish.toml"), _shared()["names"]
    rules = [Rule(tense, shared, means=tense) for tense in (_PAST, _NOW)]
    for card in _CARDS:
        own = read_toml(_FOLDER / f"{card}.toml")
        names = shared | spanish["names"] | own["names"]
        written = {card: own["always"] + spanish.get(card, ""), card + _UNLESS_PAST: own.get("unless_past", "")}
        rules += [Rule(line, names, means=means) for means, lines in written.items() for line in _lines(lines)]
    return Rules(rules)


def _lines(written: str) -> list[str]:
    return [line for line in map(str.strip, written.splitlines()) if line and not line.startswith("#")]


@cache
def _shared() -> dict:
    return read_toml(_FOLDER / "words.toml")


def _readings(query: str) -> list[list[str]]:
    """The words of a query that rules are compared with; and these with misspelled ones put right, where that changes them."""
    same, small = _shared()["same"], {*_shared()["small"].split()}
    plain = without_accents(query.lower().replace("’", "'"))
    written_out = " ".join(same.get(word, word) for word in plain.split())
    said = " ".join(same.get(word, word) for word in _WORD.findall(written_out.replace("'", "")))
    words = [word for word in said.split() if word not in small]
    put_right = [_meant(word) for word in words]
    return [words] if put_right == words else [words, put_right]


def _meant(word: str) -> str:
    """The easily mistyped word that begins alike and has the same letters, or differs by a single mistake."""
    for known in _mistyped().get(word[0], ()):
        if sorted(word) == sorted(known) or (max(len(word), len(known)) >= _FEWEST_ALIKE and is_one_mistake(word, known)):
            return known
    return word


@cache
def _mistyped() -> dict[str, list[str]]:
    """By the first letter, which is seldom the wrong one."""
    by_letter = defaultdict(list)
    for word in _shared()["mistyped"].split():
        by_letter[word[0]].append(word)
    return by_letter
