"""Citations as they stay in a text, `[@key]`; `content.citations` reads and numbers them."""

import re
from pathlib import Path

# Sought from the first space of many, not from each.
CITATION = re.compile(r"(?<!\s)\s*\[@([a-z0-9-]+(?:; ?@[a-z0-9-]+)*)\]")
_BEGINNING = re.compile(r"\[+@+")
_DEEPEST = 4


def without_citations(text: str) -> str:
    """The text for a place where no link can be, as an attribute. Taking one out may make another of what stood around it."""
    for _ in range(_DEEPEST):
        less = CITATION.sub("", text)
        if less == text:
            return text
        text = less
    return _BEGINNING.sub("", text)


SOURCE = Path(__file__).read_bytes()
