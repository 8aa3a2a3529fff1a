"""Prelaunch checks of consults: hours are posted, holidays answered, and the clinic has confirmed its promises."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from content.editing.paths import edit_path
from content.prelaunch import Blocker, register
from pages.models import Clinic

from .holiday_questions import open_questions, unknown_place
from .listings import read_state
from .models import ConsultPolicy, OpeningHours


@register
def hours_are_posted(*, now: datetime) -> Iterator[Blocker]:
    if not OpeningHours.objects.exists():
        yield Blocker("Clinic facts", "No opening hours are posted.", reverse("admin:consults_openinghours_changelist"))


@register
def promises_are_confirmed(*, now: datetime) -> Iterator[Blocker]:
    clinic, policy = Clinic.objects.current(), ConsultPolicy.objects.current()
    if clinic.confirmed_answer_days != policy.answer_open_days:
        what = f"Not confirmed: an answer within {policy.answer_open_days} open days."
        yield Blocker("Promises", what, edit_path(clinic))
    if clinic.confirmed_erase_days != policy.erase_after_days:
        what = f"Not confirmed: requests are erased after {policy.erase_after_days} days."
        yield Blocker("Promises", what, edit_path(clinic))


@register
def listings_are_up_to_date(*, now: datetime) -> Iterator[Blocker]:
    """Those that were checked once. Which ones a clinic has is its own choice."""
    today = Clinic.objects.current().local_date(now)
    for name, changed in read_state().outdated(today=today).items():
        what = f"{name} was checked before this changed: {', '.join(changed)}."
        yield Blocker("Listings", what, reverse("admin:consults_listing_changelist"))


@register
def holidays_are_answered(*, now: datetime) -> Iterator[Blocker]:
    if what := unknown_place(now=now):
        yield Blocker("Holidays", f"Public holidays are not known for the {what}.", edit_path(Clinic.objects.current()))
    for question in open_questions(now=now):
        yield Blocker("Holidays", question.text, reverse("admin:index"))
