"""Texts without characters that nobody sees: of one line, for subjects, headers, labels and headings; and of several."""

import unicodedata

from django.core.exceptions import ValidationError

# Control characters (line breaks, NUL), separators of lines and paragraphs, and halves of characters.
_REFUSED_CATEGORIES = {"Cc", "Zl", "Zp", "Cs"}
# They turn the direction of the text after them, so that it reads as something else.
_BIDI_OVERRIDES = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}


def refuse_control_characters(value: str) -> None:
    """Raises ValidationError for a character that breaks a line or is not seen."""
    if any(char in _BIDI_OVERRIDES or unicodedata.category(char) in _REFUSED_CATEGORIES for char in value):
        raise ValidationError("Use one line: this contains a line break or an invisible character.", code="control_character")


def _is_hidden(char: str) -> bool:
    return char in _BIDI_OVERRIDES or (char not in "\n\r\t" and unicodedata.category(char) in {"Cc", "Cs"})


def refuse_hidden_characters(value: str) -> None:
    """For a text of several lines, which may be pasted from anywhere. Raises ValidationError for a character that no XML can
    hold, as a vertical tab, and for one that turns the direction of what follows.
    """
    for number, line in enumerate(value.replace("\r\n", "\n").split("\n"), start=1):
        at = next((place for place, char in enumerate(line) if _is_hidden(char)), None)
        if at is not None:
            before = "".join(char for char in line[:at] if not _is_hidden(char))[-30:].strip()
            where = f"after “{before}”" if before else "at its beginning"
            raise ValidationError(
                f"Line {number} contains an invisible character {where}. Delete it, or type that place again.",
                code="control_character",
            )


def without_hidden_characters(value: str) -> str:
    """For XML and calendar files, whatever was stored: one such character would make all of the file unreadable."""
    return "".join(char for char in value if not _is_hidden(char))


def as_one_line(value: str) -> str:
    """For a header of a letter, whatever was stored: a line break would keep every letter."""
    return " ".join(without_hidden_characters(value).split())
