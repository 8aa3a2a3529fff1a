"""The words of a query that tell something."""

import re
import unicodedata

LONGEST_QUERY = 100
_MOST_WORDS = 8
WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile(r"[’'`]")
_GAPS = re.compile(r"[\W_]+")
# Frequent words of questions, which match everywhere, and those that only say when.
_SMALL_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a about after again also am an and any are as at back be been but by came can cant could did didnt do does doesnt dont
        even few for from get getting go going got had has have how i id if ill im in into is isnt it its ive just later
        like me my need needs next of ok okay on one or our out please really should so some still than that the their
        them then there they this three till to too two until up us very vs was we were what whats when where which while
        who why will with wont would you your youre""",
    )
)
# What every text is about tells none from another, unless it is all that was typed.
_EVERYWHERE = frozenset({"depressed", "depression", "ketamine"})


def plain(query: str) -> str:
    """In small letters, with neither apostrophes nor other signs."""
    return _GAPS.sub(" ", _APOSTROPHES.sub("", query.lower())).strip()


def without_accents(words: str) -> str:
    letters = unicodedata.normalize("NFKD", words)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def telling_words(words: list[str]) -> list[str]:
    return [word for word in words if word not in _SMALL_WORDS]


def asks_something(query: str) -> bool:
    """Whether there is more in it than small words and what every text is about."""
    return not {*telling_words(WORD.findall(plain(query)))} <= _EVERYWHERE


def words_of(query: str) -> list[str]:
    """The words that are searched for: without the small ones, unless there are no others."""
    words = list(dict.fromkeys(WORD.findall(plain(query[:LONGEST_QUERY]))))
    telling = telling_words(words) or words
    return ([word for word in telling if word not in _EVERYWHERE] or telling)[:_MOST_WORDS]


def is_one_mistake(word: str, other: str) -> bool:
    """Whether one letter is missing, added or another one, or two neighbors are swapped."""
    same = next((i for i, (one, two) in enumerate(zip(word, other, strict=False)) if one != two), min(len(word), len(other)))
    rest, others = word[same:], other[same:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return others in {rest[1:], swapped} or rest in {others[1:]} or rest[1:] == others[1:]
