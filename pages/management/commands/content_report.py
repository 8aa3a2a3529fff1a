"""Prints how long and how hard to read every text is, what is due to be read again, and sources nobody cites."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from blog.links import Links, html_of, path_of
from blog.models import Article
from blog.publishing import is_public
from blog.readability import readability
from pages.launch import unused_references
from pages.models import Clinic, Page, Question
from pages.review import stale_content


class Command(BaseCommand):
    help = "Words and reading grade (Flesch-Kincaid) of every text, texts to read again, unused references, broken links."

    def handle(self, *args, **options):
        now = timezone.now()
        self.stdout.write("words  grade  text")
        for name, rendered in _texts():
            measured = readability(rendered)
            self.stdout.write(f"{measured.words:5}  {measured.grade:5.1f}  {name}")
        self._list("To read again", [f"{row.due}: {row.what}" for row in stale_content(today=_today(now))])
        self._list("References that no text cites", [reference.key for reference in unused_references()])
        self._list("Links that lead nowhere", _broken(Links(at=now)))

    def _list(self, heading: str, lines: list[str]) -> None:
        self.stdout.write(f"\n{heading}: {len(lines) or 'none'}")
        for line in lines:
            self.stdout.write(f"  {line}")


def _today(now):
    return now.astimezone(Clinic.objects.current().zone).date()


def _texts():
    """(name, HTML). The questions count as the one page they are read on, and each by itself."""
    for row in [*Page.objects.order_by("key"), *Article.objects.all()]:
        shown = f"<p>{getattr(row, 'lede', '')}</p>{html_of(row)}"
        if isinstance(row, Page) and row.key == Page.Key.FAQS:
            shown += "".join(f"<p>{question}</p>{question.answer_html}" for question in Question.objects.published())
        yield path_of(row), shown
    for question in Question.objects.published():
        yield f"/faqs/#{question.slug}", question.answer_html


def _broken(links: Links) -> list[str]:
    rows = [*Page.objects.all(), *Question.objects.all(), *Article.objects.all()]
    return [f"{path_of(row)} ({row}): {href}" for row in rows if is_public(row) for href in links.broken(row)]
