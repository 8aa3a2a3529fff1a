"""Names compared as people read them: Zoe finds Zoë, and "ADA  example" is Ada Example."""

import unicodedata


def folded(text: str) -> str:
    """The text without case, accents and repeated spaces."""
    parts = unicodedata.normalize("NFKD", text)
    return " ".join("".join(char for char in parts if not unicodedata.combining(char)).casefold().split())


def has_words(name: str, words: list[str]) -> bool:
    """Whether each of the folded words is part of the name. False without words."""
    plain = folded(name)
    return bool(words) and all(word in plain for word in words)
