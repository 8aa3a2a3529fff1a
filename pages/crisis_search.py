"""Whether somebody who searches may be thinking about suicide, or about hurting themselves; whether somebody may have taken
too much, or may not be waking up; whether it may be another emergency of the body; whether somebody may be losing touch with
what is real, or want to hurt others; and whether somebody hurts them. The page then says whom to call.

It says so too often rather than too seldom, for a card above the results does no harm. What is recognized nowhere here still has
the line below the field that every answer has.
"""

import re
from difflib import get_close_matches

from content.query_words import without_accents

from . import danger_words_in_spanish as spanish
from .danger_words import OVERDOSE, SUICIDE, WISHES
from .emergency_words import BODY_CRISIS, EMERGENCY, JUST_NOW, MIND, PAST, PERHAPS_EMERGENCY, PERHAPS_MIND, VIOLENCE

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
    "overdose",
    "overdosed",
    "breathe",
    "breathing",
    "drown",
    "worthless",
    "pills",
    "seizure",
)
_ALIKE = 0.83
_FEWEST_ALIKE = 6
_WORD = re.compile(r"[a-z]+")


# A query in small letters; the same with its misspelled words put right, where that changes it; and without accents.
Readings = tuple[tuple[str, ...], str]


def dangers_in(query: str) -> list[str]:
    """The names of the cards to show for a search, the most urgent first. One card serves a body in danger: “overdose”."""
    meanings = meanings_of(query)
    return [name for name in meanings if name != "emergency" or "overdose" not in meanings]


def meanings_of(query: str) -> list[str]:
    """What the words of a search may mean, misspelled ones and Spanish ones too. They are looked at, and never kept.

    overdose: somebody has taken too much, or something poisonous, or may not be waking up.
    emergency: somebody needs an ambulance for what a body does: a chest that hurts, a seizure, a stroke.
    suicide: suicide, or self-harm.
    violence: somebody hits, threatens or abuses them, or did.
    mind: somebody hears or believes what is not real, is manic, or may hurt others.
    """
    said = _readings(query)
    is_meant = {
        "overdose": _says_overdose(said),
        "emergency": _says_emergency(said),
        "suicide": _says_suicide(said),
        "violence": _says(VIOLENCE, said) or _in_spanish(spanish.VIOLENCE, said),
        "mind": _says(MIND, said) or _says_of_now(PERHAPS_MIND, said) or _in_spanish(spanish.MIND, said),
    }
    return [name for name, is_said in is_meant.items() if is_said]


def _readings(query: str) -> Readings:
    plain = re.sub(r"\s+", " ", query.lower().replace("’", "'"))
    return tuple(dict.fromkeys((plain, _WORD.sub(_meant, plain)))), without_accents(plain)


def _says(pattern: re.Pattern, said: Readings) -> bool:
    return any(pattern.search(words) for words in said[0])


def _in_spanish(pattern: re.Pattern, said: Readings) -> bool:
    return bool(pattern.search(said[1]))


def _says_emergency(said: Readings) -> bool:
    in_english = _says(EMERGENCY, said) or _says(BODY_CRISIS, said) or _says_of_now(PERHAPS_EMERGENCY, said)
    return in_english or _in_spanish(spanish.EMERGENCY, said)


def _says_suicide(said: Readings) -> bool:
    """A crisis of blood pressure is none of the mind."""
    left = tuple(BODY_CRISIS.sub(" ", words) for words in said[0]), BODY_CRISIS.sub(" ", said[1])
    return _says(SUICIDE, left) or _in_spanish(spanish.SUICIDE, left)


def _says_overdose(said: Readings) -> bool:
    """Who wishes not to wake up is none who cannot be woken."""
    return any(OVERDOSE.search(WISHES.sub(" ", words)) for words in said[0]) or _in_spanish(spanish.OVERDOSE, said)


def _says_of_now(pattern: re.Pattern, said: Readings) -> bool:
    """Whether the query says it, and not of the past."""
    return _says(pattern, said) and (_says(JUST_NOW, said) or not _says(PAST, said))


def _meant(match: re.Match) -> str:
    word = match[0]
    for known in _MISTYPED:
        if word[0] == known[0] and sorted(word) == sorted(known):
            return known
    close = get_close_matches(word, _MISTYPED, n=1, cutoff=_ALIKE) if len(word) >= _FEWEST_ALIKE else []
    return close[0] if close else word
