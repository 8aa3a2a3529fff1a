"""The patient's own page: the status of the request, moving or withdrawing it, and an offered earlier time."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from consults import booking, dates, status_text
from consults.messages.as_told import change_for_page, place_before
from consults.messages.meeting import we_call
from consults.models import ConsultRequest, Event
from consults.public.address_form import AddressForm
from consults.public.page_words import PageWords
from consults.public.slots import read_times_page
from consults.public.times_form import MoveForm
from consults.scheduling import ConsultTime, Refusal
from consults.spam import asked_enough, leaves_no_time
from consults.transitions import may_happen
from guard import rate_limit
from guard.client_address import client_key
from guard.readers import read_instant
from guard.sealing import blind_index
from pages.facts import clinic_of

_PURPOSE = "own page"
# A token can be tried from many IP addresses.
_TRIES_AN_HOUR = 20
# A day, from one IP address, of all requests: each is a letter to the new address and one to the old.
_MOST_CORRECTIONS = 6
# Action -> the answer to an offer, and the event that it leaves.
_ANSWERS = {
    "accept": (booking.accept_offer, Event.Kind.OFFER_ACCEPTED),
    "refuse": (booking.refuse_offer, Event.Kind.OFFER_REFUSED),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_page(request, token: str):
    """A GET changes nothing, because mail scanners open links; a POST acts. Withdrawing has no limit."""
    now = timezone.now()
    found = find_by_token(token, now)
    if request.method != "POST":
        return _page(request, found, MoveForm(), now, status=200)
    action = request.POST.get("action", "")
    if action == "withdraw":
        return _withdraw(request, token, found, now)
    if wait := _seconds_to_wait(request, token, now):
        return _too_many(request, found, now, wait)
    if action == "move":
        return _move(request, token, found, now)
    if action == "address":
        return _readdress(request, found, now)
    if action == "keep":
        return _keep(request, token, found, now)
    if action in _ANSWERS:
        return _answer_offer(request, token, found, now, action)
    return _page(
        request, found, MoveForm(), now, status=422, problem=f"Choose another time, or {_words(request, found, now).way_out}"
    )


def find_by_token(token: str, now: datetime) -> ConsultRequest:
    found = ConsultRequest.objects.by_token(token, now=now).first()
    if found is None:
        raise Http404
    return found


def _words(request, found: ConsultRequest, now: datetime) -> PageWords:
    return PageWords(found, now, clinic_of(request).consult)


def _seconds_to_wait(request, token: str, now: datetime) -> int:
    """Takes a try of the token and one of the IP address, the booking form's own. Returns 0, or the seconds until the next."""
    wait = rate_limit.take(blind_index(_PURPOSE, token), limit=_TRIES_AN_HOUR, seconds=3600, now=now)
    if not wait and (rate := settings.BOOKING_RATE):
        wait = rate_limit.take(client_key(request), limit=rate.limit, seconds=rate.seconds, now=now)
    return wait


def _too_many(request, found: ConsultRequest, now: datetime, wait: int):
    problem = (
        f"You have tried this too many times. Try again {rate_limit.wait_text(wait)}, or {_words(request, found, now).way_out}"
    )
    response = _page(request, found, MoveForm(), now, status=429, problem=problem)
    response["Retry-After"] = str(wait)
    return response


def _withdraw(request, token: str, found: ConsultRequest, now: datetime):
    try:
        booking.withdraw_request(found, now=now)
    except booking.NotAllowed as stopped:
        if stopped.code != "is_withdrawn":
            return _not_allowed(request, found, now, stopped)
    return _back(token)


def _move(request, token: str, found: ConsultRequest, now: datetime):
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, now, status=422)
    wanted = form.cleaned_data["starts_at"]
    try:
        is_refused = partial(leaves_no_time, limits_addresses=settings.BOOKING_RATE is not None, now=now)
        booking.move_request(found, starts_at=wanted, now=now, leaves_no_time=is_refused)
    except booking.NotAllowed as stopped:
        return _not_allowed(request, found, now, stopped)
    except booking.Refused as refused:
        if refused.code == Refusal.TAKEN:
            found.refresh_from_db()
            # A double click, or a page from before it was theirs: nobody else has taken it.
            if wanted in {found.starts_at, found.confirmed_starts_at}:
                return _own_time(request, token, found, now, wanted)
        form.refuse(status_text.REFUSALS[refused.code], refused.code)
        return _page(request, found, form, now, status=422, wanted=wanted)
    return _back(token)


def _own_time(request, token: str, found: ConsultRequest, now: datetime, wanted: datetime):
    """The page shows that it is theirs; to keep a confirmed time while another one is asked for, they have to say so."""
    if wanted == found.starts_at:
        return _back(token)
    problem = _words(request, found, now).keeps_confirmed
    return _page(request, found, MoveForm(), now, status=422, problem=problem)


def _readdress(request, found: ConsultRequest, now: datetime):
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _page(request, found, MoveForm(), now, status=422, address_form=form)
    client = client_key(request, purpose="corrections")
    if settings.BOOKING_RATE and (wait := rate_limit.take(client, limit=_MOST_CORRECTIONS, seconds=86_400, now=now)):
        return _too_many(request, found, now, wait)
    email = form.cleaned_data["email"]
    try:
        sets_aside = partial(asked_enough, replace(found.person, email=email), now=now)
        booking.readdress_request(found, email=email, now=now, sets_aside=sets_aside)
    except booking.NotAllowed as stopped:
        return _not_allowed(request, found, now, stopped)
    # Under its new token, which this browser has to be told.
    return _back(ConsultRequest.objects.get(pk=found.pk).token)


def _keep(request, token: str, found: ConsultRequest, now: datetime):
    try:
        booking.take_back_move(found, now=now)
    except booking.NotAllowed as stopped:
        # Sent twice is fine; that staff confirmed the new time meanwhile has to be said.
        last = found.events.last()
        if last is None or last.kind != Event.Kind.MOVE_TAKEN_BACK:
            return _not_allowed(request, found, now, stopped)
    return _back(token)


def _answer_offer(request, token: str, found: ConsultRequest, now: datetime, action: str):
    """Accepts or refuses the offered time. The form names it, so that a page from before another offer answers neither."""
    decide, event = _ANSWERS[action]
    try:
        decide(found, now=now, starts_at=read_instant(request.POST.get("offered")))
    except booking.NotAllowed as stopped:
        last = found.events.last()
        # Sent twice is fine.
        if stopped.code != "no_offer" or last is None or last.kind != event:
            return _not_allowed(request, found, now, stopped)
    except booking.Refused:
        with suppress(booking.NotAllowed):
            booking.end_closed_offer(found, now=now)
        found.refresh_from_db()
        problem = f"We can no longer offer that time. {_words(request, found, now).what_stays}"
        return _page(request, found, MoveForm(), now, status=422, problem=problem)
    return _back(token)


def _not_allowed(request, found: ConsultRequest, now: datetime, stopped: booking.NotAllowed):
    """The page with the request's current state and the reason nothing was changed."""
    found.refresh_from_db()
    return _page(request, found, MoveForm(), now, status=422, problem=_words(request, found, now).refusal(stopped.code))


def _back(token: str):
    response = redirect("consults:own_page", token=token)
    response.status_code = 303
    return response


def _page(
    request, found: ConsultRequest, form: MoveForm, now: datetime, *, status: int, problem="", wanted=None, address_form=None
):
    clinic = clinic_of(request)
    zone, label = clinic.zone, clinic.time_zone_label

    def in_words(visit: ConsultTime | None) -> str:
        return dates.visit_text(visit.start.astimezone(zone), visit.end.astimezone(zone), label) if visit else ""

    words, is_open = _words(request, found, now), may_happen(Event.Kind.WITHDRAWN, found, now)
    may_move = may_happen(Event.Kind.MOVED, found, now)
    may_correct = may_happen(Event.Kind.READDRESSED, found, now) and not words.went_unanswered
    problem = problem or words.form_is_gone({Event.Kind.MOVED: form, Event.Kind.READDRESSED: address_form})
    waits = is_open and not words.went_unanswered
    offer, to_calendar = words.offer, change_for_page(found)
    context = {
        "own": found,
        "visit": clinic.consult.word,
        "words": words,
        "when": in_words(words.visit),
        "confirmed_when": in_words(found.confirmed_visit) if found.is_moving else "",
        "offer": offer,
        "offered_when": in_words(offer.visit) if offer else "",
        "offered_until": dates.moment_text(offer.answer_by.astimezone(zone), label) if offer else "",
        "closed_offer": in_words(words.closed_offer.visit) if words.closed_offer and not problem else "",
        "we_call": we_call(found, clinic),
        "place_before": place_before(found, clinic=clinic, now=now),
        "to_calendar": to_calendar.method if to_calendar.visit and to_calendar.visit.start > now else "",
        "may_keep": may_happen(Event.Kind.MOVE_TAKEN_BACK, found, now),
        "may_move": may_move,
        "why_no_move": words.why_no_move if is_open and not may_move else "",
        "answer_by": dates.moment_text(found.answer_by.astimezone(zone), label) if found.answer_by > now else "",
        "is_open": is_open,
        "problem": problem,
        "form": form,
        "address_form": (address_form or AddressForm()) if may_correct else None,
        "is_reached_by": found.person.contact_by,
        "reached_at": words.reached_at if waits and (may_correct or not words.is_unreached) else "",
        "section": "",
        "canonical": "",
    }
    if may_move:
        times = read_times_page(
            asked=request.GET.get("from"),
            base_url=reverse("consults:own_page", args=[found.token]),
            clinic=clinic,
            now=now,
            wanted=wanted,
            moving=found,
            leave_out=words.not_to_ask_for,
        )
        form.choices = times.choices
        context |= times.context
    return render(request, "consults/own_page.html", context, status=status)
