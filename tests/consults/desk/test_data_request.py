"""What reaches one person's data: a file of a list, a printed copy, erasing, and notes for colleagues."""

import csv
import io
import re

import pytest
from django.conf import settings
from django.db import OperationalError

from consults import booking, erased
from consults.desk import data_request
from consults.desk.export import plain_cell
from consults.messages.channels import mail
from consults.models import AccessRecord, ConsultRequest
from consults.models.access_record import AccessRecordQuerySet
from tests.builders import PASSWORD, WEDNESDAY, colleague, local, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock"), pytest.mark.ignore_template_errors]
REQUESTS = "/admin/consults/consultrequest/"


def log_in(client, role: str):
    client.user = colleague(role, role)
    client.force_login(client.user)
    return client


@pytest.fixture
def owner(client):
    """An owner who has just given the password again."""
    log_in(client, "Owners").post("/admin/reauthenticate/", {"password": PASSWORD})
    return client


def exported(answer) -> list[dict]:
    text = answer.getvalue().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        *(
            (start + "1+1", "'" + start + "1+1")
            for start in ("=", "+", "-", "@", "\t=", "\r=", "  =", "\n=", "＝", "＋", "－", "＠")
        ),
        ("Ada = Example", "Ada = Example"),
        ("507-555-0100", "507-555-0100"),
        ("", ""),
        ("O'Neil", "O'Neil"),
    ],
)
def test_no_cell_is_a_formula(typed, shown):
    assert plain_cell(typed) == shown


def test_an_owner_exports_the_list_as_it_is_filtered_and_leaves_a_record(owner):
    evil = '=HYPERLINK("http://evil.example","x")'
    submit(key="one", full_name=evil, phone="+1 507 555 0100", note="secret wish")
    other = submit(key="two", starts_at=local("2026-12-08 16:00"), full_name='Zoë "Z", O’Neil')
    booking.confirm_request(other, by=owner.user, now=WEDNESDAY)
    rows = exported(owner.get(f"{REQUESTS}export/"))
    assert [row["Name"] for row in rows] == [f"'{evil}", 'Zoë "Z", O’Neil']
    assert rows[0]["Phone"] == "'+1 507 555 0100"
    assert rows[0]["Requested time"] == "2026-12-07 16:00"
    assert "secret wish" not in str(rows)
    assert [row["Name"] for row in exported(owner.get(f"{REQUESTS}export/?status=confirmed"))] == ['Zoë "Z", O’Neil']
    assert list(AccessRecord.objects.order_by("pk").values_list("kind", "rows")) == [("exported", 2), ("exported", 1)]


@pytest.mark.parametrize("path", [f"{REQUESTS}export/", f"{REQUESTS}{{pk}}/copy/", f"{REQUESTS}{{pk}}/erase/"])
def test_what_reaches_far_is_for_owners_and_asks_for_the_password_again(client, path):
    path = path.format(pk=submit().pk)
    log_in(client, "Owners")
    for method in (client.get, client.post):
        assert method(path)["Location"].startswith("/admin/reauthenticate/")
    for role in ("Front desk", "Editors"):
        client.logout()
        log_in(client, role).post("/admin/reauthenticate/", {"password": PASSWORD})
        for method in (client.get, client.post):
            assert method(path).status_code == 403
    assert not AccessRecord.objects.exclude(kind="listed").exists()
    assert ConsultRequest.objects.get().full_name == "Ada Example"


def test_a_copy_holds_everything_of_the_person_and_of_nobody_else(owner):
    first = submit(key="first", note="After six")
    booking.note_request(first, text="Left a message on Tuesday", by=owner.user, now=WEDNESDAY)
    second = submit(key="second", starts_at=local("2026-12-08 16:00"), email="ADA@example.com", phone="")
    other = submit(key="other", starts_at=local("2026-12-09 16:00"), email="bob@example.com", phone="507-555-0111")
    page = owner.post(f"{REQUESTS}{first.pk}/copy/", ticked(first, second, other)).content.decode()
    for words in (first.reference, second.reference, "After six", "Left a message on Tuesday", "ADA@example.com", "988"):
        assert words in page
    assert other.reference not in page
    assert "bob@example.com" not in page
    assert list(AccessRecord.objects.order_by("request").values_list("kind", "request")) == [
        ("printed", first.pk),
        ("printed", second.pk),
    ]


def ticked(*requests: ConsultRequest) -> dict:
    """The boxes of a page that asks which requests are meant."""
    return {f"version-{request.pk}": request.version for request in requests}


def boxes(page: str) -> dict[str, bool]:
    """Reference -> whether its box is ticked."""
    found = re.findall(r'<input type="checkbox" name="version-\d+" value="\d+"([^>]*)>\s*([-A-Z0-9]+),', page)
    return {reference: "checked" in attributes for attributes, reference in found}


@pytest.fixture
def couple():
    """Ada wrote twice, her name spelled otherwise; her husband gave the same number."""
    first = submit(key="first", note="After six")
    again = submit(key="again", starts_at=local("2026-12-08 16:00"), full_name="ÁDA  example", note="Or at seven")
    husband = submit(key="husband", starts_at=local("2026-12-09 16:00"), full_name="Bob Example", email="", contact_by="phone")
    return first, again, husband


@pytest.mark.parametrize("page", ["copy", "erase"])
def test_who_shares_a_number_is_not_chosen_beforehand(owner, couple, page):
    first, again, husband = couple
    shown = owner.get(f"{REQUESTS}{first.pk}/{page}/").content.decode()
    assert boxes(shown) == {first.reference: True, again.reference: True, husband.reference: False}
    assert shown.count("another name: ask first") == 1
    assert "another name: ask first" in shown.partition(husband.reference)[2].partition("</li>")[0]
    assert not AccessRecord.objects.exclude(kind__in=("opened", "listed")).exists()


def test_a_copy_prints_the_chosen_requests_alone(owner, couple):
    first, again, husband = couple
    answer = owner.post(f"{REQUESTS}{first.pk}/copy/", ticked(first))
    shown = answer.content.decode()
    assert "After six" in shown
    for words in ("Or at seven", "Bob Example", again.reference, husband.reference):
        assert words not in shown
    assert list(AccessRecord.objects.values_list("kind", "request")) == [("printed", first.pk)]


def test_hundreds_of_requests_of_one_contact_are_erased_in_one_go_or_in_two(owner, monkeypatch):
    """A machine that knows somebody's address leaves them; each is a field of the form."""
    assert settings.DATA_UPLOAD_MAX_NUMBER_FIELDS > data_request.MOST_AT_ONCE + 10
    aside = [submit(key=f"aside {number}", looks_like_spam=True) for number in range(3)]
    real = submit(key="real")
    monkeypatch.setattr(data_request, "MOST_AT_ONCE", 2)
    erase = f"/admin/consults/consultrequest/{aside[0].pk}/erase/"
    page = owner.get(erase).content.decode()
    assert set(boxes(page)) == {real.reference, aside[0].reference}, "the real one is among the first"
    assert "2 more, set aside" in " ".join(page.split())
    owner.post(erase, ticked(real, aside[0]))
    monkeypatch.setattr(data_request, "MOST_AT_ONCE", 500)
    page = owner.get(f"/admin/consults/consultrequest/{aside[1].pk}/erase/").content.decode()
    assert len(boxes(page)) == 2
    assert "more, set aside" not in " ".join(page.split())


@pytest.mark.parametrize("page", ["copy", "erase"])
def test_nothing_chosen_is_said_and_does_nothing(owner, couple, page):
    shown = owner.post(f"{REQUESTS}{couple[0].pk}/{page}/", {}, follow=True).content.decode()
    assert "No request was chosen, so nothing was done" in shown
    assert len(boxes(shown)) == 3
    assert not AccessRecord.objects.exclude(kind="listed").exists()
    assert not ConsultRequest.objects.exclude(erased_at=None).exists()


def test_an_owner_erases_one_person_at_once(owner):
    first = submit(key="first")
    second = submit(key="second", starts_at=local("2026-12-08 16:00"), email="", contact_by="phone")
    other = submit(key="other", starts_at=local("2026-12-09 16:00"), email="bob@example.com", phone="507-555-0111")
    page = owner.get(f"{REQUESTS}{first.pk}/erase/").content.decode()
    assert (first.reference in page, second.reference in page, other.reference in page) == (True, True, False)
    done = owner.post(f"{REQUESTS}{first.pk}/erase/", ticked(first, second, other), follow=True).content.decode()
    assert first.reference in done.partition("Erased: ")[2][:40]
    rows = {request.pk: request for request in ConsultRequest.objects.all()}
    assert [rows[r.pk].erased_at for r in (first, second, other)] == [WEDNESDAY, WEDNESDAY, None]
    assert (rows[first.pk].status, rows[other.pk].full_name) == ("withdrawn", "Ada Example")
    assert AccessRecord.objects.filter(kind="erased").count() == 2
    listed = owner.get(REQUESTS, {"status": "all"}).content.decode()
    assert "(erased)" in listed
    after = owner.get(f"{REQUESTS}{first.pk}/change/").content.decode()
    assert "Save note" not in after


def test_a_list_that_cannot_be_written_undoes_no_erasure_and_stops_no_other(
    owner, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(erased, "_keepers", [refuse])
    monkeypatch.setattr(mail, "delete_files", refuse)
    two = [submit(key="one"), submit(key="two", starts_at=local("2026-12-08 16:00"))]
    with django_capture_on_commit_callbacks(execute=True):
        answer = owner.post(f"{REQUESTS}{two[0].pk}/erase/", ticked(*two))
    assert answer.status_code == 302
    assert not ConsultRequest.objects.filter(erased_at=None).exists()
    assert AccessRecord.objects.filter(kind="erased", by=owner.user).count() == 2


def test_no_erasure_is_stored_without_the_record_of_who_did_it(owner, monkeypatch):
    request = submit()

    def fail(*_, **__):
        raise OperationalError

    monkeypatch.setattr(AccessRecordQuerySet, "write", fail)
    assert owner.post(f"{REQUESTS}{request.pk}/erase/", ticked(request)).status_code == 503
    assert ConsultRequest.objects.get().erased_at is None


def test_what_changed_since_the_page_was_read_is_not_erased(owner):
    request = submit()
    booking.move_request(request, starts_at=local("2026-12-08 16:00"), now=WEDNESDAY)
    page = owner.post(f"{REQUESTS}{request.pk}/erase/", {f"version-{request.pk}": 1}, follow=True).content.decode()
    assert f"Not erased: {request.reference} changed meanwhile" in page
    assert ConsultRequest.objects.get().erased_at is None


def test_a_note_for_colleagues_is_kept_sealed_and_not_too_long(client):
    desk = log_in(client, "Front desk")
    request = submit()
    url = f"{REQUESTS}{request.pk}/act/"
    page = desk.post(url, {"action": "note", "version": 1, "staff_notes": "Left voicemail"}, follow=True).content.decode()
    assert "Note saved." in page
    assert "Left voicemail</textarea>" in page
    fresh = ConsultRequest.objects.get()
    assert b"voicemail" not in bytes(fresh.sealed)
    assert (fresh.status, fresh.staff_notes) == ("requested", "Left voicemail")
    page = desk.post(url, {"action": "note", "version": 2, "staff_notes": "x" * 2001}, follow=True).content.decode()
    assert "to 2000 characters" in page
    assert "changed meanwhile" in desk.post(url, {"action": "note", "version": 1}, follow=True).content.decode()


@pytest.mark.parametrize("page", ["copy", "erase"])
def test_who_sees_whose_requests_share_a_number_leaves_a_record(owner, page):
    request = submit(key="one")
    submit(key="two", starts_at=local("2026-12-08 16:00"), full_name="Bob")
    owner.get(f"{REQUESTS}{request.pk}/{page}/")
    assert list(AccessRecord.objects.values_list("kind", "rows")) == [("listed", 2)]
