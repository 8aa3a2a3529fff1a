"""Coming public holidays are a question on the desk and before launch; nothing closes without an answer."""

import re
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consults.booking import Refused
from consults.holiday_questions import open_questions
from consults.models import ConsultPolicy, OpenHoliday, OpeningHours, SpecialHours
from consults.prelaunch_checks import holidays_are_answered
from pages.models import Clinic
from tests.browsers import hidden_fields
from tests.builders import WEDNESDAY, colleague, local, submit

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.databases(postgresql=pytest.mark.slow), pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock"),
]
ANSWER = "/admin/consults/specialhours/holiday/"
CHRISTMAS, NEW_YEAR, KING = date(2026, 12, 25), date(2027, 1, 1), date(2027, 1, 18)
BEFORE_THANKSGIVING = local("2026-11-20 10:00")
SUNDAY = 6
QUESTION = "Friday, December 25, is Christmas Day."


def asked(now=WEDNESDAY) -> list[date]:
    return [question.day for question in open_questions(now=now)]


def front_page(client) -> str:
    return " ".join(client.get("/admin/").content.decode().split())


@pytest.fixture
def owner(client):
    client.user = colleague("olga", "Owners")
    client.force_login(client.user)
    return client


def answer(client, answer: str, day: date = CHRISTMAS, **form) -> str:
    return client.post(ANSWER, {"day": day.isoformat(), "answer": answer, **form}, follow=True).content.decode()


def test_a_holiday_on_posted_hours_is_a_question_with_the_posted_hours(owner, clock):
    clock(BEFORE_THANKSGIVING)
    owner.force_login(owner.user)
    page = front_page(owner)
    assert "Thursday, November 26, is Thanksgiving Day. The clinic is posted open 4:00 PM to 8:00 PM." in page
    assert re.search(r'name="answer" value="open"[^>]*>\s*Open as posted', page)
    assert re.search(r'name="answer" value="closed"[^>]*>\s*Closed', page)


def test_a_day_of_several_shifts_is_one_question(owner):
    OpeningHours.objects.create(weekday=4, opens=time(8), closes=time(12))
    page = front_page(owner)
    assert page.count(QUESTION) == 1
    assert "The clinic is posted open 8:00 AM to noon and 4:00 PM to 8:00 PM." in page


def test_questions_are_within_the_horizon_and_about_posted_days_without_special_hours():
    assert asked() == [CHRISTMAS, NEW_YEAR, KING]
    assert asked(local("2026-06-30 10:00"))[:2] == [date(2026, 7, 3), date(2026, 7, 4)]
    assert asked(local("2027-06-30 10:00"))[:1] == [date(2027, 7, 5)], "July 4 is a Sunday, on which nothing is posted"
    SpecialHours.objects.create(date=CHRISTMAS, opens=time(8), closes=time(10))
    OpeningHours.objects.filter(weekday=0).delete()
    assert asked() == [NEW_YEAR]
    ConsultPolicy.objects.update(horizon_days=29)
    assert asked() == []


def test_nothing_closes_until_somebody_answers(owner):
    front_page(owner)
    assert submit(starts_at=local("2026-12-25 16:00")).status == "requested"


def test_closed_is_one_click_and_closes_the_date(owner):
    page = answer(owner, "closed")
    assert "Friday, December 25, is now closed" in page
    assert list(SpecialHours.objects.values_list("date", "opens", "closes", "note")) == [(CHRISTMAS, None, None, "Christmas Day")]
    assert asked() == [NEW_YEAR, KING]
    history = owner.get(f"/admin/consults/specialhours/{SpecialHours.objects.get().pk}/history/").content.decode()
    assert "olga" in history
    with pytest.raises(Refused):
        submit(starts_at=local("2026-12-25 16:00"))


def test_open_as_posted_is_remembered_and_later_hours_reach_the_date(owner):
    page = answer(owner, "open")
    assert "Friday, December 25, stays open as posted" in page
    kept = OpenHoliday.objects.get()
    assert (kept.date, kept.name, kept.answered_by, kept.answered_at) == (CHRISTMAS, "Christmas Day", owner.user, WEDNESDAY)
    assert asked() == [NEW_YEAR, KING]
    OpeningHours.objects.filter(weekday=4).update(opens=time(17))
    assert submit(starts_at=local("2026-12-25 19:30")).status == "requested"
    with pytest.raises(Refused):
        submit(key="before", starts_at=local("2026-12-25 16:00"))


def test_closing_over_a_held_request_asks_first_and_saves_nothing(owner):
    request = submit(starts_at=local("2026-12-25 16:00"))
    page = answer(owner, "closed")
    assert "Nothing has been saved yet" in page
    assert request.reference in page
    assert not SpecialHours.objects.exists()
    # "No, go back" is a link to the same address.
    assert owner.get(ANSWER).headers["Location"] == "/admin/"
    fields = dict(re.findall(r'type="hidden" name="(day|answer)" value="([^"]*)"', page))
    assert fields == {"day": "2026-12-25", "answer": "closed"}
    assert "is now closed" in answer(owner, "closed", strand="yes", shown=hidden_fields(page)["shown"])
    assert request.reference in front_page(owner).partition('id="conflicts"')[2].partition("</section>")[0]


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"day": "2026-12-24", "answer": "closed"}, id="no holiday"),
        pytest.param({"day": "2027-02-15", "answer": "open"}, id="past the horizon"),
        pytest.param({"day": "nonsense", "answer": "open"}, id="no date"),
        pytest.param({"day": "2026-12-25", "answer": "perhaps"}, id="no answer"),
        pytest.param({}, id="nothing"),
    ],
)
def test_what_answers_no_question_changes_nothing(owner, form):
    page = owner.post(ANSWER, form, follow=True).content.decode()
    assert "Nothing was changed" in page
    assert not SpecialHours.objects.exists()
    assert not OpenHoliday.objects.exists()


def test_the_second_of_two_answers_changes_nothing(owner):
    answer(owner, "open")
    assert "Nothing was changed" in answer(owner, "closed")
    assert not SpecialHours.objects.exists()


def test_who_may_not_change_hours_reads_the_question_and_cannot_answer(desk):
    page = front_page(desk)
    assert QUESTION in page
    assert ANSWER not in page
    assert desk.post(ANSWER, {"day": "2026-12-25", "answer": "closed"}).status_code == 403
    assert not SpecialHours.objects.exists()


@pytest.mark.parametrize(("facts", "says"), [({"country": "XX"}, "country XX"), ({"state": "ZZ"}, "state ZZ")])
def test_holidays_that_nobody_knows_are_no_question_and_one_line_before_launch(owner, facts, says):
    Clinic.objects.update(**facts)
    assert QUESTION not in front_page(owner)
    found = list(holidays_are_answered(now=WEDNESDAY))
    assert len(found) == 1
    assert says in found[0].what


def test_each_open_question_is_a_line_before_launch():
    said = [(blocker.what, blocker.where) for blocker in holidays_are_answered(now=WEDNESDAY)]
    assert said[0] == (f"{QUESTION} The clinic is posted open 4:00 PM to 8:00 PM.", "/admin/")
    assert len(said) == 3


def test_the_front_page_takes_the_same_queries_for_one_question_and_for_thirty(owner, django_assert_num_queries, monkeypatch):
    found = {CHRISTMAS: "Christmas Day"}
    monkeypatch.setattr("consults.holiday_questions.holidays_between", lambda *place_and_dates: found)
    owner.get("/admin/")
    with CaptureQueriesContext(connection) as one:
        owner.get("/admin/")
    ahead = [CHRISTMAS + timedelta(days=number) for number in range(-20, 20)]
    found |= dict.fromkeys([day for day in ahead if day.weekday() != SUNDAY][:30], "A holiday")
    with django_assert_num_queries(len(one)):
        page = front_page(owner)
    assert page.count("Open as posted") == 30
