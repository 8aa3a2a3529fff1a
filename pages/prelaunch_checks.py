"""Prelaunch checks of the clinic's facts, profiles, legal pages and questions."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from django.db import models
from django.urls import reverse

from content.claims import find_claims
from content.editing.paths import edit_path
from content.files import read_content_files
from content.links import Links
from content.prelaunch import Blocker, register

from .models import Clinic, OldAddress, Page, Provider, Question
from .models.old_address import is_for_all, normalized
from .naming import IN_LETTERS, names_treatment, word_that_tells
from .supply import PEOPLE, read_supply

SHIPPED_PAGES = Path(__file__).parent / "content" / "pages"
# Asked for with more words below.
_ASKED_BELOW = {"privacy_notice_url"}
# What counsel confirms on one day, in `confirmed_privacy_on`: no check of the site can see it.
_FOR_COUNSEL = (
    "whether HIPAA covers the clinic; if so, its agreements are signed before the first request: with the hosting and the mail"
    " provider, with who keeps backups elsewhere and with who else can open the server, and the privacy policy names them all",
    "the Notice of Privacy Practices says what 45 CFR 164.520 asks for since February 16, 2026, and the website shows it as"
    " prominently as 164.520(c)(3)(i) asks",
    "what hangs in the clinic: the notices of privacy practices, of health records (Minnesota Statutes 144.292, subdivision 4)"
    " and of good faith estimates (45 CFR 149.610)",
    "where visits are scheduled, the notice of good faith estimates is shown too, in the formats and languages that"
    " 45 CFR 149.610 asks for, and staff ask who uses insurance",
    "which parts of the Health Care Bill of Rights (Minnesota Statutes 144.651) bind the clinic, and how patients are told",
    "prices on the website include every fee that has to be paid (Minnesota Statutes 325D.44, subdivision 1a)",
    "its owners may own a clinic (the corporate practice of medicine: Isles Wellness v. Progressive Northern, Minn. 2005;"
    " Minnesota Statutes chapter 319B)",
    "the legal name is right, and the clinic's name is registered as an assumed name if it differs (Minnesota Statutes 333.01)",
)


@register
def facts_are_set(*, now: datetime) -> Iterator[Blocker]:
    for one in read_supply().missing:
        if one.fact in _ASKED_BELOW:
            continue
        label = "Worth adding" if one.optional else "Not set"
        what = "No provider is published." if one.fact == PEOPLE else f"{label}: {one.field.verbose_name}."
        where = f"{reverse('admin:pages_clinic_missing')}#{one.fact}"
        why = f"{one.why} Shown {one.where}."
        yield Blocker("Clinic facts", what, where, why=why, blocks=not one.optional)
    clinic = Clinic.objects.current()
    if not clinic.consult.is_clear:
        what = f"Does not name one way: how a consult takes place. {clinic.consult.reading}"
        yield Blocker("Clinic facts", what, edit_path(clinic))
    if names_treatment(clinic.name):
        what = f"The name “{clinic.name}” tells what a visit is about: mail and calendar entries show it."
        yield Blocker("Clinic facts", what, edit_path(clinic))
    labels = {field.name: str(field.verbose_name).capitalize() for field in Clinic._meta.concrete_fields}
    for name in IN_LETTERS:
        if word := word_that_tells(getattr(clinic, name) or ""):
            what = f"{labels[name]}: “{word}” tells what a visit is about, so letters leave the whole text out."
            yield Blocker("Clinic facts", what, edit_path(clinic))


@register
def profiles_can_be_checked(*, now: datetime) -> Iterator[Blocker]:
    for provider in Provider.objects.published().select_related("portrait"):
        for name, label in (("license_type", "license type"), ("license_number", "license number")):
            if not getattr(provider, name):
                yield Blocker("Providers", f"{provider}: not set: {label}.", edit_path(provider))
        if provider.portrait and not provider.portrait.alt.strip():
            yield Blocker("Providers", f"{provider}: the portrait has no alternative text.", edit_path(provider.portrait))


@register
def facts_promise_nothing(*, now: datetime) -> Iterator[Blocker]:
    clinic = Clinic.objects.current()
    texts = [field for field in Clinic._meta.concrete_fields if isinstance(field, models.TextField)]
    for field in texts:
        for hit in find_claims(getattr(clinic, field.name) or ""):
            yield Blocker("Clinic facts", f"{str(field.verbose_name).capitalize()}: says “{hit.quote}”.", edit_path(clinic))


@register
def legal_slots_are_filled(*, now: datetime) -> Iterator[Blocker]:
    clinic = Clinic.objects.current()
    if not clinic.privacy_notice_url:
        yield Blocker("Legal", "Not set: the URL of the Notice of Privacy Practices.", edit_path(clinic))
    if not clinic.confirmed_privacy_on:
        for what in _FOR_COUNSEL:
            yield Blocker("Legal", f"Not confirmed: {what}.", edit_path(clinic))
    if clinic.federal_funds:
        for name, rule in (("nondiscrimination_notice", "92.10"), ("language_notice", "92.11")):
            if not getattr(clinic, name):
                what = f"Not set: the {name.replace('_', ' ')} of 45 CFR {rule}, which is required with federal funds."
                yield Blocker("Legal", what, edit_path(clinic))


@register
def legal_pages_are_there(*, now: datetime) -> Iterator[Blocker]:
    for page in Page.objects.filter(key__in=Page.LEGAL, counsel_reviewed_on=None):
        yield Blocker("Legal", f"Not reviewed by counsel: the page “{page}”.", edit_path(page))
    present = set(Page.objects.values_list("key", flat=True))
    for file in read_content_files(SHIPPED_PAGES):
        if file.name not in present:
            yield Blocker("Legal", f"Missing: the page “{file.facts['title']}”.", "manage.py load_content")


@register
def old_addresses_lead_somewhere(*, now: datetime) -> Iterator[Blocker]:
    links = Links(at=now)
    for address in OldAddress.objects.all():
        what = f"The old address {address.old_path} leads to {address.new_path}"
        final = links.final(address.new_path)
        if not is_for_all(normalized(urlsplit(address.new_path).path)):
            yield Blocker("Texts", f"{what}, which is not a public page.", edit_path(address))
        elif not final:
            yield Blocker("Texts", f"{what}, which is not there.", edit_path(address))
        elif final != address.new_path:
            yield Blocker("Texts", f"{what}, which leads on to {final}. Enter that one.", edit_path(address), blocks=False)


@register
def questions_are_answered(*, now: datetime) -> Iterator[Blocker]:
    clinic = Clinic.objects.current()
    for question in Question.objects.published().filter(clinic_must_answer=True):
        if not question.is_answered(clinic):
            yield Blocker("Questions", f"Part of the answer has to come from the clinic: “{question}”", edit_path(question))
