"""Prints how long and how hard to read every text is and when it was last read; what is due to be checked again; dead ends."""

from dataclasses import dataclass
from datetime import date

from django.core.management.base import BaseCommand
from django.utils import timezone

from content.citations import cited_in, unused_references
from content.due import find_due
from content.links import Links
from content.models import ReviewedText, Text, kinds
from content.readability import Readability, measure
from pages.models import Clinic

# A page may not be harder than this; a single answer is too short to be held to it, all of them together are not.
_GRADE = 8.0
# Pages for a tired reader are short too, and held to the measure that health care uses.
_SHORT_PAGES = (
    *("/deciding/", "/treatment-day/", "/medicines-and-conditions/", "/how-we-write/"),
    *("/for-clinicians/", "/for-family/", "/cost/"),
)
_WORDS, _SMOG = 900, 9.0


@dataclass(frozen=True)
class Row:
    """One line of the report. `read_on`: when somebody last changed or reviewed the text, None if that is not known."""

    path: str
    measured: Readability
    sources: int
    read_on: date | None
    is_page: bool

    @property
    def too_much(self) -> list[str]:
        """What is above its limit."""
        found = []
        if self.is_page and self.measured.grade > _GRADE:
            found.append(f"grade {self.measured.grade}, at most {_GRADE}")
        if self.path in _SHORT_PAGES and self.measured.smog > _SMOG:
            found.append(f"SMOG {self.measured.smog}, at most {_SMOG}")
        if self.path in _SHORT_PAGES and self.measured.words > _WORDS:
            found.append(f"{self.measured.words} words, at most {_WORDS}")
        return found


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
    path = text.get_absolute_url()
    if not isinstance(text, ReviewedText):
        return Row(path, measure(text.html), len(cited_in([text])), getattr(text, "updated_on", None), is_page=False)
    shown = text.shown_with()
    prose = [f"<p>{part}</p>" for part in text.search_texts()] + [f"<p>{row}</p>{row.html}" for row in shown]
    read_on = max(filter(None, (text.updated_on, text.reviewed_on)))
    return Row(path, measure("".join(prose)), len(cited_in([text, *shown])), read_on, is_page=True)


def _broken(links: Links) -> list[str]:
    return [f"{text.get_absolute_url()} ({text}): {href}" for text in _public() for href in links.broken(text)]


def _public() -> list[Text]:
    return [text for kind in kinds() for text in kind.objects.all() if text.is_published]
