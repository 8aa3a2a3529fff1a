"""What people type, put into the words of the site: “hypertension” is searched for as “blood pressure is high”.

`everyday_words.toml` holds them, for words that no single text could carry as its own. A text's own other words are its
`search_words`.
"""

import re
from functools import cache
from pathlib import Path

from .files import read_toml
from .query_words import plain, words_of

_FILE = Path(__file__).with_name("everyday_words.toml")


@cache
def everyday_words() -> dict[str, dict[str, str]]:
    """For “alone” and “anywhere”: what people type, in small letters -> the words that are searched for instead."""
    return {where: {typed: words for words, many in table.items() for typed in many} for where, table in read_toml(_FILE).items()}


@cache
def _alone() -> dict[tuple[str, ...], str]:
    return {tuple(words_of(typed)): words for typed, words in everyday_words()["alone"].items()}


@cache
def _anywhere() -> re.Pattern:
    longest_first = sorted(map(re.escape, everyday_words()["anywhere"]), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest_first)})\b")


def in_words_of_the_site(query: str) -> str:
    """The query with each everyday word or phrase replaced. Once: what is put in is not looked up again."""
    if whole := _alone().get(tuple(words_of(query))):
        return whole
    table = everyday_words()["anywhere"]
    return _anywhere().sub(lambda match: table[match[0]], plain(query))
