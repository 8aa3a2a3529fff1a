"""Reads sentences from standard input, one a line, and tells for each whether it promises too much."""

import sys
from collections.abc import Iterable, Iterator

from django.core.management.base import BaseCommand

from content.claims import claims_in_turn


class Command(BaseCommand):
    help = "Writes caught or fine, a tab and the sentence for each line of standard input, in order."
    requires_system_checks = ()

    def handle(self, **options) -> None:
        for line in judged(sys.stdin.buffer):
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


def judged(lines: Iterable[bytes]) -> Iterator[bytes]:
    """A line for each line, which keeps its bytes whatever they are."""
    for line in lines:
        sentence = line.rstrip(b"\r\n")
        is_caught = next(claims_in_turn(sentence.decode("utf-8", "replace")), None) is not None
        yield (b"caught" if is_caught else b"fine") + b"\t" + sentence + b"\n"
