"""Prelaunch checks of the clinic's facts, legal pages and questions."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.urls import reverse

from content.editing.paths import edit_path
from content.files import read_content_files
from content.prelaunch import Blocker, register

from .models import Clinic, Page, Provider, Question

SHIPPED_PAGES = Path(__file__).parent / "content" / "pages"
_NOT_FACTS = {"announcement", "announcement_until", "privacy_notice_url", "confirmed_answer_days", "confirmed_erase_days"}


@register
def facts_are_set(*, now: datetime) -> Iterator[Blocker]:
    clinic = Clinic.objects.current()
    for field in Clinic._meta.fields:
        if field.null and field.name not in _NOT_FACTS and not getattr(clinic, field.name):
            yield Blocker("Clinic facts", f"Not set: {field.verbose_name}.", edit_path(clinic))
    if not Provider.objects.published().exists():
        yield Blocker("Clinic facts", "No provider is published.", reverse("admin:pages_provider_changelist"))


@register
def legal_pages_are_there(*, now: datetime) -> Iterator[Blocker]:
    clinic = Clinic.objects.current()
    if not clinic.privacy_notice_url:
        yield Blocker("Legal", "Not set: the URL of the Notice of Privacy Practices.", edit_path(clinic))
    present = set(Page.objects.values_list("key", flat=True))
    for file in read_content_files(SHIPPED_PAGES):
        if file.name not in present:
            yield Blocker("Legal", f"Missing: the page “{file.facts['title']}”.", "manage.py load_content")


@register
def questions_are_answered(*, now: datetime) -> Iterator[Blocker]:
    for question in Question.objects.published().filter(clinic_must_answer=True):
        yield Blocker("Questions", f"Part of the answer has to come from the clinic: “{question}”", edit_path(question))
