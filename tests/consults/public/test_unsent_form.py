"""A booking that could not be stored comes back with everything that was typed, ready to be sent again."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import OperationalError
from django.test import Client

from clinic_site.env import Rate
from consults import booking
from consults.models import ConsultRequest
from tests.builders import WEDNESDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic")]
URL = "/book-a-consult/"
TYPED = {
    "starts_at": "2026-12-07T16:00-06:00",
    "earlier": "on",
    "full_name": 'Ada "Bee" <Example>',
    "email": "ada@example.com",
    "phone": "507-555-0100",
    "contact_by": "phone",
    "voicemail_ok": "yes",
    "note": "After six & not on Fridays",
    "acknowledged": "on",
}


@pytest.fixture
def locked(monkeypatch, clock):
    def away(**_):
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(booking, "submit_request", away)
        yield patched


def fields_of(page: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)}


def test_nothing_that_was_typed_is_lost_and_the_same_form_can_be_sent_again(locked):
    client = Client(enforce_csrf_checks=True)
    form = TYPED | fields_of(client.get(URL).content.decode())
    response = client.post(URL, form)
    page = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert not ConsultRequest.objects.exists()
    for words in ("Monday, December 7, 2026, 4:00 PM", "Ada &quot;Bee&quot; &lt;Example&gt;", "not on Fridays", "988", "911"):
        assert words in page
    again = fields_of(page)
    assert {name: again[name] for name in TYPED} == TYPED
    locked.undo()
    assert client.post(URL, again).status_code == 303
    request = ConsultRequest.objects.get()
    assert (request.full_name, request.note) == (TYPED["full_name"], TYPED["note"])


def test_who_is_told_to_come_back_gets_the_form_with_its_own_ticket(clock, settings):
    """A form that is read then and sent at once would count as sent faster than anybody types."""
    settings.BOOKING_RATE = Rate(1, 60)
    clock(WEDNESDAY)
    client = Client(enforce_csrf_checks=True)
    form = TYPED | fields_of(client.get(URL).content.decode())
    clock(WEDNESDAY + timedelta(seconds=20))
    assert client.post(URL, form | {"full_name": ""}).status_code == 422
    response = client.post(URL, form)
    page = response.content.decode()
    assert response.status_code == 429
    assert "Too many attempts" in page
    assert "Ada &quot;Bee&quot; &lt;Example&gt;" in page
    again = fields_of(page)
    assert {name: again[name] for name in [*TYPED, "ticket"]} == TYPED | {"ticket": form["ticket"]}
    clock(WEDNESDAY + timedelta(seconds=81))
    assert client.post(URL, again).status_code == 303
    assert ConsultRequest.objects.get().status == "requested"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("none", "None of the listed times"), ("nonsense", None), ("", None), ("2026-12-05T12:00-06:00", "12:00 noon")],
)
def test_the_time_is_said_in_words_where_it_can_be(locked, client, value, shown):
    form = TYPED | fields_of(client.get(URL).content.decode()) | {"starts_at": value}
    page = client.post(URL, form).content.decode()
    assert (shown in page) if shown else "<dt>Time</dt>" not in page
