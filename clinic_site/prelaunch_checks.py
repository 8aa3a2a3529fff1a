"""Prelaunch checks of the settings, of the folder that a clinic began with, and of what was only tried out."""

import re
from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from clinic_site.clinic_example import still_the_example
from clinic_site.demo import is_here
from content.editing.paths import edit_path
from content.models import kinds
from content.prelaunch import Blocker, register
from pages.models import Clinic
from pages.states import STATES

# Whose law and boards the texts that ship are about, and what tells one that is.
_STATE_OF_THE_TEXTS = "MN"
_TELLS = re.compile(r"\bMinnesota|\bmn\.gov\b")


@register
def settings_reach_people(*, now: datetime) -> Iterator[Blocker]:
    if not settings.PUBLIC.is_https:
        yield Blocker("Settings", "The site's URL is not https.", "PUBLIC_URL")
    if not settings.STAFF_INBOX:
        yield Blocker("Settings", "Nobody is notified of new requests.", "STAFF_INBOX")
    if "smtp" not in settings.MAILERS["default"]["BACKEND"]:
        yield Blocker("Settings", "Mail is written to files and reaches nobody.", "EMAIL_URL")


@register
def nothing_is_from_the_example(*, now: datetime) -> Iterator[Blocker]:
    clinic = Clinic.objects.current()
    for label in still_the_example(clinic):
        yield Blocker("Clinic facts", f"Still the example that start_clinic wrote: {label}.", edit_path(clinic))


@register
def texts_are_about_the_clinics_state(*, now: datetime) -> Iterator[Blocker]:
    if Clinic.objects.current().state == _STATE_OF_THE_TEXTS:
        return
    name = STATES[_STATE_OF_THE_TEXTS]
    for row in (row for kind in kinds() for row in kind.objects.all() if row.is_published):
        if any(_TELLS.search(text) for text in row.texts().values()):
            what = f"{row._meta.verbose_name} “{row}” is about the law or the boards of {name}, where the clinic is not."
            yield Blocker("Texts", what, edit_path(row))


@register
def nobody_is_invented(*, now: datetime) -> Iterator[Blocker]:
    if is_here():
        yield Blocker("Invented life", "load_demo filled this site: start again in an empty DATA_DIR.", "DATA_DIR")
