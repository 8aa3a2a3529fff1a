"""The desk as its walks need it: colleagues of each role, and an afternoon's requests."""

import json

from playwright.sync_api import Page

from tests.browser.pages import REQUESTS
from tests.server import Site

PASSWORD = "lamps-in-seven-windows"
COLLEAGUES = {"anna": "Front desk", "edda": "Editors", "olga": "Owners"}
_HIRE = """
from django.contrib.auth.models import Group, User
for name, role in {colleagues}.items():
    user = User.objects.create_user(name, password={password!r}, is_staff=True, first_name=name.title())
    user.groups.add(Group.objects.get(name=role))
"""
# Nine requests: the first seven with a time, two weeks ahead so that the clock of the day makes no difference.
_AFTERNOON = """
import json
from datetime import timedelta
from django.utils import timezone
from consults import booking, open_times
from consults.models import Person, SpecialHours
from pages.models import Clinic
now, clinic = timezone.now(), Clinic.objects.current()
offers = open_times.current_offers(now=now)
days = [offers.today + timedelta(days=number) for number in range(14, 30)]
starts = [starts[0] for day in days if (starts := offers.starts_on(day))]
made = {}
def ask(key, start, contact_by="email", **how):
    person = Person(f"{key.title()} Example", f"{key}@example.com", "507-555-0100", contact_by)
    request = booking.submit_request(submission_key=key, starts_at=start, person=person, now=now, **how)
    made[key] = request.reference
for number, key in enumerate(("ada", "ben", "cleo", "dan", "eve", "finn", "gail")):
    ask(key, starts[number], contact_by="phone" if key == "ben" else "email")
ask("hal", None)
ask("ivy", starts[9], looks_like_spam=True)
SpecialHours.objects.create(date=starts[6].astimezone(clinic.zone).date(), note="Staff training")
print(json.dumps(made))
"""


def hire(site: Site) -> None:
    """A colleague of each role, all with the same password."""
    site.shell(_HIRE.format(colleagues=COLLEAGUES, password=PASSWORD))


def fill(site: Site) -> dict[str, str]:
    """An afternoon's requests: reference by first name. Gail's stands in conflict, Hal's has no time, Ivy's is set aside."""
    return json.loads(site.shell(_AFTERNOON))


def open_request(page: Page, site: Site, reference: str) -> None:
    page.goto(f"{site.url}{REQUESTS}?q={reference}")
    page.get_by_role("link", name=reference).click()


def reauthenticate(page: Page) -> None:
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
