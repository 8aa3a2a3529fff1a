"""Messages at the desk: what needs a person comes first, is marked by whoever dealt with it, and can be brought back."""

from datetime import timedelta

import pytest

from clinic_site import health
from consults import booking, erasure
from consults.models import Event, OutboxMessage
from tests.builders import WEDNESDAY, local, submit
from tests.consults.desk.test_dashboard import section

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock"), pytest.mark.ignore_template_errors]
MESSAGES = "/admin/consults/outboxmessage/"


def mark(desk, action: str, *messages: OutboxMessage, left: str = "all", **form) -> str:
    chosen = [message.pk for message in messages]
    return desk.post(
        f"{MESSAGES}?left={left}", {"action": action, "_selected_action": chosen} | form, follow=True
    ).content.decode()


def state_of(message: OutboxMessage) -> tuple:
    message.refresh_from_db()
    return message.state, message.marked_by, message.marked_at


def a_call(key: str = "call", at: str = "2026-12-07 16:00") -> OutboxMessage:
    request = submit(key=key, contact_by="phone", starts_at=local(at))
    return OutboxMessage.objects.get(event__request=request)


def failed_mail() -> OutboxMessage:
    letter = OutboxMessage.objects.get(
        event__request=submit(key="mail", starts_at=local("2026-12-07 17:00")), recipient="patient"
    )
    OutboxMessage.objects.filter(pk=letter.pk).update(state="failed", problem="refused_550")
    return letter


def fill_the_lists(how_many: int) -> None:
    """With calls and failed email about the withdrawn request of a stranger, which are older than anything else, and newer."""
    stranger = booking.withdraw_request(submit(key="stranger", starts_at=local("2026-12-03 16:00")), now=WEDNESDAY)
    for number in range(how_many):
        event = Event.objects.create(request=stranger, number=10 + number, kind="withdrawn", status="withdrawn", at=WEDNESDAY)
        at = WEDNESDAY + timedelta(minutes=number - how_many // 2)
        for kind, channel, state in (("withdrawn", "call", "waiting"), ("cancelled", "mail", "failed")):
            message = OutboxMessage(event=event, kind=kind, recipient="patient", channel=channel, state=state, created_at=at)
            message.not_before = at
            message.seal({"to": "507-555-0199"})
            message.save()


def test_a_stranger_hides_nothing_of_a_visit_ahead_and_a_long_list_says_how_long_it_is(desk, clock):
    call, letter = a_call(), failed_mail()
    fill_the_lists(30)
    clock(WEDNESDAY + timedelta(minutes=20))
    desk.force_login(desk.user)
    page = desk.get("/admin/").content.decode()
    for name, message in (("calls", call), ("failed", letter)):
        shown = section(page, name)
        assert message.reference in shown.partition("</li>")[0]
        assert shown.count("<li>") == 20
        assert "These are 20 of 31." in shown
        assert f'href="{MESSAGES}?left={name}"' in shown
        whole = desk.get(f"{MESSAGES}?left={name}").content.decode()
        assert whole.count('action-checkbox"') == 31
        assert message.reference in whole.partition("<tbody>")[2].partition("</tr>")[0]


def test_failed_email_that_was_dealt_with_leaves_the_desk_and_tells_by_whom(desk):
    letter = failed_mail()
    assert f"{letter.pk}/dealt-with/" in section(desk.get("/admin/").content.decode(), "failed")
    assert health._warnings(WEDNESDAY)[-1] == "mail: 1 messages could not be sent"
    page = desk.post(f"{MESSAGES}{letter.pk}/dealt-with/", follow=True).content.decode()
    assert f"The failed email for {letter.reference} is dealt with" in page
    assert "All email was sent" in section(page, "failed")
    assert state_of(letter) == ("dropped", desk.user, WEDNESDAY)
    assert "marked by Anna" in desk.get(f"/admin/consults/consultrequest/{letter.event.request_id}/change/").content.decode()
    assert not [warning for warning in health._warnings(WEDNESDAY) if "could not be sent" in warning]
    assert "no longer waiting for anybody" in desk.post(f"{MESSAGES}{letter.pk}/dealt-with/", follow=True).content.decode()


def test_an_erasure_leaves_no_failed_email_behind(staff):
    letter = failed_mail()
    erasure.erase_at_once(letter.event.request, by=staff, now=WEDNESDAY)
    assert not OutboxMessage.objects.failed().exists()


def test_nobody_marks_what_was_not_on_the_page_or_is_not_due(desk):
    seen, unseen = a_call(), a_call("other", "2026-12-08 16:00")
    booking.confirm_request(seen.event.request, by=desk.user, now=WEDNESDAY)
    reminder = OutboxMessage.objects.get(kind="reminder")
    seen = OutboxMessage.objects.get(kind="confirmed")
    page = mark(desk, "mark_calls_made", seen, reminder, left="waiting", select_across="1")
    assert "1 call marked as made" in page
    assert "not on the page stay as they are" in page
    assert state_of(seen) == ("done", desk.user, WEDNESDAY)
    assert [state_of(call)[0] for call in (unseen, reminder)] == ["waiting", "waiting"]
    assert "already made" in desk.post(f"{MESSAGES}{reminder.pk}/made/", follow=True).content.decode()
    letter = failed_mail()
    assert "0 emails will be sent again" in mark(desk, "try_again", unseen, left="all", select_across="1")
    assert state_of(letter)[0] == "failed"


def test_a_call_that_was_marked_by_mistake_comes_back_while_it_is_true(desk, clock):
    call = a_call()
    page = desk.post(f"{MESSAGES}{call.pk}/made/", follow=True).content.decode()
    assert f'href="{MESSAGES}?left=made"' in page
    assert call.reference in desk.get(f"{MESSAGES}?left=made").content.decode()
    clock(later := WEDNESDAY + timedelta(minutes=1))
    assert "1 call is to be made again" in mark(desk, "mark_calls_not_made", call)
    assert (state_of(call), call.done_at) == (("waiting", desk.user, later), None)
    assert call.reference in section(desk.get("/admin/").content.decode(), "calls")
    mark(desk, "mark_calls_made", call)
    booking.confirm_request(call.event.request, by=desk.user, now=later)
    assert "0 calls are to be made again" in mark(desk, "mark_calls_not_made", call)


def test_a_letter_that_was_sent_is_shown_as_it_would_read_today_and_says_so(desk):
    letter = failed_mail()
    for state, heading in (("waiting", "Text:"), ("done", "Text, as it would read today:")):
        OutboxMessage.objects.filter(pk=letter.pk).update(state=state)
        page = desk.get(f"{MESSAGES}{letter.pk}/change/").content.decode()
        assert f"<label>{heading}</label>" in page
        assert page.count("If you are in crisis") == 1
