"""What staff typed comes back on the page that says that it was not saved: browsers keep no page of staff."""

import re

import pytest
from django.db import OperationalError

from consults.models import ConsultRequest
from tests.browsers import hidden_fields
from tests.builders import submit

BY_PHONE = "/admin/consults/consultrequest/by-phone/"
NOTE = "Her daughter calls: wheelchair, bring the ramp."

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock")]


@pytest.fixture
def away(monkeypatch, client):
    """Takes the database away until it is called."""
    client.raise_request_exception = False
    with monkeypatch.context() as gone:

        def refuse(*_, **__):
            raise OperationalError("database is locked")

        gone.setattr("django.db.backends.utils.CursorWrapper.execute", refuse)
        yield gone.undo


def test_a_note_that_the_database_could_not_store_is_shown_and_sent_again(desk, request):
    asked = submit()
    path = f"/admin/consults/consultrequest/{asked.pk}/act/"
    note = {"action": "note", "version": str(asked.version), "staff_notes": NOTE, "csrfmiddlewaretoken": "t"}
    back = request.getfixturevalue("away")
    answer = desk.post(path, note)
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "60", "no-store")
    assert re.findall(r"readonly>([^<]*)<", page) == [NOTE]
    assert "go back" not in page
    assert f'action="{path}"' in page
    back()
    desk.post(path, hidden_fields(page))
    assert ConsultRequest.objects.get().staff_notes == NOTE


def test_a_request_by_phone_comes_back_whole(desk, away):
    typed = {"full_name": "Ada Example", "phone": "507-555-0100", "note": NOTE, "starts_at": "none", "csrfmiddlewaretoken": "t"}
    answer = desk.post(f"{BY_PHONE}?from=3", typed)
    assert hidden_fields(answer.content.decode()) == typed
    assert f'action="{BY_PHONE}?from=3"' in answer.content.decode()


def test_no_password_and_nothing_that_another_site_sent_comes_back(superuser, away):
    answer = superuser.post("/admin/auth/user/add/", {"username": "anna bell", "password1": "secret words here"})
    assert "anna bell" in answer.content.decode()
    assert "secret words" not in answer.content.decode()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        page = superuser.post(BY_PHONE, {"full_name": "Ada Example"}, headers=headers).content.decode()
        assert "Ada" not in page


def test_what_is_not_a_form_of_staff_gets_the_plain_page(superuser, away):
    for path in ("/admin/login/", "/admin/nothing/", "/feed"):
        page = superuser.post(path, {"full_name": "Ada Example"}).content.decode()
        assert "Ada" not in page
    assert superuser.get(BY_PHONE).status_code == 503
