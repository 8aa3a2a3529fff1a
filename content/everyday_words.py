"""What people type, put into the words of the site: “hypertension” is searched for as “blood pressure is high”.

`everyday_words.toml` holds them, for words that no single text could carry as its own, and `everyday_sentences.toml` the whole
sentences, whose small words tell what is asked, and parts of sentences. A text's own other words are its `search_words`.
"""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

from .files import read_toml
from .query_words import asks_something, plain, without_accents, words_of

_FILE = Path(__file__).with_name("everyday_words.toml")
_SENTENCES_FILE = Path(__file__).with_name("everyday_sentences.toml")


@cache
def everyday_words() -> dict[str, dict[str, str]]:
    """For “alone” and “anywhere”: what people type, in small letters -> the words that are searched for instead."""
    return {where: {typed: words for words, many in table.items() for typed in many} for where, table in read_toml(_FILE).items()}


@cache
def _alone() -> dict[tuple[str, ...], str]:
    return {tuple(words_of(typed)): words for typed, words in everyday_words()["alone"].items()}


def _alone_or(typed: str, otherwise: str = "") -> str:
    return _alone().get(tuple(words_of(typed))) or otherwise or typed


@cache
def _anywhere() -> re.Pattern:
    # By the first letter, so that few are tried at each word; of these, the longest first.
    rests = defaultdict(list)
    for phrase in sorted(everyday_words()["anywhere"], key=len, reverse=True):
        rests[phrase[0]].append(re.escape(phrase[1:]))
    return re.compile(r"\b(?:" + "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in rests.items()) + r")\b")


@cache
def everyday_patterns() -> dict[str, dict[re.Pattern, str]]:
    """For “sentences”, “mentions” and “parts”: what a query may say -> the words that are searched for instead."""
    read = read_toml(_SENTENCES_FILE)
    stands_for = read.pop("stands_for")
    meant = re.compile(r"\b(?:" + "|".join(map(re.escape, stands_for)) + r")\b")

    def pattern(any_of: list[str]) -> re.Pattern:
        return re.compile(meant.sub(lambda match: f"(?:{stands_for[match[0]]})", rf"\b(?:{'|'.join(any_of)})\b"))

    return {where: {pattern(many): words for words, many in table.items()} for where, table in read.items()}


def in_words_of_the_site(query: str) -> str:
    """The query with each everyday word or phrase replaced; a semicolon parts questions that are asked together.

    Once: what is put in is not looked up again, except that parts are cut out of what results.
    """
    typed = without_accents(plain(query))
    patterns = everyday_patterns()
    if whole := next((words for sentence, words in patterns["sentences"].items() if sentence.fullmatch(typed)), ""):
        return whole
    if whole := next((words for mention, words in patterns["mentions"].items() if mention.search(typed)), ""):
        return whole
    table = everyday_words()["anywhere"]
    replaced, how_many = _anywhere().subn(lambda match: table[match[0]], typed)
    for part, besides in patterns["parts"].items():
        if (found := part.search(replaced)) is not None:
            rest = f"{replaced[: found.start()]} {replaced[found.end() :]}"
            return f"{_alone_or(rest)}; {besides}" if asks_something(rest) else besides
    return _alone_or(typed, replaced if how_many else plain(query))
