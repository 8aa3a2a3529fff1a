"""What a consult is called, and where it takes place: "call" or "visit" follows one fact of the clinic, everywhere."""

import re
from typing import NamedTuple

_NAMED = re.compile(r"\b(?:(video\w*)|((?:tele)?phone|calls?)|(visits?|in person|at the clinic|office))\b", re.IGNORECASE)
_WORD = re.compile(r"\b([Vv])isit(?=s?\b)")


class ConsultKind(NamedTuple):
    """`word`: what one is called. `how`: instead of a place, `by phone`; empty for a visit, which is at the clinic's address."""

    word: str
    how: str = ""

    @property
    def place_label(self) -> str:
        """What stands before the place, or before how it takes place."""
        return "How" if self.how else "Place"

    def say(self, sentence: str) -> str:
        """A sentence of ours that is written for a visit, with the clinic's word."""
        return _WORD.sub(lambda match: self.word.capitalize() if match[1] == "V" else self.word, sentence)


VISIT = ConsultKind("visit")
CALL = ConsultKind("call", "by phone")
VIDEO = ConsultKind("video call", "by video")


def read_consult_kind(text: str | None) -> ConsultKind:
    """The kind that a clinic's own words name first, as in "By phone." An unset fact, and other words, mean a visit."""
    named = _NAMED.search(text or "")
    if named is None:
        return VISIT
    return VIDEO if named[1] else CALL if named[2] else VISIT
