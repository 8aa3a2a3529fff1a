"""Published questions whose words are much like those of another: the FAQs should not answer one thing twice."""

from collections import Counter

from .models import Clinic, Question
from .supply import Wanted, everything

MOST_SHOWN = 3
_SHORTEST = 4
# A word of more titles than this ("ketamine", "treatment") tells nothing about what is asked.
_MOST_TITLES = 4


def facts_asked_about(question: str) -> list[Wanted]:
    """The clinic's facts whose own name has a word of the question: each is typed once, for all that prints it."""
    asked = _words(question)
    labels = {field.name: str(field.verbose_name) for field in Clinic._meta.fields}
    return [one for one in everything() if one.shown and asked & _words(labels.get(one.fact, ""))]


def similar_questions(asked: Question) -> list[Question]:
    """Those that share the most telling words with it, at most three. One query."""
    others = list(Question.objects.published().exclude(pk=asked.pk).only("pk", "question", "slug", "answer"))
    words = {other.pk: _words(other.question) for other in others}
    titles = Counter(word for found in words.values() for word in found)
    telling = {word for word in _words(asked.question) if titles[word] <= _MOST_TITLES}
    shared = [(len(telling & words[other.pk]), other) for other in others]
    best = sorted((pair for pair in shared if pair[0]), key=lambda pair: -pair[0])
    return [other for _, other in best[:MOST_SHOWN]]


def _words(question: str) -> set[str]:
    """Its words of some length, without a plural's s."""
    letters = "".join(char if char.isalnum() else " " for char in question.casefold())
    return {word.removesuffix("s") for word in letters.split() if len(word) >= _SHORTEST} - _EVERYWHERE


_EVERYWHERE = {"what", "when", "where", "which", "will", "with", "does", "have", "that", "thi", "there", "your", "from", "they"}
_EVERYWHERE |= {"about", "could", "should", "would", "after", "before", "into", "some", "much", "many", "then", "than", "want"}
