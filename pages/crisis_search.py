"""Whether somebody who searches may be thinking about suicide, or about hurting themselves: the page then says whom to call.

It says so too often rather than too seldom, for a card above the results does no harm.
"""

import re
from difflib import get_close_matches

_SELF = r"(?:my ?self|me|him ?self|her ?self|them ?sel(?:f|ves)|your ?self)"
_I_AM = r"(?:i|im|i'm|i am|were|was|be|being|feel|better off)"
_CRISIS = re.compile(
    rf"""\b(?:
        s(?:ui|u|iu|oo|ewi)[cs]+[iy]*d\w* | 988 | kms | unalive\w*
        | (?:kill(?:ing)?|hurt(?:ing)?|harm(?:ing)?|cut(?:ting)?|shoot(?:ing)?|hang(?:ing)?)\s{_SELF}
        | self[\s-]?(?:harm\w*|injur\w*)
        | (?:want(?:ed|s|ing)?|wanna|wish(?:ed|es|ing)?|going|ready|plan(?:ning)?)(?:\s(?:to|i|could|would|should))*\sdie
        | (?:wish|better\soff|rather\sbe|{_I_AM})\s(?:(?:i|was|were|be|to)\s)*dead
        | (?:end|ending|take|taking)\s(?:my|his|her|their|your)(?:\sown)?\s(?:own\s)?life
        | end(?:ing)?\s(?:it|everything)(?:\sall)?
        | (?:don'?t|do\snot|not)\s(?:want\s(?:to\s)?|wanna\s)(?:live|be\salive|be\shere|exist|wake\sup)
        | (?:no|not|nothing)\s(?:reason\sto\s|worth\s|point\s(?:in\s)?)liv(?:e|ing)
        | can(?:'?t|\s?not)\sgo\son
    )\b""",
    re.VERBOSE,
)


# Words of the above that are easily mistyped. One with the same letters, or nearly the same, is taken for it.
_MISTYPED = (
    "myself",
    "suicide",
    "suicidal",
    "kill",
    "killing",
    "want",
    "wanna",
    "die",
    "dead",
    "life",
    "live",
    "hurt",
    "hurting",
)
_ALIKE = 0.83
_FEWEST_ALIKE = 6
_WORD = re.compile(r"[a-z]+")


def speaks_of_suicide(query: str) -> bool:
    """Whether the words of a search may mean suicide or self-harm, misspelled ones too. They are looked at, and never kept."""
    words = re.sub(r"\s+", " ", query.lower().replace("’", "'"))
    return bool(_CRISIS.search(words) or _CRISIS.search(_WORD.sub(_meant, words)))


def _meant(match: re.Match) -> str:
    word = match[0]
    for known in _MISTYPED:
        if word[0] == known[0] and sorted(word) == sorted(known):
            return known
    close = get_close_matches(word, _MISTYPED, n=1, cutoff=_ALIKE) if len(word) >= _FEWEST_ALIKE else []
    return close[0] if close else word
