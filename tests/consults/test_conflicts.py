"""What staff keep despite the hours or the capacity, they keep as it was shown to them: later changes ask again."""

from datetime import time, timedelta

import pytest

from consults import booking
from consults.conflicts import find_conflicts
from consults.models import ConsultPolicy, ConsultRequest, SpecialHours
from tests.browsers import hidden_fields
from tests.builders import WEDNESDAY, submit
from tests.consults.statuses import MOVING, NEXT, START, bring_to, reason

pytestmark = [pytest.mark.django_db, pytest.mark.databases, pytest.mark.usefixtures("clinic", "clock")]
ADD = "/admin/consults/specialhours/add/"
DAY = {"date": "2026-12-07"}
HALF_AN_HOUR = timedelta(minutes=30)


def conflicts() -> list[tuple]:
    return [(found.request.pk, found.visit.start, found.reasons) for found in find_conflicts(now=WEDNESDAY)]


def keep(request: ConsultRequest, staff) -> ConsultRequest:
    return booking.keep_request(request, by=staff, now=WEDNESDAY)


@pytest.fixture
def kept(staff):
    """Two confirmed visits at one time, of which only one fits by now. Staff keep both."""
    ConsultPolicy.objects.update(capacity=2)
    both = [submit(), submit(key="other", email="b@example.com")]
    for request in both:
        booking.confirm_request(request, by=staff, now=WEDNESDAY)
    ConsultPolicy.objects.update(capacity=1)
    assert conflicts() == [(request.pk, START, ("full",)) for request in both]
    for request in both:
        keep(request, staff)
    assert conflicts() == []
    return both


def test_a_closure_asks_about_visits_that_were_kept_over_capacity(superuser, kept):
    page = superuser.post(ADD, DAY | {"note": "Closed"}).content.decode()
    assert "Nothing has been saved yet" in page
    assert all(request.reference in page for request in kept)
    assert "outside the posted hours" in page
    assert "(over capacity)" not in page
    assert not SpecialHours.objects.exists()
    assert superuser.post(ADD, hidden_fields(page) | {"strand": "yes"}).status_code == 302
    assert conflicts() == [(request.pk, START, ("closed",)) for request in kept]


def test_a_higher_capacity_does_not_ask_about_them_and_a_lower_one_does(staff):
    ConsultPolicy.objects.update(capacity=3)
    three = [submit(key=f"key {number}", email=f"{number}@example.com") for number in range(3)]
    ConsultPolicy.objects.update(capacity=2)
    for request in three:
        keep(request, staff)
    for capacity in (3, 2):
        ConsultPolicy.objects.update(capacity=capacity)
        assert conflicts() == []
    ConsultPolicy.objects.update(capacity=1)
    assert conflicts() == [(request.pk, START, ("full",)) for request in three]


@pytest.mark.parametrize("way", ["kept", "confirmed with a yes"])
def test_other_hours_that_do_not_cover_a_visit_ask_again_and_the_same_ones_do_not(superuser, staff, way):
    request = submit()
    SpecialHours.objects.create(**DAY, opens=time(17), closes=time(20))
    if way == "kept":
        keep(request, staff)
        # What was accepted needs no second yes.
        booking.confirm_request(request, by=staff, now=WEDNESDAY)
    else:
        booking.confirm_request(request, by=staff, now=WEDNESDAY, even_if_not_posted=True)
    assert conflicts() == []
    SpecialHours.objects.all().delete()
    SpecialHours.objects.create(**DAY, opens=time(17), closes=time(20))
    SpecialHours.objects.create(date=NEXT.date())
    assert conflicts() == [], "the same hours, and another date"
    change = f"/admin/consults/specialhours/{SpecialHours.objects.get(opens=time(17)).pk}/change/"
    page = superuser.post(change, DAY | {"opens": "", "closes": "", "note": ""}).content.decode()
    assert request.reference in page
    SpecialHours.objects.filter(opens=time(17)).update(opens=None, closes=None)
    assert conflicts() == [(request.pk, START, ("closed",))]


def test_a_visit_outside_the_hours_that_does_not_fit_the_capacity_either_asks_about_that(superuser, staff):
    ConsultPolicy.objects.update(capacity=2)
    both = [submit(), submit(key="other", email="b@example.com")]
    SpecialHours.objects.create(**DAY)
    keep(both[0], staff)
    fields = {"length_minutes": 30, "notice_hours": 24, "horizon_days": 60, "answer_open_days": 2, "erase_after_days": 90}
    policy = f"/admin/consults/consultpolicy/{ConsultPolicy.objects.get().pk}/change/"
    page = superuser.post(policy, fields | {"capacity": 1}).content.decode()
    assert all(request.reference in page for request in both), "also the one that is in conflict for its hours already"
    ConsultPolicy.objects.update(capacity=1)
    assert conflicts() == [(both[0].pk, START, ("full",)), (both[1].pk, START, ("closed", "full"))]
    shown = superuser.get(f"/admin/consults/consultrequest/{both[1].pk}/change/").content.decode()
    assert "Monday, December 7, 4:00 PM is outside the posted hours and over capacity." in shown


def test_of_a_move_only_the_time_that_is_in_conflict_is_kept(staff):
    moving = bring_to(MOVING, staff)
    SpecialHours.objects.create(date="2026-12-08")
    assert conflicts() == [(moving.pk, NEXT, ("closed",))]
    keep(moving, staff)
    assert conflicts() == []
    declined = booking.decline_request(moving, reason=reason("decline"), by=staff, now=WEDNESDAY)
    assert (declined.starts_at, declined.kept_despite, declined.confirmed_kept_despite) == (START, {}, {})
    SpecialHours.objects.create(**DAY)
    assert conflicts() == [(moving.pk, START, ("closed",))]


def test_what_is_not_in_conflict_cannot_be_kept(staff):
    with pytest.raises(booking.NotAllowed, match="no_conflict"):
        keep(submit(), staff)


def test_a_yes_covers_only_the_requests_that_the_page_showed(superuser):
    shown = submit()
    first = superuser.post(ADD, DAY | {"note": "Training"}).content.decode()
    assert "has changed since you were asked" not in first
    # While the owner reads, a patient asks for the same date.
    meanwhile = submit(key="other", email="b@example.com", starts_at=START + HALF_AN_HOUR)
    second = superuser.post(ADD, hidden_fields(first) | {"strand": "yes"}).content.decode()
    assert "This list has changed since you were asked" in second
    assert all(request.reference in second for request in (shown, meanwhile))
    assert not SpecialHours.objects.exists()
    assert "saved" not in superuser.get("/admin/").content.decode()
    assert second.count('name="shown"') == 1
    assert 'type="hidden" name="strand"' not in second
    assert superuser.post(ADD, hidden_fields(second) | {"strand": "yes"}).status_code == 302
    assert [pk for pk, *_ in conflicts()] == [shown.pk, meanwhile.pk]


def test_a_yes_without_a_list_asks(superuser):
    submit()
    assert "Nothing has been saved yet" in superuser.post(ADD, DAY | {"note": "", "strand": "yes"}).content.decode()
    assert not SpecialHours.objects.exists()


def test_who_was_only_asking_when_the_list_was_shown_and_is_confirmed_now_is_asked_about_again(superuser, staff):
    request = submit()
    page = superuser.post(ADD, DAY | {"note": ""}).content.decode()
    booking.confirm_request(request, by=staff, now=WEDNESDAY)
    assert "has changed since you were asked" in superuser.post(ADD, hidden_fields(page) | {"strand": "yes"}).content.decode()


def test_a_yes_still_counts_when_a_request_of_the_list_is_gone(superuser):
    first, second = submit(), submit(key="other", email="b@example.com", starts_at=START + HALF_AN_HOUR)
    page = superuser.post(ADD, DAY | {"note": ""}).content.decode()
    booking.withdraw_request(first, now=WEDNESDAY)
    assert superuser.post(ADD, hidden_fields(page) | {"strand": "yes"}).status_code == 302
    assert conflicts() == [(second.pk, second.starts_at, ("closed",))]


def test_a_long_list_fits_the_limit_of_fields(superuser, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 12
    for number in range(8):
        submit(key=f"key {number}", email=f"{number}@example.com", starts_at=START + number * HALF_AN_HOUR)
    page = superuser.post(ADD, DAY | {"note": ""}).content.decode()
    assert superuser.post(ADD, hidden_fields(page) | {"strand": "yes"}).status_code == 302
    assert len(conflicts()) == 8


@pytest.mark.parametrize(
    "form", [{"action": "keep"}, {"action": "confirm", "even_if_not_posted": "yes"}], ids=["keep", "confirm"]
)
def test_staff_accept_what_the_page_showed_and_nothing_that_changed_since(superuser, form):
    request = submit()
    special = SpecialHours.objects.create(**DAY, opens=time(17), closes=time(20))
    own = f"/admin/consults/consultrequest/{request.pk}/"
    form |= {"version": "1", "shown": hidden_fields(superuser.get(f"{own}change/").content.decode())["shown"]}
    # Somebody closes the whole date before the button is pressed.
    SpecialHours.objects.filter(pk=special.pk).update(opens=None, closes=None)
    page = superuser.post(f"{own}act/", form, follow=True).content.decode()
    assert "The hours or the capacity changed since you opened the page" in page
    request.refresh_from_db()
    assert (request.version, request.kept_despite) == (1, {})
    superuser.post(f"{own}act/", form | {"shown": hidden_fields(page)["shown"]})
    request.refresh_from_db()
    assert (request.version, request.kept_despite) == (2, {"closed": []})
    assert conflicts() == []


def test_a_page_that_showed_no_conflict_keeps_nothing(superuser):
    request = submit()
    SpecialHours.objects.create(**DAY)
    superuser.post(f"/admin/consults/consultrequest/{request.pk}/act/", {"action": "keep", "version": "1"})
    request.refresh_from_db()
    assert request.kept_despite == {}
