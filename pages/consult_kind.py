"""What a consult is called, and where it takes place: "call" or "visit" follows one fact of the clinic, everywhere."""

import re
from typing import NamedTuple

from .naming import names_treatment

_WORD = re.compile(r"\b([Vv])isit(?=s?\b)")


class ConsultKind(NamedTuple):
    """`word`: what one is called. `how`: instead of the clinic's address, `by phone`; empty for a visit, which is there.

    `is_clear`: whether the clinic's own words name one kind, so that this one is not a guess.
    """

    word: str
    how: str = ""
    is_clear: bool = True

    @property
    def place_label(self) -> str:
        """What stands before the place, or before how it takes place."""
        return "How" if self.how else "Place"

    def say(self, sentence: str) -> str:
        """A sentence of ours that is written for a visit, with the clinic's word."""
        return _WORD.sub(lambda match: self.word.capitalize() if match[1] == "V" else self.word, sentence)

    @property
    def place(self) -> str:
        """After a label, `By phone`; empty for a visit."""
        return self.how[:1].upper() + self.how[1:]

    @property
    def in_short(self) -> str:
        """Beside the button that asks for one: `By phone`, or `In person`."""
        return self.place or "In person"

    @property
    def reading(self) -> str:
        """What the letters say, for who wrote the fact."""
        place = f"and “{self.how}” as the place" if not self.is_clear else self.how or "at the clinic's address"
        return f"Letters say: {self.word}, {place}."


VISIT = ConsultKind("visit")
CALL = ConsultKind("call", "by phone")
VIDEO = ConsultKind("video call", "by video")

EXAMPLES = "By phone. Or: At the clinic. Or: By video call."
# The words that name each kind. A video call is no phone call, so its words are taken out before the next kind is looked for.
_NAMES = (
    (
        VIDEO,
        r"(?:video\w*|zoom|facetime|skype|webex|(?:google|microsoft) (?:meet|teams)|online|on-line|virtual(?:ly)?"
        r"|tele-?(?:health|medicine))(?: conference)?(?:[ -]?calls?)?",
    ),
    (CALL, r"(?:tele)?phones?|calls?|calling|cell|mobile"),
    (
        VISIT,
        r"in[ -]person|face[ -]to[ -]face|on[ -]site|offices?|come|(?:at|in|to) (?:the |our )?(?:\w+ )?clinic"
        r"|at (?:the|our|this) address",
    ),
)
_DENIES = re.compile(r"\b(?:no|not|none|never|neither|nor|cannot|without|unless|except|instead|rather)\b|n['’]t\b", re.IGNORECASE)


def read_consult_kind(text: str | None) -> ConsultKind:
    """The kind that a clinic's own words name, as in "By phone." An unset fact means a visit.

    Words that name none or several, or that deny one, are not guessed at: they are the place, as they were typed.
    """
    if not (text := " ".join((text or "").split())):
        return VISIT
    named, left = [], text
    for kind, names in _NAMES:
        left, count = re.subn(rf"\b(?:{names})\b", " ", left, flags=re.IGNORECASE)
        named += [kind] * bool(count)
    if len(named) == 1 and not _DENIES.search(text):
        return named[0]
    # Calendars and mail are read by others too.
    return ConsultKind("visit", "please ask us" if names_treatment(text) else text, is_clear=False)
