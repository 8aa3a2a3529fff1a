"""Whom a letter greets: a stranger may have typed the name."""

import re
import unicodedata

# A name as a person has it: letters, with a point, an apostrophe or a hyphen where names have them.
_NAME = re.compile(r"[^\W\d_]+\.?(?:['’-][^\W\d_]+\.?| [^\W\d_]+\.?){0,5}")
_LONGEST_GREETED = 40


def greeting_name(name: str, *, is_first: bool) -> str:
    """The name for the greeting; empty when it is long, or holds more than letters: nobody writes to others through our mail.

    A first letter, which may go to a stranger, greets with the first word alone, and with the next one after a title.
    """
    letters = "".join(char for char in name if not unicodedata.category(char).startswith("M"))
    is_greeted = len(name) <= _LONGEST_GREETED and _NAME.fullmatch(letters) and "www" not in letters.lower()
    if is_greeted and is_first:
        words = name.split()
        name = " ".join(words[: 2 if words[0].endswith(".") else 1])
    return name if is_greeted else ""
