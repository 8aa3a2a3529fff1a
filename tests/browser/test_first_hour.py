"""The first hour of a site: the link in its console makes its owner, once, with script and without."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.pages import press
from tests.builders import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.databases(postgresql=pytest.mark.slow)]

# The owner's account is closed, so that nobody owns the site, as after its first start.
AGAIN = (
    "from django.contrib.auth.models import User; from django.utils import timezone; from staff import first_owner;"
    "User.objects.update(is_active=False); print(first_owner.make_url(now=timezone.now()))"
)


@pytest.fixture
def site(site_of_its_own):
    return site_of_its_own


def test_the_link_of_the_console_makes_an_owner_once_and_a_wrong_answer_loses_nothing(page, plain_page, site):
    link = re.search(r"for 24 hours: (\S+)", site.log)[1]
    for desk, name, clinic in ((plain_page, "elma", "Elm Clinic"), (page, "olga", "Oak Clinic")):
        desk.goto(link)
        desk.locator("#id_username").fill(name)
        desk.locator("#id_email").fill(f"{name}@clinic.example")
        desk.locator("#id_password1").fill("short")
        desk.locator("#id_password2").fill("short")
        desk.locator("#id_clinic_name").fill(clinic)
        press(desk, "Set up this site")
        expect(desk.get_by_role("alert")).to_contain_text("Nothing has been saved yet")
        expect(desk.locator("#id_clinic_name")).to_have_value(clinic)
        desk.locator("#id_password1").fill(PASSWORD)
        desk.locator("#id_password2").fill(PASSWORD)
        press(desk, "Set up this site")
        desk.wait_for_url("**/admin/pages/clinic/missing/")
        expect(desk.locator("details.account")).to_be_visible()
        assert desk.goto(link).status == 404
        expect(desk.get_by_role("heading", name="This link does not work any more")).to_be_visible()
        expect(desk.get_by_text("Nothing was changed.")).to_be_visible()
        assert clinic in site.shell("from pages.models import Clinic; print(Clinic.objects.current().name)")
        link = site.shell(AGAIN)
