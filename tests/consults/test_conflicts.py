"""What staff keep despite the hours or the capacity, they keep as it was shown to them: later changes ask again."""

from datetime import time

import pytest

from consults import booking
from consults.conflicts import find_conflicts
from consults.models import ConsultPolicy, ConsultRequest, SpecialHours
from tests.builders import WEDNESDAY, submit
from tests.consults.statuses import MOVING, NEXT, START, bring_to, reason

pytestmark = [pytest.mark.django_db, pytest.mark.databases, pytest.mark.usefixtures("clinic", "clock")]
ADD = "/admin/consults/specialhours/add/"
DAY = {"date": "2026-12-07"}


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
    assert superuser.post(ADD, DAY | {"note": "Closed", "strand": "yes"}).status_code == 302
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
