"""The desk as its walks need it: colleagues of each role, and an afternoon's requests."""

import json
from dataclasses import dataclass
from typing import NamedTuple

from playwright.sync_api import Page

from tests.browser.pages import REQUESTS
from tests.builders import PASSWORD
from tests.server import Site

# Who may do everything.
SUPERUSER = "alex"
COLLEAGUES = {"anna": "Front desk", "edda": "Editors", "olga": "Owners"}
_HIRE = """
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User
# Hashed once: that is most of what an account costs.
able = dict(password=make_password({password!r}), is_staff=True)
User.objects.create(username={superuser!r}, email="alex@clinic.example", is_superuser=True, **able)
for name, role in {colleagues}.items():
    User.objects.create(username=name, first_name=name.title(), **able).groups.add(Group.objects.get(name=role))
"""
# All but Hal's with a time, two weeks ahead so that the clock of the day makes no difference, each on a day of its own.
_AFTERNOON = """
import json
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from consults import booking, open_times
from consults.desk.earlier_times import free_starts
from consults.models import Person, Reason, SpecialHours
from pages.models import Clinic
now, clinic, olga = timezone.now(), Clinic.objects.current(), User.objects.get(username="olga")
offers = open_times.current_offers(now=now)
days = [offers.today + timedelta(days=number) for number in range(14, 40)]
starts = iter([starts[0] for day in days if (starts := offers.starts_on(day))])
made = {}
def ask(key, start, at=now, contact_by="email", **how):
    person = Person(f"{key.title()} Example", f"{key}@example.com", "507-555-0100", contact_by)
    made[key] = booking.submit_request(submission_key=key, starts_at=start, person=person, now=at, **how)
for key in ("ada", "ben", "cleo", "dan", "eve", "finn", "gail"):
    ask(key, next(starts), contact_by="phone" if key == "ben" else "email")
# Ten within an hour would be a rush.
for key in ("jan", "kim", "lou", "mia", "ned", "ora", "pam", "quin"):
    ask(key, next(starts), at=now - timedelta(hours=2), wants_earlier=key in ("ora", "quin"))
ask("hal", None)
ask("ivy", next(starts), looks_like_spam=lambda: True)
for key in ("kim", "ora", "pam"):
    booking.confirm_request(made[key], by=olga, now=now)
booking.offer_earlier(made["ora"], starts_at=free_starts(now=now)[-1], by=olga, now=now)
booking.move_request(made["pam"], starts_at=next(starts), now=now)
booking.decline_request(made["lou"], reason=Reason.objects.offered("decline").first(), by=olga, now=now)
for key in ("gail", "ned"):
    SpecialHours.objects.create(date=made[key].starts_at.astimezone(clinic.zone).date(), note="Staff training")
print(json.dumps({key: [request.reference, request.pk] for key, request in made.items()}))
"""


class Asked(NamedTuple):
    reference: str
    number: int


@dataclass(frozen=True)
class Desk:
    """A site with colleagues, who have one password, and an afternoon's requests by first name.

    Whose is whose: Ada, Ben, Cleo, Dan, Eve, Finn, Gail (in conflict), Hal (without a time) and Ivy (set aside) belong to the
    front desk's walk, Jan to the walk of two colleagues, Kim (confirmed) and Lou (declined) to the owner's. Nobody decides about
    Mia, Ned (in conflict), Ora (offered an earlier time), Pam (whose visit is moving) and Quin (who asked for an earlier time).
    """

    site: Site
    asked: dict[str, Asked]

    @property
    def url(self) -> str:
        return self.site.url

    def reference(self, name: str) -> str:
        return self.asked[name].reference


def open_desk(site: Site) -> Desk:
    hire = _HIRE.format(superuser=SUPERUSER, colleagues=COLLEAGUES, password=PASSWORD)
    made = json.loads(site.shell(hire + _AFTERNOON))
    return Desk(site, {name: Asked(*found) for name, found in made.items()})


def open_request(page: Page, desk: Desk, reference: str) -> None:
    page.goto(f"{desk.url}{REQUESTS}?q={reference}")
    page.get_by_role("row", name=reference).get_by_role("link").click()


def reauthenticate(page: Page) -> None:
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
