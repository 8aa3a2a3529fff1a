"""What patients do costs the same with a million requests: every statement finds its rows by an index."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clinic_site import erased_list
from consults.messages.delivery import deliver_due
from consults.models import ConsultRequest
from consults.unanswered import recently_unanswered
from tests.builders import WEDNESDAY
from tests.consults.statuses import bring_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock")]
# Tables that grow with the requests.
GROWING = re.compile(r"\bSCAN \w*(?:consultrequest|event|outboxmessage|seat|earlieroffer|U\d)\b(?! USING)")
MONDAY, TUESDAY = "2026-12-07T16:00-06:00", "2026-12-08T16:00-06:00"


@contextmanager
def nothing_is_read_whole() -> Iterator[None]:
    with CaptureQueriesContext(connection) as asked:
        yield
    assert list(asked)
    with connection.cursor() as cursor:
        for sql in (query["sql"] for query in asked if query["sql"].startswith(("SELECT", "UPDATE", "DELETE"))):
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            plan = "; ".join(row[3] for row in cursor.fetchall())
            assert not GROWING.search(plan), f"{plan}\n{sql}"


def test_whoever_reads_the_form_or_asks_for_a_time_reads_no_table_whole(client):
    with nothing_is_read_whole():
        page = client.get("/book-a-consult/").content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    person = {"full_name": "Ada Example", "email": "ada@example.com", "contact_by": "email", "acknowledged": "on"}
    with nothing_is_read_whole():
        assert client.post("/book-a-consult/", person | {"ticket": ticket, "starts_at": MONDAY}).status_code == 303
    with nothing_is_read_whole():
        assert client.get("/book-a-consult/sent/").status_code == 200


def test_whoever_changes_their_request_reads_no_table_whole(staff):
    request, patient = bring_to("confirmed", staff), Client()
    page = f"/consults/{request.token}/"
    with nothing_is_read_whole():
        assert patient.get(page).status_code == 200
    for form in ({"action": "move", "starts_at": TUESDAY}, {"action": "keep"}, {"action": "withdraw"}):
        with nothing_is_read_whole():
            assert patient.post(page, form).status_code == 303, form


def test_the_worker_reads_no_table_whole_where_one_letter_is_due(staff):
    bring_to("requested", staff)
    with nothing_is_read_whole():
        assert deliver_due(now=WEDNESDAY + timedelta(minutes=1)) == 1


def test_whoever_looks_at_the_desk_reads_no_table_whole_for_the_list_of_erased_requests(staff):
    bring_to("declined", staff)
    with nothing_is_read_whole():
        erased_list.problem(now=WEDNESDAY)


def test_a_scan_would_be_noticed(staff):
    bring_to("requested", staff)
    with pytest.raises(AssertionError, match="SCAN"), nothing_is_read_whole():
        list(ConsultRequest.objects.filter(length_minutes=30).order_by("length_minutes"))


def test_requests_of_the_last_hour_are_found_by_when_they_came_and_not_by_their_status():
    """Thousands may have been withdrawn, of which SQLite looked at each."""
    with CaptureQueriesContext(connection) as asked:
        recently_unanswered(now=WEDNESDAY)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked[0]['sql']}")
        plan = [row[3] for row in cursor.fetchall() if "SEARCH" in row[3]]
    assert "events_by_kind" in plan[0]
