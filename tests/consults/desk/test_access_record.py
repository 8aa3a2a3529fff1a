"""Looking people up leaves a trace: lists, searches, the diary and the front page; the trace cannot be changed."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from consults import erasure
from consults.models import AccessRecord
from consults.models.event_guard import install_triggers
from tests.builders import WEDNESDAY, local, submit

pytestmark = [
    *(pytest.mark.django_db, pytest.mark.ignore_template_errors),
    pytest.mark.usefixtures("clinic", "clock"),
]
REQUESTS = "/admin/consults/consultrequest/"


def search(desk, term: str) -> None:
    desk.post(f"{REQUESTS}search/", {"q": term}, follow=True)


def kept() -> list[tuple[str, int]]:
    return list(AccessRecord.objects.order_by("pk").values_list("kind", "rows"))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param(REQUESTS, ("listed", 2), id="the list"),
        pytest.param(f"{REQUESTS}?status=confirmed", ("listed", 0), id="a list that shows nobody"),
        pytest.param(f"{REQUESTS}diary/?from=2026-12-07&days=1", ("diary", 1), id="a day of the diary"),
        pytest.param(f"{REQUESTS}diary/?from=2026-12-07", ("diary", 2), id="a week of the diary"),
        pytest.param("/admin/", ("dashboard", 2), id="the front page"),
    ],
)
def test_whoever_is_shown_people_leaves_a_record(desk, path, expected):
    submit(key="one")
    submit(key="two", starts_at=local("2026-12-08 16:00"), email="bob@example.com", phone="507-555-0111")
    desk.get(path)
    assert kept() == [expected]
    record = AccessRecord.objects.get()
    assert (record.by, record.at) == (desk.user, WEDNESDAY)


@pytest.mark.parametrize(("term", "rows"), [("ada@example.com", 1), ("Ada", 2), ("nobody@example.com", 0)])
def test_a_search_leaves_a_record_of_how_many_it_found(desk, term, rows):
    submit(key="one")
    submit(key="two", starts_at=local("2026-12-08 16:00"), email="bob@example.com", phone="507-555-0111")
    search(desk, term)
    assert kept() == [("searched", rows)]


def test_a_front_page_that_shows_nobody_leaves_none(desk):
    desk.get("/admin/")
    assert kept() == []


def test_of_a_search_only_a_keyed_hash_is_kept(desk, settings):
    for term in ("Ada  Example", "ada example", "Bob"):
        search(desk, term)
    first, same, other = AccessRecord.objects.order_by("pk").values_list("term_index", flat=True)
    assert first == same != other
    assert "example" not in str(list(AccessRecord.objects.values())).lower()
    settings.FIELD_KEYS = [b"k" * 32]
    search(desk, "Ada Example")
    assert AccessRecord.objects.first().term_index != first, "without the key nobody can try names out"


def test_a_search_of_another_day_is_not_known_again(desk, clock):
    """Otherwise the mark of somebody who was erased would tell, searched for again, that they had asked."""
    search(desk, "Ada Example")
    clock(WEDNESDAY + timedelta(days=1))
    desk.force_login(desk.user)
    search(desk, "Ada Example")
    assert len(set(AccessRecord.objects.filter(kind="searched").values_list("term_index", flat=True))) == 2


def test_who_may_see_no_request_leaves_no_record(client):
    submit()
    client.get(REQUESTS)
    client.get("/admin/")
    assert kept() == []


@pytest.mark.databases
def test_the_database_refuses_to_change_or_delete_an_access_record(database, staff):
    AccessRecord.objects.write("opened", by=staff, at=WEDNESDAY, request=submit())
    rows = AccessRecord.objects.all()
    for change in (lambda: rows.update(rows=7), lambda: rows._raw_delete("default")):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert kept() == [("opened", 1)]


def test_without_its_triggers_an_access_record_could_be_changed(staff):
    """Negative control; and they are there again after every migrate."""
    AccessRecord.objects.write("opened", by=staff, at=WEDNESDAY, request=submit())
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER access_records_never_update")
    assert AccessRecord.objects.update(rows=7) == 1
    install_triggers()
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessRecord.objects.update(rows=8)


def test_a_person_with_access_records_is_erased_as_ever(desk):
    request = submit()
    desk.get(f"{REQUESTS}{request.pk}/change/")
    erasure.erase_at_once(request, by=desk.user, now=WEDNESDAY)
    request.refresh_from_db()
    assert request.erased_at == WEDNESDAY
    assert kept() == [("opened", 1), ("erased", 1)]
