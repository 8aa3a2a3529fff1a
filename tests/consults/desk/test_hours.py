"""Hours as the desk changes them: times as people type them, and a day that is closed with a short form."""

import re
from datetime import time

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from consults.desk.typed_times import read_time
from consults.models import AccessRecord, OpeningHours, SpecialHours
from tests.browsers import hidden_fields
from tests.builders import CHICAGO, colleague, local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock"), pytest.mark.ignore_template_errors]
DAY = "/admin/consults/specialhours/day/"
SPECIAL, WEEKLY = "/admin/consults/specialhours/", "/admin/consults/openinghours/"
TYPED = {
    "09:00": ("9 am", "9am", "9:00", "9:00 AM", "9:00am", "09:00", "9 a.m.", "9a", "0900", "9.00", "09:00:00", " 9  AM "),
    "16:00": ("4 pm", "4 p.m.", "4 P.M.", "16:00", "1600", "4:00 PM", "4p"),
    "12:00": ("noon", "Noon", "12 noon", "12 pm", "12:00 PM", "12:00"),
    "00:00": ("midnight", "12 am"),
}


def test_a_time_is_read_as_people_type_it():
    read = {meant: {f"{read_time(text):%H:%M}" for text in texts} for meant, texts in TYPED.items()}
    assert read == {meant: {meant} for meant in TYPED}


def test_what_is_no_time_is_refused_in_words():
    for text in ("25:00", "9:75", "13 pm", "0 am", "9 xm", "soon", "٩:٠٠", "9:00 to 12:00", "-9 am"):
        with pytest.raises(ValidationError, match="like 9:00 AM, 4 PM, 16:00 or noon"):
            read_time(text)
    with pytest.raises(ValidationError, match="Add AM or PM"):
        read_time("9")


def test_typed_times_are_shown_in_the_words_of_the_site(superuser):
    for url, form in ((WEEKLY, {"weekday": 6}), (SPECIAL, {"date": "12/24/2026", "note": "Short day"})):
        refused = superuser.post(f"{url}add/", form | {"opens": "early", "closes": "12"}).content.decode()
        assert "Write the time like 9:00 AM" in refused
        assert "Add AM or PM" in refused
        assert superuser.post(f"{url}add/", form | {"opens": "9 am", "closes": "noon"}).status_code == 302
    weekly, special = OpeningHours.objects.get(weekday=6), SpecialHours.objects.get()
    assert (str(weekly), str(special)) == (
        "Sunday 9:00 AM to noon",
        "Thursday, December 24, 2026: 9:00 AM to noon",
    )
    for url, row in ((WEEKLY, weekly), (SPECIAL, special)):
        listed = superuser.get(url).content.decode()
        assert '<td class="field-opens_at">9:00 AM</td><td class="field-closes_at">noon</td>' in listed
        form = superuser.get(f"{url}{row.pk}/change/").content.decode()
        assert 'value="9:00 AM"' in form
        assert 'value="noon"' in form
        history = superuser.get(f"{url}{row.pk}/history/").content.decode()
        assert re.search(r"20\d\d, 1?\d:\d\d [AP]M\b", history)


def test_the_moment_of_an_announcement_takes_a_time_as_people_type_it(superuser):
    form = superuser.get("/admin/pages/clinic/1/change/").context["adminform"].form
    field = form.fields["announcement_until"]
    with timezone.override(CHICAGO):
        assert field.clean(["2026-12-24", "4 p.m."]) == local("2026-12-24 16:00")
    assert field.clean(["", ""]) is None


def test_answers_that_a_change_of_hours_leaves_on_a_closed_day_are_named_before_it_is_saved(superuser):
    """Wednesday's requests are answered by Friday, 8 PM."""
    one = submit(starts_at=local("2026-12-16 16:00"))
    aside = submit(key="aside", looks_like_spam=True)
    friday = {"date": "2026-12-04", "note": "Roof repair"}
    asked = superuser.post(f"{SPECIAL}add/", friday)
    page = " ".join(asked.content.decode().split())
    assert "Nothing has been saved yet. 2 answers are promised for a time at which the clinic would be closed" in page
    assert "Friday, December 4:" in page
    assert all(request.reference in page for request in (one, aside))
    assert page.count("by 8:00 PM") == 2
    assert "Saving does not change the reply times these people were told, and tells nobody." in page
    assert not SpecialHours.objects.exists()
    # Another promise while the page is read is asked about too.
    submit(key="more", email="more@example.com", starts_at=local("2026-12-16 17:00"))
    again = superuser.post(f"{SPECIAL}add/", hidden_fields(asked.content.decode()) | {"strand": "yes"}).content.decode()
    assert "This list has changed since you were asked" in again
    assert superuser.post(f"{SPECIAL}add/", hidden_fields(again) | {"strand": "yes"}).status_code == 302
    one.refresh_from_db()
    assert one.answer_by == local("2026-12-04 20:00")
    waiting = superuser.get("/admin/").content.decode().partition('aria-labelledby="waiting"')[2].partition("</section>")[0]
    assert waiting.count('urgent">closed then') == 2
    assert "The reply times that people were told do not change" in waiting


def test_other_hours_that_still_hold_the_reply_time_ask_nothing(superuser):
    submit(starts_at=local("2026-12-16 16:00"))
    friday = {"date": "2026-12-04", "note": ""}
    assert superuser.post(f"{SPECIAL}add/", friday | {"opens": "6 pm", "closes": "9 pm"}).status_code == 302
    change = f"{SPECIAL}{SpecialHours.objects.get().pk}/change/"
    asked = superuser.post(change, friday | {"opens": "4 pm", "closes": "7 pm"}).content.decode()
    assert "1 answer is promised" in asked
    assert "closed then" not in superuser.get("/admin/").content.decode()


def special_rows() -> list[tuple]:
    return [(str(row), row.note) for row in SpecialHours.objects.order_by("opens")]


def test_a_day_is_closed_or_changed_with_a_short_form_from_the_desk(superuser):
    front = superuser.get("/admin/").content.decode()
    assert f'href="{DAY}"' in front
    assert f'href="{WEEKLY}">Opening hours' in front
    assert superuser.post(DAY, {"date": "12/24/2026", "hours": "closed", "note": "Snow"}).status_code == 302
    assert special_rows() == [("Thursday, December 24, 2026: closed", "Snow")]
    assert "Thursday, December 24, is now closed." in superuser.get("/admin/").content.decode()
    form = superuser.get(f"{DAY}?date=2026-12-24").content.decode()
    assert "Special hours now: closed (Snow). Saving replaces them." in form
    assert "Weekly hours of Thursday, December 24: 4:00 PM to 8:00 PM." in form
    # What the page did not show is not replaced without a word; what it did is.
    changed = {"date": "2026-12-24", "hours": "other", "opens": "9 am", "closes": "noon", "note": ""}
    asked = superuser.post(DAY, changed)
    assert (asked.status_code, special_rows()) == (422, [("Thursday, December 24, 2026: closed", "Snow")])
    fields = hidden_fields(asked.content.decode())
    assert superuser.post(DAY, changed | {"replaces": fields["replaces"]}).status_code == 302
    assert special_rows() == [("Thursday, December 24, 2026: 9:00 AM to noon", "")]
    history = superuser.get(f"{SPECIAL}{SpecialHours.objects.get().pk}/history/").content.decode()
    assert "Added" in history
    assert "Changed" in history


def test_one_row_replaces_all_of_its_day(superuser):
    for opens, closes in ((8, 9), (16, 18)):
        SpecialHours.objects.create(date="2026-12-24", opens=time(opens), closes=time(closes), note="Training")
    fields = hidden_fields(superuser.get(f"{DAY}?date=2026-12-24").content.decode())
    assert fields["replaces"] == "8:00 AM to 9:00 AM and 4:00 PM to 6:00 PM (Training)"
    changed = {"date": "2026-12-24", "hours": "other", "opens": "4 pm", "closes": "7 pm", "replaces": fields["replaces"]}
    assert superuser.post(DAY, changed).status_code == 302
    assert special_rows() == [("Thursday, December 24, 2026: 4:00 PM to 7:00 PM", "")]


def test_the_short_form_refuses_what_no_hours_are_and_keeps_the_answers(superuser):
    other = {"date": "2026-12-24", "hours": "other", "opens": "9 am", "closes": "noon", "note": "Short day"}
    for wrong, words in (
        ({"date": ""}, "Choose the date"),
        ({"date": "soon"}, "Write the date like"),
        ({"date": "2026-12-01"}, "This date is over"),
        ({"date": "9999-12-31"}, "in this century"),
        ({"hours": ""}, "Choose closed or other hours"),
        ({"opens": ""}, "Write a time, like"),
        ({"opens": "soon"}, "Write the time like"),
        ({"opens": "9:03 am"}, "five-minute mark"),
        ({"closes": "8 am"}, "closing time must be after"),
    ):
        page = superuser.post(DAY, other | wrong)
        assert (page.status_code, words in page.content.decode()) == (422, True), wrong
        assert "Short day" in page.content.decode()
    assert not SpecialHours.objects.exists()


def test_closing_a_day_from_the_short_form_asks_what_it_would_strand(superuser):
    request = submit(starts_at=local("2026-12-16 16:00"))
    closed = {"date": "2026-12-16", "hours": "closed", "note": "Training"}
    asked = superuser.post(DAY, closed).content.decode()
    assert "Nothing has been saved yet" in asked
    assert request.reference in asked
    assert not SpecialHours.objects.exists()
    assert "Ada Example" in asked
    assert AccessRecord.objects.filter(kind="listed", by=superuser.user, rows=1).exists()
    saved = superuser.post(DAY, hidden_fields(asked) | {"strand": "yes"})
    assert saved.status_code == 302
    page = superuser.get("/admin/").content.decode()
    said = page.partition('class="messagelist"')[2].partition("</ul>")[0]
    assert re.search(r"no longer fits: <a href=\"/admin/consults/consultrequest/\d+/change/\">[0-9A-Z-]+</a>\.", said)
    assert "Ada" not in said, "the session names nobody"
    assert special_rows() == [("Wednesday, December 16, 2026: closed", "Training")]


def test_who_may_only_read_the_hours_is_not_led_to_the_form(desk):
    front = desk.get("/admin/").content.decode()
    assert DAY not in front
    assert f'href="{WEEKLY}">Opening hours' in front
    assert DAY not in desk.get("/admin/consults/consultrequest/diary/").content.decode()
    for url, row in ((WEEKLY, OpeningHours.objects.first()), (SPECIAL, SpecialHours.objects.create(date="2026-12-24"))):
        listed, shown = desk.get(url).content.decode(), desk.get(f"{url}{row.pk}/change/").content.decode()
        assert f"{url}{row.pk}/" not in listed, "a row leads nowhere"
        assert "Only an owner can change these." in listed
        assert "Only an owner can change these." in shown
        assert re.search(rf'<a href="{url}" class="closelink">Back to (opening|special) hours</a>', shown)
    assert desk.get(DAY).status_code == 403
    assert desk.post(DAY, {"date": "2026-12-24", "hours": "closed"}).status_code == 403


def test_who_opens_the_hours_of_every_week_is_shown_where_one_day_is_closed(superuser):
    row = OpeningHours.objects.first()
    for page in (WEEKLY, f"{WEEKLY}{row.pk}/change/"):
        shown = superuser.get(page).content.decode()
        assert f'For one date alone: <a href="{DAY}">Close a day or change its hours</a>' in shown
    superuser.force_login(colleague("berta", "Front desk"))
    assert DAY not in superuser.get(WEEKLY).content.decode(), "who may not close one is not led there"
