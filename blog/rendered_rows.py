"""What saving content does to it: the one place that renders a row's Markdown, for the admin and for load_content."""

from pages.models import Page, Provider, Question, RenderedText

from .rendering import render


def fill_rendered(row) -> None:
    """Sets the HTML fields of a page, article, question or provider from its Markdown. Other rows have none."""
    if isinstance(row, RenderedText):
        rendered = render(row.body)
        row.body_html, row.contents = rendered.html, rendered.contents
    if isinstance(row, Page):
        row.in_short_html = render(row.in_short).html
    if isinstance(row, Question):
        row.answer_html = render(row.answer).html
    if isinstance(row, Provider):
        row.bio_html = render(row.bio).html
