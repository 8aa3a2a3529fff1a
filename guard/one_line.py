"""A text that is one line: in subjects, headers, labels and headings."""

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
