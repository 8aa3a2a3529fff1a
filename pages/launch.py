"""What stands between the site and its launch: for `manage.py prelaunch` and the admin's page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.urls import reverse

from consults.models import ConsultPolicy, OpeningHours
from content.citations import cited_keys
from content.editing.address import edit_path
from content.files import read_content_files
from content.links import Links
from content.medical_review import awaiting_review
from content.models import Reference, Text, kinds
from content.publishing import claims_in, problems

from .models import Clinic, Page, Provider, Question

_NOT_FACTS = {"announcement", "announcement_until", "privacy_notice_url", "confirmed_answer_days", "confirmed_erase_days"}


@dataclass(frozen=True)
class Blocker:
    """`group`: its heading. `where`: a path of the admin, or the name of a setting."""

    group: str
    what: str
    where: str


def blockers(*, now: datetime) -> list[Blocker]:
    """Everything that is unset, unconfirmed, unreviewed, unverified or broken, in the order to work through it."""
    public = [row for row in _texts() if row.is_published]
    return [
        *_settings(),
        *_clinic_facts(),
        *_promises(),
        *_legal(),
        *_unanswered(),
        *_reviews(),
        *_references(public),
        *_problems(public, now),
    ]


def unused_references() -> list[Reference]:
    """Sources that no text cites. They block nothing."""
    return list(Reference.objects.exclude(key__in=_cited(_texts())))


def _texts() -> list[Text]:
    return [row for kind in kinds() for row in kind.objects.all()]


def _cited(rows: list[Text]) -> set[str]:
    return set(cited_keys(*(text for row in rows for text in row.texts().values())))


def _settings() -> Iterator[Blocker]:
    if not settings.PUBLIC.is_https:
        yield Blocker("Settings", "The site's address is not https.", "PUBLIC_URL")
    if not settings.STAFF_INBOX:
        yield Blocker("Settings", "Nobody is told of new requests.", "STAFF_INBOX")
    if "smtp" not in settings.EMAIL_BACKEND:
        yield Blocker("Settings", "Mail is written to files and reaches nobody.", "EMAIL_URL")


def _clinic_facts() -> Iterator[Blocker]:
    clinic = Clinic.objects.current()
    form = reverse("admin:pages_clinic_change", args=[1])
    for field in Clinic._meta.fields:
        if field.null and field.name not in _NOT_FACTS and not getattr(clinic, field.name):
            yield Blocker("Clinic facts", f"Not set: {field.verbose_name}.", form)
    if not Provider.objects.published().exists():
        yield Blocker("Clinic facts", "No provider is shown.", reverse("admin:pages_provider_changelist"))
    if not OpeningHours.objects.exists():
        yield Blocker("Clinic facts", "No opening hours are posted.", reverse("admin:consults_openinghours_changelist"))


def _promises() -> Iterator[Blocker]:
    clinic, policy = Clinic.objects.current(), ConsultPolicy.objects.current()
    form = reverse("admin:pages_clinic_change", args=[1])
    if clinic.confirmed_answer_days != policy.answer_open_days:
        yield Blocker("Promises", f"Not confirmed: an answer within {policy.answer_open_days} open days.", form)
    if clinic.confirmed_erase_days != policy.erase_after_days:
        yield Blocker("Promises", f"Not confirmed: requests are erased after {policy.erase_after_days} days.", form)


def _legal() -> Iterator[Blocker]:
    if not Clinic.objects.current().privacy_notice_url:
        form = reverse("admin:pages_clinic_change", args=[1])
        yield Blocker("Legal", "Not set: the address of the Notice of Privacy Practices.", form)
    present = set(Page.objects.values_list("key", flat=True))
    for file in read_content_files(Path(apps.get_app_config("pages").path) / "content" / "pages"):
        if file.name not in present:
            yield Blocker("Legal", f"Missing: the page “{file.facts['title']}”.", "manage.py load_content")


def _unanswered() -> Iterator[Blocker]:
    for question in Question.objects.published().filter(clinic_must_answer=True):
        yield Blocker("Questions", f"Part of the answer is the clinic's to give: “{question}”", edit_path(question))


def _reviews() -> Iterator[Blocker]:
    for row in awaiting_review():
        yield Blocker("Medical review", f"Pending: {row._meta.verbose_name} “{row}”.", edit_path(row))


def _references(public: list[Text]) -> Iterator[Blocker]:
    for reference in Reference.objects.filter(key__in=_cited(public)):
        if not reference.link:
            yield Blocker("References", f"{reference.key} has no DOI, PMID or address.", edit_path(reference))
        if not (reference.verified and reference.last_checked):
            missing = "how it was verified" if not reference.verified else "when it was last checked"
            yield Blocker("References", f"{reference.key} does not say {missing}.", edit_path(reference))


def _problems(public: list[Text], now: datetime) -> Iterator[Blocker]:
    links = Links(at=now)
    for row in public:
        for problem in problems(row, at=now, links=links):
            yield Blocker("Texts", f"{row._meta.verbose_name} “{row}”: {problem.message}", edit_path(row))
        for _, hit in claims_in(row):
            why = row.claims_justification or "no justification is written down"
            yield Blocker("Texts", f"{row._meta.verbose_name} “{row}” says “{hit.quote}” ({why}).", edit_path(row))
