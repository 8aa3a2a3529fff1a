"""Whether somebody who searches may be thinking about suicide, or about hurting themselves: the page then says whom to call.

It says so too often rather than too seldom, for a card above the results does no harm.
"""

import re
from difflib import get_close_matches

# Blanks are \s in all of these: the whole is compiled with re.VERBOSE, which drops literal ones.
_SELF = r"(?:my?\s?self|me|him\s?self|her\s?self|them\s?sel(?:f|ves)|your\s?self)"
_I_AM = r"(?:i|im|i'm|i\sam|were|was|be|being|feel|better\soff)"
_CRISIS = re.compile(
    rf"""\b(?:
        s(?:ui|ue|iu|ewi)(?:[cs]+[iye]*){{1,2}}d\w* | s(?:u|oo)(?:[cs]+(?:[iy]+e?)?){{1,2}}d\w*
        | 988 | kms | unalive\w*
        | (?:kill?(?:ing)?|hurt(?:ing)?|harm(?:ing)?|cut(?:ting)?|shoot(?:ing)?|hang(?:ing)?)\s{_SELF}
        | self[\s-]?(?:harm\w*|injur\w*)
        | (?:want(?:ed|s|ing)?|wanna|wish(?:ed|es|ing)?|going|ready|plan(?:ning)?|rather)(?:\s(?:to|2|i|could|would|should))*\sdie
        | (?:wish|better\soff|rather\sbe|{_I_AM})\s(?:(?:i|was|were|be|to)\s)*dead
        | (?:end|ending|take|taking)\s(?:my|his|her|their|your)(?:\sown)?\s(?:own\s)?life
        | end(?:ing)?\s(?:it|everything)(?:\sall)?
        | (?:don'?t|do\snot|not)\s(?:want\s(?:to\s)?|wanna\s)(?:live|be\salive|be\shere|exist|wake\sup)
        | (?:no|not|nothing)\s(?:reason\sto\s|worth\s|point\s(?:in\s)?)liv(?:e|ing)
        | (?:no|lost|losing)\s(?:(?:my|the)\s)?will\s(?:to|2)\slive | (?:tired|sick)\sof\s(?:living|life|being\salive)
        | can(?:'?t|\s?not)\s(?:go\son|(?:live|do\sthis|take\s(?:it|this))\sany\s?more)
        | (?:ways?|how)\s(?:to|2)\sdie | how\s(?:can|could|do|should)\si\sdie | painless\sdeath
        | how\s(?:much|many)\s(?:\S+\s){{1,6}}(?:(?:to|2)\s(?:die|kill|overdose)|(?:will|would)\skill)
        | (?:lethal|fatal|deadly)\s(?:\S+\s)?(?:doses?|amounts?)
        | overdos(?:e|ed|ing)\s(?:\S+\s){{0,3}}on\spurpose | (?:how|want|going|trying)\s(?:to|2)\soverdose
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
