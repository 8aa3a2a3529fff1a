"""The pages, questions and articles that a site begins with: those that ship, and over them those of the clinic's folder.

A file of the folder replaces the one of the same name, or adds a text.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings

from blog.models import Article
from content.files import ContentFile, UnreadableContent, read_content_files
from content.sync import Report, sync_rows
from pages.models import Page, Question

# The words of the folder's file -> the field of the home page that says them.
_ON_HOME = {"headline": "title", "lede": "lede", "tagline": "eyebrow"}


def load_texts(report: Report, *, zone: ZoneInfo) -> None:
    """Raises UnreadableContent."""
    sync_rows(Page, "key", _records(_page, "pages", "pages"), report=report)
    questions = list(_records(_question, "pages", "questions"))
    _refuse_one_slug_twice(questions)
    sync_rows(Question, "slug", questions, report=report)
    sync_rows(Article, "slug", _records(lambda file: _article(file, zone), "blog", "articles"), report=report)


def _records(read: Callable[[ContentFile], dict], app: str, folder: str) -> Iterator[dict]:
    shipped = Path(apps.get_app_config(app).path) / "content" / folder
    files = {file.name: file for place in (shipped, settings.CLINIC_FOLDER.path / folder) for file in read_content_files(place)}
    for name in sorted(files):
        try:
            yield read(files[name])
        except KeyError as error:
            raise UnreadableContent(f"{folder}/{name}.md: {error.args[0]} is missing between the +++ lines") from error
        except (TypeError, ValueError) as error:
            raise UnreadableContent(f"{folder}/{name}.md: {error}") from error


def _refuse_one_slug_twice(questions: list[dict]) -> None:
    seen = set()
    for question in questions:
        if question["slug"] in seen:
            raise UnreadableContent(
                f"questions/: two files have the slug {question['slug']}; a file replaces the one of its name"
            )
        seen.add(question["slug"])


def _page(file: ContentFile) -> dict:
    names = ("title", "browser_title", "description", "lede")
    page = {
        "key": file.name,
        **{name: file.facts[name] for name in names},
        **{name: file.facts.get(name, "") for name in ("name", "eyebrow", "in_short", "sheet")},
        "medical": file.facts["medical"],
        "updated_on": file.facts["updated"],
        "body": file.body,
    }
    if file.name == Page.HOME:
        page |= {_ON_HOME[word]: text for word, text in settings.CLINIC_FOLDER.words.items()}
    return page


def _question(file: ContentFile) -> dict:
    number, _, _ = file.name.partition("-")
    if not number.isdecimal():
        raise ValueError("the name must begin with a number, which is its place among the questions, like 415-parking.md")
    return {
        "slug": file.facts["slug"],
        "group": file.facts["group"],
        "question": file.facts["question"],
        "answer": file.body,
        "also_asked": file.facts.get("also_asked", ""),
        "position": int(number),
        "on_home": file.facts.get("on_home", False),
        "medical": file.facts.get("medical", False),
        "clinic_must_answer": file.facts.get("clinic_must_answer", False),
        "updated_on": file.facts.get("updated"),
    }


def _article(file: ContentFile, zone: ZoneInfo) -> dict:
    return {
        "slug": file.name,
        **{name: file.facts[name] for name in ("title", "subtitle", "browser_title", "description", "summary", "change_note")},
        "published_at": datetime.combine(file.facts["published"], time(), zone),
        "updated_on": file.facts["updated"],
        "body": file.body,
    }
