"""The written estimate: by which date it is owed, in business days, before and after a visit is set (45 CFR 149.610)."""

import pytest

from consults import booking
from consults.desk.estimate import Estimate, estimate_of
from pages.models import Clinic
from tests.builders import WEDNESDAY, local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock"), pytest.mark.ignore_template_errors]


def test_an_estimate_is_due_in_business_days_by_how_far_ahead_the_visit_is():
    clinic = Clinic.objects.current()
    for set_at, start, by in (
        ("2026-12-02 10:00", "2026-12-04 16:00", ""),
        ("2026-12-02 10:00", "2026-12-07 16:00", "Thursday, December 3"),
        ("2026-12-02 10:00", "2026-12-15 16:00", "Thursday, December 3"),
        ("2026-12-02 10:00", "2026-12-16 16:00", "Monday, December 7"),
        # A Friday evening, which is Saturday in UTC.
        ("2026-12-04 19:30", "2026-12-09 16:00", "Monday, December 7"),
        # Christmas is a Friday, and no business day.
        ("2026-12-24 10:00", "2026-12-29 16:00", ""),
        ("2026-12-24 10:00", "2026-12-30 16:00", "Monday, December 28"),
    ):
        assert estimate_of(local(start), set_at=local(set_at), clinic=clinic) == Estimate(by), (set_at, start)
    assert estimate_of(None, set_at=WEDNESDAY, clinic=clinic) == Estimate(
        "Thursday, December 3", "Monday, December 7", "Wednesday, December 16", "Monday, December 7"
    )


def test_the_page_says_by_when_an_estimate_is_owed_and_still_does_once_the_visit_is_confirmed(desk, clock):
    request = submit()
    page = f"/admin/consults/consultrequest/{request.pk}/change/"
    owed = "If not, we owe them a written estimate of the cost by Thursday, December 3."
    assert owed in " ".join(desk.get(page).content.decode().split())
    assert "You can confirm first. Then ask whether they use insurance." in " ".join(desk.get(page).content.decode().split())
    assert "Who that is has not been set yet" in " ".join(desk.get(page).content.decode().split())
    booking.confirm_request(request, by=desk.user, now=WEDNESDAY)
    Clinic.objects.update(good_faith_contact="Call the front desk")
    clock(local("2026-12-05 10:00"))
    desk.force_login(desk.user)
    confirmed = " ".join(desk.get(page).content.decode().split())
    assert owed in confirmed, "counted from when it was set"
    assert "tells them whom to ask: “Call the front desk”" in confirmed
    assert "You can confirm first" not in confirmed
    clock(local("2026-12-07 16:01"))
    desk.force_login(desk.user)
    assert "written estimate of the cost by" not in desk.get(page).content.decode()
