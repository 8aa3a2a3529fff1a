"""Hours as the desk changes them: times as people type them, and a day that is closed with a short form."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from consults.desk.typed_times import read_time
from consults.models import OpeningHours, SpecialHours
from tests.builders import CHICAGO, local

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock"), pytest.mark.ignore_template_errors]
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
