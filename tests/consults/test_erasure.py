"""Forgetting: after its time, or at once, nothing is left that tells who asked; events and counts stay."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction

from clinic_site.env import email_settings
from consults import booking, erasure, expiry
from consults.messages.channels import mail
from consults.messages.channels.not_sent import NotSent
from consults.messages.delivery import MOST_ATTEMPTS, deliver_due
from consults.models import ConsultPolicy, ConsultRequest, Event, OutboxMessage, Seat
from tests.builders import WEDNESDAY, local, submit
from tests.consults.statuses import MOVING, START, bring_to, decisions

pytestmark = [pytest.mark.django_db, pytest.mark.databases, pytest.mark.usefixtures("clinic")]
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def owner():
    return User.objects.create_user("owner", is_staff=True)


def everything_stored() -> str:
    """Every value of every table, read without the models' help."""
    values = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            values += [repr(bytes(v) if isinstance(v, memoryview) else v) for row in cursor.fetchall() for v in row]
    return "\n".join(values)


def test_a_letter_in_a_file_goes_with_its_request(owner, settings, tmp_path, django_capture_on_commit_callbacks):
    """Where no mail server is set, as on a laptop. Others stay."""
    options = {"file_path": str(tmp_path)}
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.filebased.EmailBackend", "OPTIONS": options}}
    for name, value in email_settings(settings.MAILERS["default"]).items():
        setattr(settings, name, value)
    erased = submit()
    submit(key="other", starts_at=local("2026-12-08 16:00"), full_name="Ben", email="ben@example.com")
    assert deliver_due(now=WEDNESDAY) == 2
    with django_capture_on_commit_callbacks(execute=True):
        erasure.erase_at_once(erased, by=owner, now=WEDNESDAY)
    left = "".join(path.read_text() for path in tmp_path.iterdir())
    assert ("To: ben@example.com" in left, "ada@example.com" in left) == (True, False)


def _letters_left() -> None:
    OutboxMessage.objects.filter(state="waiting").update(state="done")


def _no_connection(*_):
    raise NotSent("ConnectionRefusedError")


def traces_of(request: ConsultRequest) -> list[str]:
    """What tells this person from anybody else in the database."""
    sealed = [request.sealed, *OutboxMessage.objects.filter(event__request=request).values_list("sealed", flat=True)]
    return [request.email_index, request.phone_index, request.token_hash, request.client, *(repr(bytes(s)) for s in sealed)]


def test_after_erasure_nothing_in_any_table_tells_who_asked(owner):
    request = submit(client="0123456789abcdef" * 2)
    booking.note_request(request, text="Prefers mornings.", by=owner, now=WEDNESDAY)
    request = booking.withdraw_request(request, now=WEDNESDAY)
    _letters_left()
    traces = traces_of(request)
    before = everything_stored()
    assert all(trace in before for trace in traces)
    token, events = request.token, list(Event.objects.order_by("pk").values())
    later = WEDNESDAY + 90 * DAY
    assert erasure.erase_due(now=later) == 1
    after = everything_stored()
    assert not [trace for trace in traces if trace in after]
    fresh = ConsultRequest.objects.get()
    assert (fresh.status, fresh.full_name, fresh.staff_notes, fresh.token) == ("withdrawn", "", "", "")
    assert (fresh.erased_at, fresh.ended_at) == (later, WEDNESDAY)
    assert list(Event.objects.order_by("pk").values())[:-1] == events
    assert Event.objects.last().kind == "erased"
    assert not ConsultRequest.objects.by_token(token, now=later).exists()


def test_a_second_run_changes_nothing(owner):
    booking.withdraw_request(submit(), now=WEDNESDAY)
    _letters_left()
    later = WEDNESDAY + 90 * DAY
    assert erasure.erase_due(now=later) == 1
    before = everything_stored()
    assert erasure.erase_due(now=later + DAY) == 0
    assert everything_stored() == before


def test_it_happens_when_the_policy_says_and_not_a_second_sooner():
    ConsultPolicy.objects.update(erase_after_days=10)
    booking.withdraw_request(submit(), now=WEDNESDAY)
    _letters_left()
    assert erasure.erase_due(now=WEDNESDAY + 10 * DAY - SECOND) == 0
    assert erasure.erase_due(now=WEDNESDAY + 10 * DAY) == 1


@pytest.mark.parametrize("mail_server", ["up", "away"])
def test_a_letter_that_is_about_to_leave_is_waited_for_and_not_for_good(monkeypatch, owner, mail_server):
    """As where a clock that was behind has dated the request."""
    decisions(owner)["declined"](submit(), WEDNESDAY)
    if mail_server == "away":
        monkeypatch.setattr(mail, "_give", _no_connection)
    now, hours = WEDNESDAY + 90 * DAY, 0
    while not erasure.erase_due(now=now):
        assert OutboxMessage.objects.filter(state="waiting").exists()
        deliver_due(now=now)
        now, hours = now + timedelta(hours=1), hours + 1
    assert hours == {"up": 1, "away": MOST_ATTEMPTS}[mail_server]
    # Of what was given up nothing is left to do: an erased letter can be sent to nobody.
    assert OutboxMessage.objects.get(kind="declined").state == {"up": "done", "away": "dropped"}[mail_server]


def test_what_was_set_aside_is_kept_for_thirty_days_from_then(owner):
    submit(looks_like_spam=True)
    set_aside_later = WEDNESDAY + 2 * DAY
    booking.quarantine_request(submit(key="second"), by=owner, now=set_aside_later)
    assert erasure.erase_due(now=WEDNESDAY + 30 * DAY - SECOND) == 0
    assert erasure.erase_due(now=WEDNESDAY + 30 * DAY) == 1
    assert erasure.erase_due(now=set_aside_later + 30 * DAY) == 1


def test_what_waits_or_lies_ahead_is_never_erased_by_itself(owner):
    waiting = submit()
    ahead = booking.confirm_request(submit(key="b", starts_at=local("2026-12-08 16:00")), by=owner, now=WEDNESDAY)
    ConsultPolicy.objects.update(erase_after_days=1)
    assert erasure.erase_due(now=local("2026-12-07 15:00")) == 0
    assert [request.person.full_name for request in (waiting, ahead)] == ["Ada Example"] * 2


def test_a_visit_that_nobody_spoke_of_since_is_erased_in_time_too(owner):
    request = booking.confirm_request(submit(), by=owner, now=WEDNESDAY)
    _letters_left()
    assert erasure.erase_due(now=request.starts_at + 90 * DAY) == 1
    assert ConsultRequest.objects.get().status == "confirmed"


def test_an_owner_erases_an_open_request_at_once_and_its_seat_is_free(owner):
    request = submit()
    erased = erasure.erase_at_once(request, by=owner, now=WEDNESDAY, version=request.version)
    assert (erased.status, erased.erased_at) == ("withdrawn", WEDNESDAY)
    assert [(event.kind, event.by) for event in erased.events.all()] == [
        ("requested", None),
        ("withdrawn", owner),
        ("erased", owner),
    ]
    assert not Seat.objects.exists()
    assert not OutboxMessage.objects.filter(state="waiting").exists()


def test_a_visit_that_began_while_its_move_was_forgotten_is_erased_and_not_withdrawn(owner):
    erased = erasure.erase_at_once(bring_to(MOVING, owner), by=owner, now=START)
    kinds = ["requested", "confirmed", "moved", "move_lapsed", "erased"]
    assert list(erased.events.order_by("number").values_list("kind", flat=True)) == kinds
    assert erased.erased_at == START


def test_with_what_is_erased_nothing_more_is_done(owner):
    erased = erasure.erase_at_once(submit(looks_like_spam=True), by=owner, now=WEDNESDAY)
    for decide in (booking.release_request, erasure.erase_at_once):
        with pytest.raises(booking.NotAllowed, match="is_erased"):
            decide(erased, by=owner, now=WEDNESDAY)


def test_a_stale_page_erases_nothing(owner):
    seen = submit()
    booking.confirm_request(seen, by=owner, now=WEDNESDAY)
    with pytest.raises(booking.Stale):
        erasure.erase_at_once(seen, by=owner, now=WEDNESDAY, version=seen.version)
    assert ConsultRequest.objects.get().status == "confirmed"


def test_erased_requests_keep_counting_and_expire_no_more(owner):
    erasure.erase_at_once(submit(), by=owner, now=WEDNESDAY)
    assert expiry.expire_overdue(now=WEDNESDAY + 30 * DAY) == 0
    assert ConsultRequest.objects.count() == 1


def test_the_database_refuses_an_erased_row_that_still_tells_who_asked():
    request = submit()
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsultRequest.objects.filter(pk=request.pk).update(erased_at=WEDNESDAY)


def test_every_request_of_one_contact_is_found_for_its_owner():
    first = submit()
    submit(key="b", starts_at=local("2026-12-07 17:00"), email="ADA@example.com ", phone="")
    submit(key="c", starts_at=local("2026-12-07 18:00"), email="", phone="(507) 555-0100", contact_by="phone")
    submit(key="d", starts_at=local("2026-12-07 19:00"), email="ben@example.com", phone="")
    assert ConsultRequest.objects.of_same_contact(first).count() == 3
