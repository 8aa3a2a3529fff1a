"""Prints the length and reading grade of every text, what is due to be checked again, unused references and broken links."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from content.citations import unused_references
from content.due import find_due
from content.links import Links
from content.models import ReviewedText, Text, kinds
from content.readability import measure
from pages.models import Clinic


class Command(BaseCommand):
    help = "List length and reading grade (Flesch-Kincaid) of every text, texts to check again, unused references, broken links."

    def handle(self, *args, **options):
        now = timezone.now()
        self.stdout.write("words  grade  text")
        for name, rendered in _texts():
            measured = measure(rendered)
            self.stdout.write(f"{measured.words:5}  {measured.grade:5.1f}  {name}")
        self._list("To check again", [f"{row.due}: {row.what}" for row in find_due(today=_today(now))])
        self._list("References that no text cites", [reference.key for reference in unused_references()])
        self._list("Broken links", _broken(Links(at=now)))

    def _list(self, heading: str, lines: list[str]) -> None:
        self.stdout.write(f"\n{heading}: {len(lines) or 'none'}")
        for line in lines:
            self.stdout.write(f"  {line}")


def _today(now):
    return now.astimezone(Clinic.objects.current().zone).date()


def _texts():
    """(path, HTML) of every text. A text that shares a page counts with it, and separately too if it has its own path."""
    for text in _public():
        if not isinstance(text, ReviewedText):
            yield text.get_absolute_url(), text.html
            continue
        shown = "".join(f"<p>{row}</p>{row.html}" for row in text.shown_with())
        yield text.get_absolute_url(), "".join(f"<p>{part}</p>" for part in text.search_texts()) + shown


def _broken(links: Links) -> list[str]:
    return [f"{text.get_absolute_url()} ({text}): {href}" for text in _public() for href in links.broken(text)]


def _public() -> list[Text]:
    return [text for kind in kinds() for text in kind.objects.all() if text.is_published]
