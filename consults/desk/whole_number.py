"""A number that a page sent back: anything may come."""


def read_whole_number(text: str | None, *, digits: int = 9) -> int | None:
    """The number; None for anything that is not one, or is longer than the column it is meant for."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= digits else None
