"""Calls to make: one at a time about a request, none for who was on the line, and one that nobody answered comes back."""

from datetime import timedelta

import pytest

from consults import booking, clock_ahead, erasure
from consults.desk.marking import mark_made, mark_no_answer
from consults.messages.delivery import deliver_due
from consults.messages.kinds import CONFIRMING
from consults.models import ConsultRequest, OutboxMessage, SpecialHours
from tests.builders import WEDNESDAY, local, submit
from tests.consults.desk.test_dashboard import section
from tests.consults.desk.test_outbox import MESSAGES
from tests.consults.statuses import EARLIER, decisions, undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock"), pytest.mark.ignore_template_errors]
# What may follow a request, in the order in which it may.
HISTORIES = (
    ("confirmed", "moved", "declined"),
    ("confirmed", "moved", "move_taken_back"),
    ("confirmed", "rescheduled", "cancelled"),
    ("quarantined", "released", "confirmed", "withdrawn"),
    ("moved", "declined"),
    ("offered", "offer_taken_back", "confirmed"),
    ("offered", "confirmed"),
)


def calls() -> list[str]:
    """The kinds of the calls that staff see now."""
    return sorted(OutboxMessage.objects.calls_to_make(now=WEDNESDAY).values_list("kind", flat=True))


def the_call() -> OutboxMessage:
    return OutboxMessage.objects.calls_owed(now=WEDNESDAY + timedelta(days=9)).get()


def test_a_newer_call_replaces_the_older_one_that_was_not_made(staff):
    """Beside it stands only what it leaves true: a call about an offer, and the confirmation of a visit that stays."""
    for history in HISTORIES:
        with undone(" ".join(history)):
            request = submit(contact_by="phone", wants_earlier=True)
            assert calls() == ["requested"]
            for kind in history:
                mark_no_answer(OutboxMessage.objects.filter(kind="requested"), by=staff, now=WEDNESDAY)
                request = decisions(staff)[kind](request, WEDNESDAY)
                last = request.events.order_by("number").last().kind
                stays = {"offered", *(CONFIRMING if request.confirmed_starts_at else ())} - {last}
                assert set(calls()) - stays <= {last}, (history, kind, calls())
                assert len(calls()) <= 2, (history, kind, calls())
            assert "requested" not in OutboxMessage.objects.filter(state="waiting").values_list("kind", flat=True)


def test_a_caller_whose_request_staff_took_is_owed_no_call_that_we_have_it(staff):
    taken = submit(contact_by="phone", by=staff)
    assert calls() == []
    booking.confirm_request(taken, by=staff, now=WEDNESDAY)
    assert calls() == ["confirmed"]
    # By email they have a letter, with the link to their page.
    submit(key="letter", by=staff, starts_at=local("2026-12-08 16:00"))
    assert OutboxMessage.objects.filter(kind="requested", channel="mail", recipient="patient").count() == 1


@pytest.mark.parametrize(
    ("called", "back"),
    [
        pytest.param("2026-12-02 12:00", "2026-12-02 16:00", id="closed: at the next opening"),
        pytest.param("2026-12-02 16:30", "2026-12-02 17:30", id="open: an hour later"),
        pytest.param("2026-12-02 19:30", "2026-12-03 16:00", id="closed in an hour: the next day"),
        pytest.param("2026-12-06 19:30", "2026-12-06 20:30", id="the visit begins as the clinic opens"),
    ],
)
def test_a_call_that_nobody_answered_comes_back_with_its_tries(desk, clock, called, back):
    request = submit(contact_by="phone")
    call, moment = the_call(), local(called)
    clock(moment)
    desk.force_login(desk.user)
    page = desk.post(f"{MESSAGES}{call.pk}/no-answer/", follow=True).content.decode()
    assert f"No answer from {request.reference}, tried once. It is back on the list from" in page
    shown = " ".join(section(page, "calls").split())
    for words in ("No calls to make right now", "Later:", "Ada Example", "tried once"):
        assert words in shown, words
    assert "no-answer/" not in shown
    assert request.reference in desk.get(f"{MESSAGES}?left=calls").content.decode()
    call.refresh_from_db()
    assert (call.call_again_at, call.marked_by) == (local(back), desk.user)
    assert "is not on the list anymore" in desk.post(f"{MESSAGES}{call.pk}/no-answer/", follow=True).content.decode()
    clock(local(back))
    desk.force_login(desk.user)
    assert "tried once" in section(desk.get("/admin/").content.decode(), "calls")
    desk.post(f"{MESSAGES}{call.pk}/no-answer/")
    assert "(tried 2 times, no answer)" in desk.get(f"/admin/consults/consultrequest/{request.pk}/change/").content.decode()


def test_a_call_about_a_visit_that_was_moved_comes_back_and_is_sorted_by_the_time_at_which_they_still_come(staff):
    """Nobody answers on a Saturday. Until somebody does, they come on Monday, wherever the visit is by now."""
    called, monday = local("2026-12-05 11:40"), local("2026-12-07 16:00")
    for number, moved_by in enumerate(("rescheduled twice", "a move that was confirmed", "email that took no address")):
        with undone(moved_by):
            request = submit(contact_by="email" if "email" in moved_by else "phone", starts_at=monday)
            request = booking.confirm_request(request, by=staff, now=WEDNESDAY)
            OutboxMessage.objects.filter(kind="confirmed").update(state="done", done_at=WEDNESDAY)
            if number == 1:
                booking.move_request(request, starts_at=local("2026-12-10 16:00"), now=WEDNESDAY)
                OutboxMessage.objects.filter(kind="moved").update(state="done", done_at=WEDNESDAY)
                booking.confirm_request(request, by=staff, now=called)
            else:
                for start in ("2026-12-09 16:00", "2026-12-10 16:00"):
                    request = booking.reschedule_request(request, starts_at=local(start), by=staff, now=called)
            if number == 2:
                OutboxMessage.objects.filter(kind="rescheduled", state="waiting").update(channel="call")
            sooner = submit(key="sooner", contact_by="phone", starts_at=local("2026-12-07 16:30"), now=WEDNESDAY)
            (call, *rest) = OutboxMessage.objects.calls_to_make(now=called).most_urgent_first(now=called)
            assert (call.event.request_id, [one.event.request_id for one in rest]) == (request.pk, [sooner.pk])
            assert mark_no_answer(OutboxMessage.objects.filter(pk=call.pk), by=staff, now=called) == 1
            call.refresh_from_db()
            assert call.call_again_at == called + timedelta(hours=1), moved_by
            # Once that time has passed, the next one counts.
            assert call.next_start(now=monday) == local("2026-12-10 16:00")


def test_a_call_to_try_again_is_still_owed_may_be_made_meanwhile_and_does_not_wait_for_a_wrong_clock(staff):
    request = submit(contact_by="phone")
    # Declined late, it is due to be erased but for the call.
    call = the_call()
    mark_no_answer(OutboxMessage.objects.filter(pk=call.pk), by=staff, now=WEDNESDAY)
    assert calls() == []
    ConsultRequest.objects.filter(pk=request.pk).update(status="declined", ended_at=WEDNESDAY - timedelta(days=400))
    assert not erasure.due_for_erasure(now=WEDNESDAY).exists()
    OutboxMessage.objects.update(marked_at=WEDNESDAY + timedelta(days=300), call_again_at=WEDNESDAY + timedelta(days=300))
    clock_ahead.date_again(now=WEDNESDAY, last_event=0)
    assert calls() == ["requested"]
    mark_no_answer(OutboxMessage.objects.filter(pk=call.pk), by=staff, now=WEDNESDAY)
    assert mark_made(OutboxMessage.objects.filter(pk=call.pk), by=staff, now=WEDNESDAY) == 1


def test_a_call_is_marked_on_the_page_of_its_request_which_says_what_to_say(desk):
    request = submit(contact_by="phone")
    page = f"/admin/consults/consultrequest/{request.pk}/change/"
    shown = desk.get(page).content.decode()
    assert "Ask for the person by name first, and do not name the clinic to anybody else." in shown
    assert "Ask for the person by name first" in section(desk.get("/admin/").content.decode(), "calls")
    for words in ("A call is due:", "Say that we have the request, 507-555-0100", "Call made<span", "Read what to say<span"):
        assert words in shown, words
    assert "Read what they will get" not in shown
    # The one filled button is that of the decision.
    assert shown.count('class="button"') == 1
    answer = desk.post(f"{MESSAGES}{the_call().pk}/no-answer/", {"from": "request"})
    assert answer["Location"] == page
    later = desk.get(page).content.decode()
    assert "is to be tried again" in later
    # Tried again before then: a second click counts nothing.
    for _ in range(2):
        desk.post(f"{MESSAGES}{the_call().pk}/no-answer/", {"from": "request", "tried": 1})
    assert the_call().calls_tried == 2
    assert desk.post(f"{MESSAGES}{the_call().pk}/made/", {"from": "request"})["Location"] == page
    made = " ".join(desk.get(page).content.decode().split())
    assert "A call is" not in made
    assert "(before that tried 2 times, no answer)" in made


def test_a_call_whose_letter_would_be_held_back_says_so_on_every_page_and_counts_as_not_made(desk, clock):
    """It offers what cannot be taken any more. Who read its words out before that changed may still say so."""

    def pages() -> str:
        addresses = ("/admin/", f"{MESSAGES}{call.pk}/change/", f"/admin/consults/consultrequest/{request.pk}/change/")
        return " ".join(" ".join(desk.get(address).content.decode().split()) for address in addresses)

    for why, contact_by in (("closed", "phone"), ("closed", "email"), ("run out", "phone")):
        for was_read_before in (False, True):
            with undone(f"{why} {contact_by} {was_read_before}"):
                clock(WEDNESDAY)
                desk.force_login(desk.user)
                request = decisions(desk.user)["confirmed"](submit(contact_by=contact_by, wants_earlier=True), WEDNESDAY)
                mark_made(OutboxMessage.objects.all(), by=desk.user, now=WEDNESDAY)
                OutboxMessage.objects.filter(kind="confirmed").update(state="done", done_at=WEDNESDAY)
                request = decisions(desk.user)["offered"](request, WEDNESDAY)
                call = OutboxMessage.objects.get(kind="offered")
                call_made = f"{MESSAGES}{call.pk}/made/"
                if contact_by == "phone":
                    assert (pages().count("Nothing to offer"), pages().count('name="to_make"')) == (0, 3)
                if why == "closed":
                    SpecialHours.objects.create(date=EARLIER.date())
                else:
                    clock(request.offers.get().answer_by)
                    desk.force_login(desk.user)
                if contact_by == "email":
                    deliver_due(now=WEDNESDAY)
                    call.refresh_from_db()
                    assert (call.state, call.problem) == ("dropped", "too_late")
                    continue
                shown = pages()
                assert shown.count("Nothing to offer: the offered time can no longer be taken") == 3, shown
                assert "Do not offer Friday, December 4" in shown
                assert "Take<span" in shown
                for words in (
                    "is held for you until",
                    "Offer a time, and record",
                    "A call is due",
                    'name="to_make"',
                    "no-answer/",
                ):
                    assert words not in shown, words
                desk.post(call_made, {"to_make": "yes"} if was_read_before else {})
                call.refresh_from_db()
                is_told = ("done", "") if was_read_before else ("dropped", "too_late")
                assert (call.state, call.problem, call.marked_by) == (*is_told, desk.user)


def test_the_page_of_a_call_has_the_name_the_number_the_words_and_what_became_of_it_and_no_data_of_the_machine(desk):
    request = submit(contact_by="phone")
    address = f"{MESSAGES}{the_call().pk}/change/"
    shown = " ".join(desk.get(address).content.decode().split())
    for words in ("<h1>Call Ada Example</h1>", 'href="tel:5075550100"', "we have your request", "Call made", "No answer"):
        assert words in shown, words
    for machine in ("lease", "Marked by", "Attempts", "Code of the last failure"):
        assert machine not in shown, machine
    assert desk.post(f"{MESSAGES}{the_call().pk}/made/", {"from": "request"})["Location"].endswith(f"{request.pk}/change/")
    shown = desk.get(address).content.decode()
    assert "Call made Wednesday, December 2, 10:00 AM." in shown
    assert "no-answer/" not in shown


def test_who_is_told_on_the_line_is_owed_no_call_about_the_decision(desk):
    page = "/admin/consults/consultrequest/{}/act/"
    for told, owed in (("yes", []), ("", ["confirmed"])):
        with undone(told):
            request = submit(contact_by="phone", by=desk.user)
            form = {"action": "confirm", "version": request.version, "told": told}
            shown = desk.post(page.format(request.pk), form, follow=True).content.decode()
            assert (calls(), "The call was made." in shown) == (owed, bool(told))
