"""How hard and how long a text may be, for the report and for its form."""

from .models import ReviewedText, Text
from .readability import Readability, measure

# A page may not be harder than this; a single answer is too short to be held to it, all of them together are not.
GRADE = 8.0
# Of a short page (`ReviewedText.is_short`). SMOG is the measure that health care uses.
_WORDS, _SMOG = 900, 9.0


def measured(text: Text) -> Readability:
    """As visitors read it: a page counts with the texts that share it."""
    if not isinstance(text, ReviewedText):
        return measure(text.html)
    prose = [f"<p>{part}</p>" for part in text.search_texts()] + [f"<p>{row}</p>{row.html}" for row in text.shown_with()]
    return measure("".join(prose))


def too_much(text: Text, size: Readability) -> list[str]:
    """What is above its limit."""
    if not isinstance(text, ReviewedText):
        return []
    found = []
    if size.grade > GRADE:
        found.append(f"grade {size.grade}, at most {GRADE}")
    if text.is_short and size.smog > _SMOG:
        found.append(f"SMOG {size.smog}, at most {_SMOG}")
    if text.is_short and size.words > _WORDS:
        found.append(f"{size.words} words, at most {_WORDS}")
    return found
