"""Finds promises that the site must not make: the entries of `claims.toml`, each with its reason and its source.

A pattern is matched against one sentence at a time, without Markdown. A sentence that denies something ("is not a cure") or
only asks ("Is it safe?") is not a claim, unless the entry says otherwise. The list is a net, not a proof: a person still
reads every text.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_DENIAL = re.compile(
    r"\b(?:not|no|nor|never|nobody|none|neither|nothing(?! else)|without|cannot|can[’']t|unproven|unapproved"
    r"|(?:is|are|does|do|has|have|was|were|did|would)n[’']t|lacks?|whether)\b",
    re.I,
)
# A comma before "or" separates items of a list, as in "no stories, ratings or prices".
_CLAUSE_END = re.compile(
    r"[;:]\s|,\s(?![^,]*\b(?:or|nor)\b)|\b(?:but|and|yet|although|though|however|because|(?<!that )(?:it|they|we))\b", re.I
)
_MARKUP = (
    (re.compile(r"\s*\[@[^\]]*\]"), ""),
    (re.compile(r"\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"\*\*|__|`|(?<!\w)[*_]|[*_](?!\w)"), ""),
    (re.compile(r"^:::\s*\w*|^[#>\s-]+|^\d+\.\s|\{#[a-z0-9-]+\}"), ""),
)


@dataclass(frozen=True)
class Claim:
    """One entry. `unless`: a pattern elsewhere in the sentence that makes the statement fair.

    `denied_is_fine`: a preceding negation in the same clause means it is not a claim. `asked_is_fine`: a question is not a
    claim.
    """

    code: str
    pattern: re.Pattern
    reason: str
    source: str
    unless: re.Pattern | None = None
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
    return [
        Hit(claim, line, match[0].strip(), sentence)
        for line, sentence in _sentences(text)
        for claim in CLAIMS
        for match in claim.pattern.finditer(sentence)
        if not _is_innocent(claim, sentence, match)
    ]


def _is_innocent(claim: Claim, sentence: str, match: re.Match) -> bool:
    if (claim.asked_is_fine and sentence.endswith("?")) or (claim.unless and claim.unless.search(sentence)):
        return True
    if not claim.denied_is_fine:
        return False
    clause = _CLAUSE_END.split(sentence[: match.start()])[-1]
    return bool(_DENIAL.search(clause) or _DENIAL.search(match[0]))


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """(line, sentence) pairs without Markdown. A table cell and a heading each count as a sentence."""
    for number, line in enumerate(text.splitlines(), start=1):
        for pattern, plain in _MARKUP:
            line = pattern.sub(plain, line)
        for sentence in re.split(r"(?<=[.!?])[\"”’)]*\s+|\s*\|\s*", line):
            if sentence.strip():
                yield number, sentence.strip()


def _read(path: Path) -> tuple[Claim, ...]:
    book = tomllib.loads(path.read_text(encoding="utf-8"))

    def compiled(*patterns: str) -> re.Pattern:
        text = "|".join(patterns)
        for name, expression in book["short"].items():
            text = text.replace(name, expression)
        return re.compile(text, re.I)

    claims = []
    for entry in book["claim"]:
        entry["pattern"] = compiled(*entry.pop("patterns"))
        if "unless" in entry:
            entry["unless"] = compiled(entry["unless"])
        claims.append(Claim(**entry))
    return tuple(claims)


CLAIMS = _read(Path(__file__).with_suffix(".toml"))
