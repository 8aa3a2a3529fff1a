"""Each action says beforehand what it does and whom it tells, and afterwards what was done and who is written to."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from clinic_site.models import Hold
from consults import booking
from consults.desk.actions import ACTIONS, possible_buttons
from consults.desk.effects import DOES, choices_of
from consults.desk.status_words import MEANINGS
from consults.models import AccessRecord, ConsultRequest, OutboxMessage, Reason, SpecialHours
from tests.builders import ADA, WEDNESDAY, submit
from tests.consults.statuses import EARLIER, LATER, MOVING, NEXT, OFFERED, bring_to, undone

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clinic", "clock"), pytest.mark.ignore_template_errors]
REQUESTS = "/admin/consults/consultrequest/"
HOUR = timedelta(hours=1)
FORMS = {
    "reschedule": {"starts_at": LATER.isoformat()},
    "offer": {"starts_at": EARLIER.isoformat()},
    "decline": {"reason": "decline-test"},
    "decline_move": {"reason": "decline-test"},
    "cancel": {"reason": "cancel-test"},
}


@pytest.fixture
def reasons():
    for use in ("decline", "cancel"):
        Reason.objects.create(use=use, code=f"{use}-test", label=use, text=f"We {use} in these very words.")


def send(desk, request: ConsultRequest, to: str, action: str, **form):
    return desk.post(f"{REQUESTS}{request.pk}/{to}/", {"action": action, "version": request.version, **form}, follow=True)


def test_every_action_and_every_status_has_its_line():
    assert set(DOES) == set(ACTIONS) - {"note"}
    assert set(MEANINGS) == set(ConsultRequest.Status)


@pytest.mark.usefixtures("reasons")
def test_what_is_said_of_a_letter_before_the_click_is_what_the_action_writes(desk):
    staff, seen = User.objects.create_user("berta"), set()
    for state in ("requested", "quarantined", "confirmed", MOVING, OFFERED):
        with undone(state):
            request = bring_to(state, staff)
            before = (request.version, request.events.count(), OutboxMessage.objects.count())
            possible = possible_buttons(request, now=WEDNESDAY, in_conflict=False)
            for choice in choices_of(request, [button for button in possible if button.code != "note"], now=WEDNESDAY):
                code = choice.button.code
                context = send(desk, request, "preview", code, **FORMS.get(code, {})).context
                assert "refused" not in context, (state, code, context["refused"])
                assert bool(context["letters"]) == choice.writes, (state, code)
                assert all(letter.to in choice.told for _, letter in context["letters"]), (state, code)
                seen.add(code)
            request.refresh_from_db()
            assert (request.version, request.events.count(), OutboxMessage.objects.count()) == before, state
    assert seen >= {"confirm", "reschedule", "decline", "decline_move", "cancel", "quarantine", "release", "accept_offer"}


@pytest.mark.usefixtures("reasons")
def test_the_letter_is_read_before_it_is_written_without_the_patients_own_link(desk):
    request = submit()
    page = send(desk, request, "preview", "decline", reason="decline-test").content.decode()
    assert "We decline in these very words." in page
    assert "ada@example.com" in page
    assert request.token not in page
    assert AccessRecord.objects.filter(kind="read", request=request, by=desk.user).count() == 1
    request.refresh_from_db()
    assert request.status == "requested"
    assert "Choose a reason from the list." in send(desk, request, "preview", "decline").content.decode()
    assert desk.get(f"{REQUESTS}{request.pk}/preview/").status_code == 405


@pytest.mark.usefixtures("reasons")
def test_the_page_says_what_was_done_and_who_is_told_and_the_session_does_not(desk):
    by_mail, by_phone = submit(), submit(key="phone", starts_at=LATER, contact_by="phone")
    answer = send(desk, by_mail, "act", "confirm")
    assert "Confirmed. We are writing to ada@example.com." in answer.content.decode()
    assert not list(answer.context["messages"])
    page = send(desk, by_phone, "act", "confirm").content.decode()
    assert "Confirmed. A call to 507-555-0100 is on the list." in page
    # Who only opens the address has done nothing.
    other = User.objects.create_superuser("olga")
    desk.force_login(other)
    assert "We are writing" not in desk.get(f"{REQUESTS}{by_mail.pk}/change/?done=2").content.decode()


def test_closing_without_a_letter_asks_once_and_says_what_the_person_reads(desk, client):
    request = submit(key="none", starts_at=None)
    ConsultRequest.objects.filter(pk=request.pk).update(starts_at=None)
    request.seats.all().delete()
    page = desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    drawer = re.search(r"<details name=\"action\">\s*<summary>Close without a letter</summary>.*?</details>", page, re.DOTALL)
    assert drawer
    promised = re.search(r"their own page says “(.*?)”", drawer[0])
    assert "This cannot be undone." in drawer[0]
    assert "Nobody is told." in drawer[0]
    assert "Closed without a letter. Nobody is told." in send(desk, request, "act", "answer").content.decode()
    assert promised
    assert promised[1].rstrip(".") in client.get(f"/consults/{request.token}/").content.decode()


def test_a_request_is_titled_by_its_name_which_no_tab_shows(desk):
    request = booking.confirm_request(submit(), by=desk.user, now=WEDNESDAY)
    page = desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    assert f'<h1>Ada Example, <span class="ref">{request.reference}</span></h1>' in page
    assert "Ada" not in re.search("<title>.*?</title>", page, re.DOTALL)[0]
    assert MEANINGS["confirmed"] in page


def test_who_found_no_time_is_asked_before_one_is_confirmed_and_set_aside_last(desk):
    request = booking.submit_request(submission_key="none", starts_at=None, person=ADA, now=WEDNESDAY)
    page = f"{REQUESTS}{request.pk}/change/"
    shown = desk.get(page).content.decode()
    labels = re.findall(
        r'name="action"[^>]*>\s*<summary>([^<]+)</summary>', shown.partition('class="choices"')[2].partition("</section>")[0]
    )
    assert labels == ["Offer a time and wait for a yes", "Confirm a time", "Decline", "Close without a letter", "Set aside"]
    assert re.findall(r'<details name="action" open>\s*<summary>([^<]+)', shown) == ["Offer a time and wait for a yes"]
    assert "write to ada@example.com from the clinic" in " ".join(shown.split())
    for untrue in ("frees the time", "any other of theirs", "Earlier time</label>"):
        assert untrue not in shown, untrue
    for select in ("starts_at", "offered"):
        starts = shown.partition(f'id="{select}"')[2].partition("</select>")[0]
        assert starts.count("<option") > 100, "every open time, not the first dozen"
    send(desk, request, "act", "offer", starts_at=LATER.isoformat())
    shown = " ".join(desk.get(page).content.decode().split())
    for words in (
        "A time is offered: Wednesday, December 9, 2026, 4:00 PM to 4:30 PM Central Time. It is held until",
        "The letter goes out automatically, usually within a minute.",
        "confirms the offered time.",
        "Their own page showed it, so call if they may have read it.",
    ):
        assert words in shown, words
    for untrue in ("no time is held", "get in touch", "gives up the other"):
        assert untrue not in shown, untrue
    front = desk.get("/admin/").content.decode()
    assert "offered Wednesday, December 9, 4:00 PM; waiting for their yes until Friday, December 4, 6:00 PM" in front
    assert "get in touch" not in front


@pytest.mark.parametrize(("answers", "leaves"), [("requested", LATER), ("confirmed", None)])
def test_a_waiting_request_is_offered_any_open_time_and_a_confirmed_visit_only_earlier_ones(desk, answers, leaves):
    request = submit(starts_at=NEXT, wants_earlier=True)
    if answers == "confirmed":
        booking.confirm_request(request, by=desk.user, now=WEDNESDAY)
    offers = desk.get(f"{REQUESTS}{request.pk}/change/").content.decode().partition('id="offered"')[2].partition("</select>")[0]
    starts = re.findall(r'<option value="(\d[^"]+)"', offers)
    assert "2026-12-07T16:00:00-06:00" in starts
    assert "2026-12-08T16:00:00-06:00" not in starts, "their own"
    assert ("2026-12-09T16:00:00-06:00" in starts) == (leaves is not None)


@pytest.mark.parametrize("channel", ["mail", "call"])
def test_beside_the_answer_stands_whether_it_has_reached_the_person(desk, channel):
    request = submit(contact_by="phone" if channel == "call" else "email")
    reason = Reason.objects.create(use="decline", code="decline-full", label="No open time", text="No time.")
    booking.decline_request(request, reason=reason, by=desk.user, now=WEDNESDAY)
    for state, words in (
        ({}, {"call": "The call has not been made yet.", "mail": "The letter goes out automatically, usually within"}[channel]),
        ({"state": "failed", "channel": "mail"}, "The letter could not be delivered."),
        ({"state": "done", "done_at": WEDNESDAY, "channel": channel}, "Wednesday, December 2, 10:00 AM."),
    ):
        OutboxMessage.objects.filter(kind="declined").update(**state)
        shown = " ".join(desk.get(f"{REQUESTS}{request.pk}/change/").content.decode().split())
        status = shown.partition('class="field-status"')[2].partition('class="when')[0]
        assert "Reason given: No open time." in status
        assert words in status


def test_a_letter_about_something_else_is_no_sign_that_the_answer_was_told(desk):
    """They accepted on the phone, so no letter says it: that of their request, which has left, is another."""
    request = submit(contact_by="phone", wants_earlier=True)
    booking.offer_earlier(request, starts_at=EARLIER, by=desk.user, now=WEDNESDAY)
    OutboxMessage.objects.update(state="done", done_at=WEDNESDAY)
    booking.accept_offer(request, by=desk.user, now=WEDNESDAY)
    shown = desk.get(f"{REQUESTS}{request.pk}/change/").content.decode().partition('class="field-status"')[2]
    assert "Call made" not in shown.partition('class="when')[0]


def test_while_email_is_held_or_late_no_line_says_that_a_letter_leaves(desk):
    """A hold after downtime keeps back what fell due before it; what is decided now leaves."""
    request = submit()
    page = f"{REQUESTS}{request.pk}/change/"
    for reason, holds in (("restored", True), ("downtime", False), ("", True)):
        with undone(reason):
            if reason:
                Hold.objects.put(reason, now=WEDNESDAY - HOUR)
            else:
                OutboxMessage.objects.update(not_before=WEDNESDAY - 2 * HOUR)
            shown = " ".join(desk.get(page).content.decode().split())
            notice = {"restored": "No email leaves now: a backup was restored.", "": "Email is late: the oldest letter has been"}
            assert (notice.get(reason, "email leaves") in shown) == holds
            before = {
                "restored": "The letter to ada@example.com waits until an owner starts email again: a backup was restored.",
                "downtime": "<strong>We write to ada@example.com.</strong>",
                "": "We write to ada@example.com. The letter may be late: the oldest letter has been waiting since today, 8:",
            }
            assert before[reason] in shown
            done = " ".join(send(desk, request, "act", "confirm").content.decode().split())
            after = before[reason].replace("We write", "We are writing").replace("<strong>", "").replace("</strong>", "")
            # Confirming drops the letter that waited; no other is late.
            assert f"Confirmed. {after}" in done or not reason


def test_who_is_called_is_called_before_a_time_is_chosen_and_was_not_moved_by_it(desk):
    called = replace(ADA, contact_by="phone")
    request = booking.submit_request(submission_key="none", starts_at=None, person=called, now=WEDNESDAY)
    page = f"{REQUESTS}{request.pk}/change/"
    shown = desk.get(page).content.decode()
    assert '<a class="touch" href="tel:5075550100">' in shown.partition("In this order")[2].partition("</ol>")[0]
    assert '<details name="action" open>' not in shown, "no list of times before the call"
    done = send(desk, request, "act", "reschedule", starts_at=LATER.isoformat(), told="yes").content.decode()
    assert "Confirmed. The call was made." in done
    assert "Moved and confirmed" not in done.partition('aria-labelledby="sent"')[0], "they had no time to be moved from"
    assert "In this order" not in done


def test_setting_aside_takes_a_second_click_and_restoring_says_that_a_letter_may_repeat(desk):
    request = submit()
    shown = desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    beside, drawers = shown.partition('class="choices"')[2].split('<div class="drawers">')
    assert 'value="quarantine"' not in beside
    assert 'value="quarantine"' in drawers
    letter = OutboxMessage.objects.filter(kind="requested", recipient="patient")
    letter.update(state="done", done_at=WEDNESDAY)
    send(desk, request, "act", "quarantine")
    assert "They were sent the same letter when they asked." in desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    # An attempt of which nobody noted what became of it.
    letter.update(state="failed", done_at=None, attempts=1, problem="")
    assert "They may have had the same letter when they asked." in desk.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    stranger = submit(key="two", starts_at=NEXT, looks_like_spam=True)
    assert "had the same letter" not in desk.get(f"{REQUESTS}{stranger.pk}/change/").content.decode()


def test_restoring_says_first_whether_the_time_is_still_free(desk):
    request = submit()
    send(desk, request, "act", "quarantine")
    page = f"{REQUESTS}{request.pk}/change/"
    free, taken = "holds the time again, which is still free", "Not possible now: somebody else has the time."
    closed = "Not possible now: the clinic is closed at that time."
    shown = desk.get(page).content.decode()
    assert (free in shown, taken in shown) == (True, False)
    with undone("taken"):
        submit(key="two", email="ben@example.com", phone="507-555-0101")
        shown = desk.get(page).content.decode()
        assert (free in shown, taken in shown) == (False, True)
        # The other way to restore is the only one that has a letter.
        assert (shown.count("We write to"), "Restore without the time" in shown) == (1, True)
    SpecialHours.objects.create(date=request.starts_at.date())
    assert closed in desk.get(page).content.decode()


def test_a_letter_that_waits_for_the_worker_says_that_it_leaves_by_itself(desk):
    request = submit()
    shown = " ".join(desk.get(f"{REQUESTS}{request.pk}/change/").content.decode().split())
    leaves = "not sent yet: it goes out automatically, usually within a minute"
    assert leaves in shown
    Hold.objects.put("restored", now=WEDNESDAY - HOUR)
    held = " ".join(desk.get(f"{REQUESTS}{request.pk}/change/").content.decode().split())
    assert (leaves in held, "not sent yet" in held) == (False, True)
