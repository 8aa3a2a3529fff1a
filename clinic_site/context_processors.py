"""The clinic's facts on every page: name, address, hours, placeholders. Read at most once per page, when a template uses them."""

from datetime import timedelta
from functools import cached_property

from django.conf import settings
from django.utils import timezone

from clinic_site import clinic_name
from consults import hours_text, policy_facts
from consults.posted_hours import read_posted_hours, special_notes
from consults.structured_data import opening_hours_markup
from pages import facts
from pages.first_step import FirstStep, first_step
from pages.models import Clinic

# How far ahead special days are shown: the longest horizon that the policy allows.
DAYS_AHEAD = timedelta(days=366)


class SiteFacts:
    """Lazy: a page that shows no hours runs no query for them."""

    def __init__(self, request=None) -> None:
        self._request = request

    @cached_property
    def clinic(self) -> Clinic:
        clinic = facts.clinic_of(self._request) if self._request else facts.read_clinic()
        clinic_name.remember(clinic)
        return clinic

    @cached_property
    def now(self):
        return timezone.now()

    @cached_property
    def today(self):
        return self.now.astimezone(self.clinic.zone).date()

    @property
    def announcement(self) -> str:
        return self.clinic.announcement_at(self.now)

    @property
    def year(self) -> int:
        return self.today.year

    @cached_property
    def placeholders(self) -> dict[str, str]:
        """The value of every placeholder that a text may have."""
        return facts.placeholder_values(self.clinic) | policy_facts.placeholder_values(self.clinic)

    @cached_property
    def plain_placeholders(self) -> dict[str, str]:
        """The value of every placeholder that plain text may have."""
        return facts.plain_values(self.clinic)

    @property
    def first_step(self) -> FirstStep:
        """What a consult commits one to."""
        return first_step(self.clinic, length=self.placeholders["consult_length"])

    @cached_property
    def _posted(self):
        return read_posted_hours(self.clinic, since=self.today)

    @cached_property
    def hours(self) -> list[dict[str, str]]:
        return hours_text.weekly_hours(self._posted)

    @cached_property
    def special_days(self) -> list[dict[str, str]]:
        if not self._posted.special:
            return []
        notes = special_notes(since=self.today)
        return hours_text.special_days(self._posted, notes, today=self.today, until=self.today + DAYS_AHEAD)

    @cached_property
    def week(self) -> list[dict[str, str]]:
        return hours_text.week_windows(self._posted)

    def opening_hours(self) -> dict:
        """The hours as schema.org properties of the clinic."""
        return opening_hours_markup(self._posted, today=self.today, until=self.today + DAYS_AHEAD)


def site(request) -> dict:
    """Context processor: `site`, and the canonical URL of the page.

    The facts are also available as `site_facts`, because Django's login page has another `site`.
    """
    site_facts = SiteFacts(request)
    return {"site": site_facts, "site_facts": site_facts, "canonical": settings.PUBLIC_URL + request.path}
