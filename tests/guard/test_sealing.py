"""What is no sealed value does not open, whatever it is, and nothing else goes wrong."""

import base64

import pytest
from django.db import connection

from consults.messages.delivery import deliver_due
from consults.models import OutboxMessage
from guard import sealing
from tests.builders import WEDNESDAY, submit

PLACE = {"table": "t", "reference": "r"}


@pytest.mark.parametrize("kept", [*range(0, 33, 4), 5, 13, 17, 29, 33, "text", "", 7, None], ids=str)
def test_half_a_value_and_what_is_no_value_do_not_open(kept):
    whole = sealing.seal({"name": "Ada Example"}, **PLACE)
    assert sealing.unseal(memoryview(whole), **PLACE) == {"name": "Ada Example"}
    value = whole[:kept] if isinstance(kept, int) and kept != 7 else kept
    with pytest.raises(sealing.CannotOpen):
        sealing.unseal(value, **PLACE)
    assert not sealing.is_under_first_key(value) or len(value) >= 5


@pytest.mark.parametrize("text", ["", "a", "é", "@@@@", base64.b64encode(b"\x01" * 40).decode()])
def test_a_text_that_is_no_value_does_not_open(text):
    whole = sealing.seal_as_text({"name": "Ada"}, **PLACE)
    assert sealing.unseal_text(whole, **PLACE) == {"name": "Ada"}
    with pytest.raises(sealing.CannotOpen):
        sealing.unseal_text(text, **PLACE)


@pytest.mark.django_db
@pytest.mark.ignore_template_errors
@pytest.mark.usefixtures("clinic", "clock")
@pytest.mark.parametrize("stored", ["text", b"\x01abcd"], ids=["text", "too short"])
def test_a_row_with_half_a_value_closes_no_list_of_the_desk(desk, stored):
    request = submit()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE consults_consultrequest SET sealed = %s", [stored])
    requests = "/admin/consults/consultrequest/"
    for path in ("/admin/", requests, f"{requests}diary/", "/health/ready"):
        assert desk.get(path).status_code in (200, 503), path
    assert desk.get("/admin/").status_code == desk.get(requests).status_code == 200
    assert desk.get(f"{requests}{request.pk}/change/").status_code in (200, 503)


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
def test_a_letter_that_is_text_is_given_up_and_keeps_no_other_waiting():
    submit()
    OutboxMessage.objects.update(attempts=1000)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE consults_outboxmessage SET sealed = 'text'")
    deliver_due(now=WEDNESDAY)
    assert set(OutboxMessage.objects.values_list("state", "problem")) == {("failed", "cannot_open")}
