"""Reads a number that a page sent back, where anything may arrive."""


def read_whole_number(text: str | None, *, digits: int = 9) -> int | None:
    """The number; None for anything else, and for more digits than its column holds."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= digits else None
