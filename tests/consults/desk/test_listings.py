"""The listings kit: facts to copy, a tick for each listing, and a reminder when something changed after it."""

import re
from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from consults.desk.listings import describe, listings_to_check, open_street_map_hours
from consults.listings import check_off, read_state
from consults.models import Listing, OpeningHours, SpecialHours
from consults.posted_hours import read_posted_hours
from content.claims import find_claims
from content.prelaunch import blockers
from pages.models import Clinic
from tests.builders import WEDNESDAY, colleague, local

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.databases(postgresql=pytest.mark.slow),
    pytest.mark.usefixtures("content", "clock"),
]
KIT = "/admin/consults/listing/"
TODAY = date(2026, 12, 2)


@pytest.fixture
def owner():
    client = Client()
    client.user = colleague("olga", "Owners")
    client.force_login(client.user)
    return client


def shown(client: Client) -> dict[str, str]:
    """What every form of the page posts."""
    return {"shown": re.search(r'name="shown" value="([^"]+)"', client.get(KIT).content.decode())[1]}


def check(listing: Listing, by) -> None:
    assert check_off(listing, shown=read_state().shown_in_form, by=by, now=WEDNESDAY) == []


def outdated() -> dict[str, list[str]]:
    return read_state().outdated(today=TODAY)


def test_the_kit_has_each_fact_in_a_field_that_can_be_copied_without_script(owner):
    Clinic.objects.update(phone="(507) 555-0100", latitude="44.12345", longitude="-93.12345")
    SpecialHours.objects.create(date="2026-12-25", note="Christmas Day")
    page = owner.get(KIT).content.decode()
    fields = re.findall(r'<textarea[^>]* readonly>([^<]*)</textarea>|<input type="text"[^>]* value="([^"]*)" readonly>', page)
    fields = [several or one for several, one in fields]
    for text in (
        "Modern Therapeutics",
        "200 Schilling Dr S., Dundas, MN 55019",
        "(507) 555-0100",
        "44.12345, -93.12345",
        "http://127.0.0.1:8000/book-a-consult/",
        "Mo-Fr 16:00-20:00; Sa 08:00-12:00",
    ):
        assert text in fields
    assert any("Friday: 4:00 PM to 8:00 PM\nSaturday: 8:00 AM to noon\nSunday: Closed" in text for text in fields)
    assert "Friday, December 25, 2026: Closed" in page
    assert "<script" not in page.partition('<div class="desk kit">')[2].partition("</main>")[0]
    assert all(f'<a href="{KIT}{row.pk}/change/">{row.name}</a>' in page for row in Listing.objects.all())


def test_what_is_not_set_is_not_offered_to_copy(owner):
    labels = re.findall(r'<label for="copy-\d+">([^<]*)</label>', owner.get(KIT).content.decode())
    assert {"Name", "Hours"} <= {*labels}
    assert not {"Phone", "Latitude, longitude"} & {*labels}
    OpeningHours.objects.filter(weekday=2).delete()
    OpeningHours.objects.create(weekday=3, opens="09:00", closes="12:00")
    week = open_street_map_hours(read_posted_hours(Clinic.objects.get(), since=TODAY))
    assert week == "Mo-Tu 16:00-20:00; Th 09:00-12:00,16:00-20:00; Fr 16:00-20:00; Sa 08:00-12:00"
    OpeningHours.objects.all().delete()
    assert open_street_map_hours(read_posted_hours(Clinic.objects.get(), since=TODAY)) == ""


def test_the_description_is_made_of_confirmed_facts_and_its_promises_are_told(owner):
    clinic = Clinic.objects.get()
    assert describe(clinic) == clinic.summary
    assert find_claims(describe(clinic)) == []
    assert "No sentence in it promises too much" in owner.get(KIT).content.decode()
    Clinic.objects.update(ages="We see adults.\nIt is a miracle.")
    page = owner.get(KIT).content.decode()
    assert "We see adults. It is a miracle." in page
    assert "Do not use it yet" in page


def test_a_tick_keeps_who_and_when_and_what_and_a_change_after_it_is_told(owner):
    listing = Listing.objects.get(name="Google Business Profile")
    assert outdated() == {}
    assert owner.post(f"{KIT}{listing.pk}/tick/", shown(owner)).status_code == 302
    listing.refresh_from_db()
    assert (listing.checked_by, listing.checked_at) == (owner.user, WEDNESDAY)
    assert LogEntry.objects.filter(object_id=str(listing.pk), change_message="Checked.").exists()
    assert "by olga" in owner.get(KIT).content.decode()
    assert outdated() == {}
    Clinic.objects.update(phone="(507) 555-0100")
    OpeningHours.objects.filter(weekday=4).delete()
    SpecialHours.objects.create(date="2026-12-25")
    assert outdated() == {"Google Business Profile": ["phone", "hours", "special days"]}
    front = owner.get("/admin/").content.decode()
    assert "Maps and directories do not know this yet" in front
    assert "Google Business Profile was checked before this changed: phone, hours, special days." in [
        blocker.what for blocker in blockers(now=timezone.now())
    ]
    owner.post(f"{KIT}{listing.pk}/tick/", shown(owner))
    assert outdated() == {}
    assert "do not know this yet" not in owner.get("/admin/").content.decode()


def test_a_tick_covers_only_what_the_page_showed(owner):
    listing, opened = Listing.objects.first(), shown(owner)
    Clinic.objects.update(phone="(507) 555-0199")
    SpecialHours.objects.create(date="2026-12-25")
    for posted, changed in (
        (opened, "phone, special days"),
        ({}, "name, address, phone, hours, special days"),
    ):
        answer = owner.post(f"{KIT}{listing.pk}/tick/", posted, follow=True)
        assert f"Changed since you opened this page: {changed}." in answer.content.decode()
        listing.refresh_from_db()
        assert (listing.checked_at, listing.told) == (None, {})
    assert not LogEntry.objects.filter(change_message="Checked.").exists()
    owner.post(f"{KIT}{listing.pk}/tick/", shown(owner))
    listing.refresh_from_db()
    assert listing.told["phone"] == "(507) 555-0199"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"name": "Other"}, ["name"], id="name"),
        pytest.param({"street": "1 Main St"}, ["address"], id="address"),
        pytest.param({"summary": "Other"}, [], id="what no listing has"),
    ],
)
def test_only_what_a_listing_says_makes_it_outdated(staff, change, told):
    check(Listing.objects.first(), staff)
    Clinic.objects.update(**change)
    assert [*outdated().values()] == ([told] if told else [])


def test_a_special_day_that_is_over_reminds_of_nothing(staff):
    SpecialHours.objects.create(date="2026-12-03")
    listing = Listing.objects.first()
    check(listing, staff)
    assert read_state().outdated(today=date(2026, 12, 4)) == {}
    SpecialHours.objects.all().delete()
    assert read_state().outdated(today=date(2026, 12, 3)) == {listing.name: ["special days"]}
    assert read_state().outdated(today=date(2026, 12, 4)) == {}
    Listing.objects.update(is_used=False)
    assert read_state().outdated(today=date(2026, 12, 3)) == {}


def test_the_reminder_takes_one_query_however_much_there_is(staff, django_assert_num_queries):
    user = colleague("olga", "Owners")
    user.has_perm("consults.change_listing")
    with django_assert_num_queries(1):
        assert listings_to_check(user, now=WEDNESDAY) == {}
    listings = Listing.objects.all()
    for listing in listings:
        check(listing, staff)
    for day in range(10, 31):
        SpecialHours.objects.create(date=f"2026-12-{day}")
    with django_assert_num_queries(1):
        assert len(listings_to_check(user, now=WEDNESDAY)["outdated"]) == len(listings)


def test_others_than_owners_neither_see_nor_tick(clock):
    clock(local("2026-12-02 10:00"))
    listing = Listing.objects.first()
    for role in ("Front desk", "Editors"):
        client = Client()
        client.force_login(colleague(role.lower().replace(" ", ""), role))
        assert client.get(KIT).status_code == 403
        assert client.post(f"{KIT}{listing.pk}/tick/").status_code == 403
    listing.refresh_from_db()
    assert listing.checked_at is None


def test_a_tick_without_a_person_is_refused_by_the_database():
    with pytest.raises(IntegrityError), transaction.atomic():
        Listing.objects.update(checked_at=WEDNESDAY)
