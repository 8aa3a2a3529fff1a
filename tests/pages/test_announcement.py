"""What staff post on top of every page, without a developer, and when it goes."""

from datetime import timedelta

import pytest
from django.urls import reverse

from pages.models import Clinic
from tests.builders import WEDNESDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]
SNOW = "Closed today because of snow. <b>We</b> call you & others."
ESCAPED = "Closed today because of snow. &lt;b&gt;We&lt;/b&gt; call you &amp; others."


@pytest.mark.parametrize("path", ["/", "/faqs/", "/blog/ketamine-benefits/", "/disclaimer/", "/book-a-consult/"])
def test_it_stands_on_every_page_as_plain_text_before_the_heading(client, path):
    assert 'aria-label="Announcement"' not in client.get(path).content.decode()
    Clinic.objects.update(announcement=SNOW)
    page = client.get(path).content.decode()
    assert page.index('href="tel:988"') < page.index(ESCAPED) < page.index("<h1")


def test_it_is_gone_from_the_moment_staff_chose(client, clock):
    Clinic.objects.update(announcement=SNOW, announcement_until=WEDNESDAY)
    for now, is_shown in [(WEDNESDAY - timedelta(seconds=1), True), (WEDNESDAY, False)]:
        clock(now)
        assert (ESCAPED in client.get("/").content.decode()) is is_shown


def test_staff_post_it_in_the_clinics_time(admin_client):
    address = reverse("admin:pages_clinic_change", args=[1])
    fields = admin_client.get(address).context["adminform"].form.initial
    answer = admin_client.post(
        address,
        {name: value for name, value in fields.items() if value is not None}
        | {"announcement": SNOW, "announcement_until_0": "2026-12-02", "announcement_until_1": "10:00"},
    )
    assert answer.status_code == 302, answer.context["errors"]
    clinic = Clinic.objects.current()
    assert (clinic.announcement, clinic.announcement_until) == (SNOW, WEDNESDAY)
