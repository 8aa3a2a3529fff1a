"""Whether somebody who searches may be thinking about suicide, or about hurting themselves: the page then says whom to call.

It says so too often rather than too seldom, for a card above the results does no harm.
"""

import re

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


def speaks_of_suicide(query: str) -> bool:
    """Whether the words of a search may mean suicide or self-harm. They are looked at, and never kept."""
    return bool(_CRISIS.search(re.sub(r"\s+", " ", query.lower().replace("’", "'"))))
