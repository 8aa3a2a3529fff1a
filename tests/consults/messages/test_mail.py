"""A mail's plain text is broken into lines that every mail program shows, its HTML part by the reader's screen."""

import re

import pytest
from django.core import mail

from consults.messages.channels.mail import html_part, plain_part
from consults.messages.compose import Letter
from consults.messages.delivery import deliver_due
from consults.models import OutboxMessage
from pages.models import Clinic
from tests.builders import WEDNESDAY, submit

LINK = f"https://clinic.example/consults/{'a' * 60}/"
TEXT = f"""Hello Ada,

Your visit is confirmed. It is a conversation; you can decide everything else later, and a well-known hyphen may wait.

Time: Monday, December 7, 2026, 4:00 PM to 4:30 PM Central Time
Place: 200 Schilling Dr S., Dundas, MN 55019

Please tell us on your own page:
{LINK}
"""


def test_long_lines_are_broken_between_words_and_everything_else_stays():
    lines = plain_part(TEXT).split("\n")
    assert lines == [
        "Hello Ada,",
        "",
        "Your visit is confirmed. It is a conversation; you can decide everything",
        "else later, and a well-known hyphen may wait.",
        "",
        "Time: Monday, December 7, 2026, 4:00 PM to 4:30 PM Central Time",
        "Place: 200 Schilling Dr S., Dundas, MN 55019",
        "",
        "Please tell us on your own page:",
        LINK,
        "",
    ]


@pytest.mark.parametrize(
    "part",
    [
        pytest.param("<p>Your visit is confirmed. It is a conversation; you can decide everything else later, ", id="unbroken"),
        pytest.param("4:30 PM Central Time<br>Place: 200 Schilling", id="lines of one paragraph"),
        pytest.param(f'<a href="{LINK}"', id="a link"),
        pytest.param("<title>Confirmed</title>", id="the subject"),
    ],
)
def test_the_html_part_says_the_same(part):
    assert part in html_part(Letter(subject="Confirmed", text=TEXT))


def test_what_somebody_typed_is_no_markup():
    assert "<b>" not in html_part(Letter(subject="<b>", text="Hello <b>Ada</b>,"))


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic", "clock")
def test_a_line_break_that_is_stored_in_the_clinics_name_keeps_no_letter():
    Clinic.objects.update(name="Modern\r\nTherapeutics\x0b")
    submit()
    deliver_due(now=WEDNESDAY)
    letter = mail.outbox[0]
    assert "Modern Therapeutics" in letter.message()["From"]
    assert not re.search(r"[\x00-\x1f]", letter.subject)
    assert not OutboxMessage.objects.exclude(state="done").exists()
