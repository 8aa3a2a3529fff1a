"""Finds promises that the site must not make: the entries of `claims.toml`, each with its reason and its source.

A pattern is matched against one sentence at a time, without Markdown. A sentence that denies something ("is not a cure") or
only asks ("Is it safe?") is not a claim, unless the entry says otherwise; some entries let a sentence pass that says how far it
holds, or names its source. The list is a net, not a proof: a person still reads every text.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from .claim_sentences import Sentence, plain, read_paragraphs, read_sentences

# A negation, or a word that says that somebody else's claim is doubted. What only looks like one is taken out first.
_DENIAL = re.compile(
    r"\b(?:not|no|nor|never|nobody|none|neither|nothing|without|cannot|can’t|unproven|unapproved"
    r"|(?:is|are|does|do|has|have|was|were|did|would|won|should|could)n’t|won’t|lacks?|whether|unless|myths?|false|untrue"
    r"|wary|beware|warn(?:s|ed|ing)?"
    r"|wrong to|unfair to|dishonest|mislead\w*|overstat\w*|exaggerat\w*|claims? that|too (?:early|soon) to|far from"
    r"|little evidence|rather than|instead of (?:promis|claim)\w+|unclear|unknown|how well|how often"
    r"|(?:clinics?|ads?|advert\w*|websites?|sellers?|headlines|companies) (?:\w+ )?(?:say|claim|promise|call|boast|write)s?"
    r"|(?:you|people) (?:may|might|will) (?:have )?(?:read|hear|heard|see|seen|be told)"
    r"|ask(?:s|ed)? (?:how|whether|if|what|who))\b",
    re.I,
)
_NO_DENIAL = re.compile(
    r"\bnot (?:only|just|merely|simply|to mention)\b|\bno (?:doubt|wonder|matter|longer|other|better|need)\b"
    r"|\bwithout (?:a |any )?doubt\b|\bnothing (?:but|else|works|compares|helps|has worked|like|beats|better)\b"
    r"|\bnever (?:fails?|been)\b|\bnever again\b"
    r"|^(?:would|is|do|are|have)n’t (?:you|it|we|your|life|this)\b"
    r"|\bno-(?!one\b)\w+"
    r"|\bno (?:treatment|medicine|drug|therapy|clinic)\b(?=[^;,]{0,20}(?:faster|better|safer|more effective))"
    r"|\b(?:cannot|can’t) (?:fail|go wrong|wait)\b|\bwhy (?:not|wait)\b|\b(?:don’t|do not) (?:wait|miss|suffer|let|have to)\b",
    re.I,
)
# A comma before "or" separates items of a list, as in "no stories, ratings or prices"; one before a preposition adds to a clause.
_CLAUSE_END = re.compile(
    r"[;:]\s|,\s(?!(?:for|in|with|at|by|of|as|a|an|not|even|such)\b|[^,]*\b(?:or|nor)\b)"
    r"|\b(?:but|and|yet|although|though|however|because|so"
    r"|(?<!that )(?<!say )(?<!call )(?<!claim )(?<!how )(?<!whether )(?<!if )(?<!shows )(?<!means )(?:it|they|we))\b",
    re.I,
)
# An escaped character, a set of characters, or what gives a pattern its shape.
_PART = re.compile(r"\\.|\[(?:\\.|[^\]\\])+\]|[()|]")
# A denial farther away than this is another matter.
_LOOK_BACK = 300


@dataclass(frozen=True)
class Claim:
    """One entry. `unless`: a pattern elsewhere in the sentence that makes the statement fair; `fair_if`: properties of
    `Sentence` of which one does.

    `denied_is_fine`: a negation in the match, too, means it is not a claim; one before it in its clause always does.
    `asked_is_fine`: a question is not a claim.
    """

    code: str
    pattern: re.Pattern
    reason: str
    source: str
    unless: re.Pattern | None = None
    fair_if: tuple[str, ...] = ()
    denied_is_fine: bool = True
    asked_is_fine: bool = True


@dataclass(frozen=True)
class Hit:
    """One match of a claim. `line` counts from 1 in the given text."""

    claim: Claim
    line: int
    quote: str
    sentence: str


def find_claims(text: str) -> list[Hit]:
    """Every match of a claim in a Markdown text, in the order of the text."""
    return list(claims_in_turn(text))


def claims_in_turn(text: str) -> Iterator[Hit]:
    """The same, paragraph by paragraph, for a caller that asks only whether there is one."""
    for number, lines in read_paragraphs(plain(text)):
        for hit in _hits_in(tuple(lines)):
            yield replace(hit, line=number + hit.line)


@lru_cache(maxsize=2048)
def _hits_in(lines: tuple[str, ...]) -> tuple[Hit, ...]:
    """The hits of a paragraph, which is often read again: as it was saved, and with every later save. Lines count from 0."""
    return tuple(
        Hit(claim, sentence.line, sentence.text[match.start() : match.end()].strip(), sentence.text)
        for sentence in read_sentences(lines)
        for claim in all_claims()
        for match in claim.pattern.finditer(sentence.small)
        if not _is_innocent(claim, sentence, match)
    )


def _is_innocent(claim: Claim, sentence: Sentence, match: re.Match) -> bool:
    if claim.asked_is_fine and sentence.asks:
        return True
    if _denies(_clause_before(sentence.text, match)) or (claim.denied_is_fine and _denies(match[0])):
        return True
    return any(getattr(sentence, name) for name in claim.fair_if) or bool(claim.unless and claim.unless.search(sentence.small))


def _clause_before(text: str, match: re.Match) -> str:
    begin = max(0, match.start() - _LOOK_BACK)
    ends = (end.end() for end in _CLAUSE_END.finditer(text, begin, match.end()))
    return text[max((end for end in ends if end <= match.start()), default=begin) : match.start()]


def _denies(words: str) -> bool:
    return bool(_DENIAL.search(_NO_DENIAL.sub("", words)))


@cache
def all_claims() -> tuple[Claim, ...]:
    """Every entry, read when the first text is: the patterns take longer to prepare than a process takes to start."""
    book = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    names = book["short"]
    for name in names:
        names[name] = _filled(names[name], names)
    claims = []
    for entry in book["claim"]:
        entry["pattern"] = _compiled("|".join(entry.pop("patterns")), names)
        if "unless" in entry:
            entry["unless"] = _compiled(entry["unless"], names)
        claims.append(Claim(**entry | {"fair_if": tuple(entry.get("fair_if", ()))}))
    return tuple(claims)


def _compiled(pattern: str, names: dict[str, str]) -> re.Pattern:
    """The pattern for small letters, with what begins at a word's edge last and under one check for the edge.

    That reads three times as fast as a pattern that ignores case and checks each alternative for itself.
    """
    small = re.sub(r"\\.|[A-Z]+", lambda found: found[0] if found[0][0] == "\\" else found[0].lower(), _filled(pattern, names))
    found = list(_alternatives(small))
    at_an_edge = [words.removeprefix(r"\b") for words in found if words.startswith(r"\b")]
    others = [words for words in found if not words.startswith(r"\b")]
    return re.compile("|".join(others + [rf"\b(?:{'|'.join(at_an_edge)})"] * bool(at_an_edge)))


def _alternatives(pattern: str) -> Iterator[str]:
    """What stands between the outermost bars."""
    depth, begin = 0, 0
    for found in _PART.finditer(pattern):
        depth += (found[0] == "(") - (found[0] == ")")
        if found[0] == "|" and not depth:
            yield pattern[begin : found.start()]
            begin = found.end()
    yield pattern[begin:]


def _filled(pattern: str, names: dict[str, str]) -> str:
    return re.sub("|".join(names), lambda found: names[found[0]], pattern)
