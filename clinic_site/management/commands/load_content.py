"""Loads the starting content that ships with the site. Safe to run again: see `content.sync`."""

import hashlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from clinic_site import whose_folder
from clinic_site.clinic_folder import MARK_FILE
from clinic_site.starting_facts import load_facts, load_hours
from clinic_site.starting_texts import load_texts
from consults.conflicts import find_conflicts
from consults.desk.place_guard import InLetters, in_letters
from consults.models import ConsultRequest, Listing, PrintedSheet, Reason, ReferralSource
from content import markdown, search_index
from content.files import UnreadableContent, read_toml
from content.links import Links
from content.models import LoadedContent, PublicContent, Reference, kinds
from content.publishing import broken_links, wrong_figures
from content.sync import Report, sync_rows
from pages.models import Clinic, OldAddress


class Command(BaseCommand):
    help = "Load the pages, questions, articles and references that ship, and the facts and hours of the clinic's folder."

    def add_arguments(self, parser):
        told = "load the folder of another clinic than before, or the clinic that ships after a folder of its own"
        parser.add_argument(f"--{whose_folder.MEANT}", action="store_true", dest="is_meant", help=told)

    def handle(self, *args, verbosity: int, is_meant: bool = False, **options):
        report, told = Report(), in_letters()
        try:
            with transaction.atomic():
                if not is_meant:
                    whose_folder.refuse_another_clinic()
                _load(report)
                whose_folder.remember()
        except (UnreadableContent, ValidationError, KeyError) as error:
            raise CommandError(f"The content could not be loaded; nothing was changed: {error}") from error
        for line in (*report.told, *_broken_links(), *_told_otherwise(told), *_left_outside(report), *_left_out_of_the_mark()):
            self.stderr.write(line)
        if verbosity:
            for done in ("created", "updated", "removed"):
                self.stdout.write(f"{done}: {len(getattr(report, done))}")
        for label in report.kept:
            self.stdout.write(f"edited here, left alone: {label}")


def _load(report: Report) -> None:
    _render_again_when_the_renderer_changed()
    load_facts(report, now=timezone.now())
    references = read_toml(Path(apps.get_app_config("content").path) / "references.toml")["reference"]
    sync_rows(Reference, "key", map(_reference, references), report=report)
    load_texts(report, zone=Clinic.objects.current().zone)
    reasons = read_toml(_content("consults") / "reasons.toml")["reason"]
    sync_rows(Reason, "code", reasons, report=report)
    sources = read_toml(_content("consults") / "referral_sources.toml")["source"]
    sync_rows(ReferralSource, "code", sources, report=report)
    sheets = read_toml(_content("consults") / "printed_sheets.toml")["sheet"]
    sync_rows(PrintedSheet, "code", sheets, report=report)
    listings = read_toml(_content("consults") / "listings.toml")["listing"]
    sync_rows(Listing, "name", listings, report=report)
    addresses = read_toml(_content("pages") / "old_addresses.toml")["address"]
    sync_rows(OldAddress, "old_path", addresses, report=report)
    load_hours(report)
    _begin_histories()
    _refuse_wrong_figures()
    search_index.fill()


def _content(app: str) -> Path:
    return Path(apps.get_app_config(app).path) / "content"


def _reference(facts: dict) -> dict:
    optional = {
        "authors": "",
        "journal": "",
        "details": "",
        "doi": "",
        "pmid": "",
        "url": "",
        "verified": "",
        "year": None,
        "last_checked": None,
    }
    return optional | facts


def _render_again_when_the_renderer_changed() -> None:
    libraries = [f"{name} {version(name)}" for name in ("markdown-it-py", "mdit-py-plugins", "nh3")]
    digest = hashlib.sha256(markdown.SOURCE + "\n".join(libraries).encode()).hexdigest()
    _, is_new = LoadedContent.objects.get_or_create(kind="content.markdown", key=digest[:12], defaults={"digest": digest})
    if not is_new:
        return
    LoadedContent.objects.filter(kind="content.markdown").exclude(digest=digest).delete()
    for kind in kinds():
        for row in kind.objects.all():
            row.render()
            row.skip_history_when_saving = True
            row.save()


def _refuse_wrong_figures() -> None:
    """After everything else, because a new file of figures comes with the texts that refer to it. Edited texts count too."""
    for kind in kinds():
        for row in kind.objects.all():
            for problem in wrong_figures(row):
                raise UnreadableContent(f"{kind._meta.verbose_name} “{row}”, {problem.field}. {problem.message}")


def _broken_links() -> Iterator[str]:
    """Told, and loaded all the same: what staff took off the site must not keep it from starting."""
    now = timezone.now()
    links = Links(at=now)
    for kind in kinds():
        for row in kind.objects.all():
            for problem in broken_links(row, at=now, links=links) if row.is_published else []:
                yield f"{kind._meta.verbose_name} “{row}”, {problem.field}. {problem.message}"


def _told_otherwise(told: InLetters) -> Iterator[str]:
    """Whom staff have to tell after facts that nobody edited here followed their file. The desk asks before it changes them."""
    now = in_letters()
    changes = " and ".join(f"from “{getattr(told, name)}” to “{getattr(now, name)}”" for name in now.changed(told))
    ahead = ConsultRequest.objects.confirmed_ahead(now=timezone.now()) if changes else ConsultRequest.objects.none()
    if references := ", ".join(ahead.values_list("reference", flat=True)):
        yield f"the clinic's facts changed {changes}. Tell these people, whose letters say otherwise: {references}"


def _left_outside(report: Report) -> Iterator[str]:
    """Whom staff have to move after the week or the policy followed the folder. The desk asks before it changes them."""
    followed = [label for label in report.updated if label.startswith(("consults.openinghours", "consults.consultpolicy"))]
    conflicts = find_conflicts(now=timezone.now()) if followed else []
    if references := ", ".join(dict.fromkeys(conflict.request.reference for conflict in conflicts)):
        yield f"the posted hours or the policy changed. These visits do not fit them, and the desk lists them: {references}"


def _left_out_of_the_mark() -> Iterator[str]:
    mark = settings.CLINIC_FOLDER.mark
    if mark and mark.left_out:
        yield f"static/{MARK_FILE}: left out what a mark may not have: {', '.join(mark.left_out)}"


def _begin_histories() -> None:
    """Gives every row without a history its first version."""
    for model in apps.get_models():
        if not (issubclass(model, PublicContent) and hasattr(model, "history")):
            continue
        rows = list(model._default_manager.exclude(pk__in=model.history.values("id")))
        model.history.bulk_history_create(rows, default_change_reason="")
