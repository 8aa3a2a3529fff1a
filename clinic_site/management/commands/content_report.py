"""Prints how long and how hard to read every text is and when it was last read; what is due to be checked again; dead ends."""

from dataclasses import dataclass
from datetime import date

from django.core.management.base import BaseCommand
from django.utils import timezone

from content.citations import cited_in, unused_references
from content.due import find_due
from content.links import Links
from content.models import ReviewedText, Text, kinds
from content.readability import Readability
from content.reading_limits import measured, too_much
from pages.models import Clinic


@dataclass(frozen=True)
class Row:
    """One line of the report. `read_on`: when somebody last changed or reviewed the text, None if that is not known.

    `too_much`: what is above its limit.
    """

    path: str
    measured: Readability
    sources: int
    read_on: date | None
    too_much: list[str]


class Command(BaseCommand):
    help = (
        "List words, reading grades (Flesch-Kincaid and SMOG), sources and last reading of every text, texts to check again, "
        "unused references, broken links. Exit status 1 while a text is longer or harder to read than it may be."
    )

    def handle(self, *args, **options):
        now = timezone.now()
        rows = [_row(text) for text in _public()]
        self.stdout.write("words  grade  SMOG  sources  last read   text")
        for row in rows:
            size, read_on = row.measured, row.read_on or "-"
            self.stdout.write(f"{size.words:5}  {size.grade:5.1f}  {size.smog:4.1f}  {row.sources:7}  {read_on!s:10}  {row.path}")
        self._list("To check again", [f"{row.due}: {row.what}" for row in find_due(today=_today(now))])
        self._list("References that no text cites", [reference.key for reference in unused_references()])
        self._list("Broken links", _broken(Links(at=now)))
        above = [f"{row.path}: {what}" for row in rows for what in row.too_much]
        self._list("Above the limit", above)
        if above:
            raise SystemExit(1)

    def _list(self, heading: str, lines: list[str]) -> None:
        self.stdout.write(f"\n{heading}: {len(lines) or 'none'}")
        for line in lines:
            self.stdout.write(f"  {line}")


def _today(now):
    return now.astimezone(Clinic.objects.current().zone).date()


def _row(text: Text) -> Row:
    """A text that shares a page counts with it, so the FAQs have all answers, and separately too if it has its own path."""
    path, size = text.get_absolute_url(), measured(text)
    if not isinstance(text, ReviewedText):
        return Row(path, size, len(cited_in([text])), getattr(text, "updated_on", None), [])
    read_on = max(filter(None, (text.updated_on, text.reviewed_on)))
    return Row(path, size, len(cited_in([text, *text.shown_with()])), read_on, too_much(text, size))


def _broken(links: Links) -> list[str]:
    return [f"{text.get_absolute_url()} ({text}): {href}" for text in _public() for href in links.broken(text)]


def _public() -> list[Text]:
    return [text for kind in kinds() for text in kind.objects.all() if text.is_published]
