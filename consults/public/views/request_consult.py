"""The booking page, and the page after a request was sent."""

from datetime import datetime
from functools import partial

from django.conf import settings
from django.core import signing
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from consults import booking, dates, status_text
from consults.contact import dialed_phone
from consults.current_rules import read_rules
from consults.models import ConsultRequest
from consults.public.blank_page import blank_page
from consults.public.form import ConsultRequestForm
from consults.public.form_ticket import BadTicket, Ticket, is_same_form, new_ticket, read_ticket, renewed
from consults.public.page_words import PageWords
from consults.public.slots import read_times_page
from consults.public.unsent_form import gives_answers_back, unsent_form
from consults.scheduling import Offers
from consults.set_aside import TooManySetAside
from consults.spam import looks_like_spam
from guard import rate_limit
from guard.client_address import client_key
from pages.facts import clinic_of
from pages.models import Page

_SENT_SALT = "consults.sent"
_SENT_SECONDS = 30 * 60
# Somebody has to look meanwhile, or a machine to stop.
_ASIDE_SECONDS = 60 * 60
_BREADCRUMBS = [{"name": "Home", "url": "/"}, {"name": "Book a consult", "url": "/book-a-consult/"}]


@gives_answers_back
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_consult(request):
    """Shows the booking form and accepts a request."""
    now = timezone.now()
    if request.method == "POST":
        return _answer_post(request, now)
    return blank_page(request, now=now, ticket=str(new_ticket(now=now)), make=partial(_blank_page, request))


def _blank_page(request, now: datetime, ticket: str, offers: Offers, csrf_token: str):
    form = ConsultRequestForm(ticket=ticket, consult=clinic_of(request).consult)
    return _form_page(request, form, now, status=200, offers=offers, csrf_token=csrf_token)


def _answer_post(request, now: datetime):
    try:
        ticket = read_ticket(signed := request.POST.get("ticket", ""))
    except BadTicket:
        return _bare_page(request, "403_csrf.html", status=403)
    # The clinic's row as it is remembered: only a page that is shown again reads it, with all that its head and foot need.
    form = ConsultRequestForm(request.POST, ticket=signed, consult=read_rules(now).clinic.consult)
    earlier = booking.find_submission(ticket.key)
    is_copy = earlier and is_same_form(earlier, form)
    if earlier and is_copy is not False:
        return _sent(earlier, to_sender=bool(is_copy))
    client = client_key(request)
    if rate := settings.BOOKING_RATE:
        wait = rate_limit.take(client, limit=rate.limit, seconds=rate.seconds, now=now)
        if wait:
            return _too_many(request, wait)
    if not form.is_valid():
        return _form_page(request, form, now, status=422)
    if earlier:
        return _other_answers(request, form, ticket, earlier, now)
    wanted, person = form.cleaned_data["starts_at"], form.person
    spam = partial(
        looks_like_spam,
        honeypot=form.cleaned_data["website"],
        read_at=ticket.read_at,
        person=person,
        starts_at=wanted,
        client=client,
        limits_addresses=settings.BOOKING_RATE is not None,
        now=now,
    )
    try:
        made = booking.submit_request(
            submission_key=ticket.key,
            starts_at=wanted,
            person=person,
            now=now,
            wants_earlier=form.cleaned_data["earlier"],
            client=client,
            looks_like_spam=spam,
        )
        # Another POST of the same form may have come first.
        is_copy = made.created_at == now or is_same_form(made, form)
        return _other_answers(request, form, ticket, made, now) if is_copy is False else _sent(made, to_sender=bool(is_copy))
    except TooManySetAside:
        return _too_many_aside(request)
    except booking.Refused as refused:
        form.refuse(status_text.REFUSALS[refused.code], refused.code)
        return _form_page(request, form, now, status=422, wanted=wanted)


def _other_answers(request, form: ConsultRequestForm, ticket: Ticket, made: ConsultRequest, now: datetime):
    """The page for the form of `made` with other answers than it had, or has any more. Dropped in silence, they would be lost."""
    form.ask_whether_new(str(renewed(ticket)), is_erased=made.erased_at is not None)
    return _form_page(request, form, now, status=422)


def _form_page(
    request,
    form: ConsultRequestForm,
    now: datetime,
    *,
    status: int,
    wanted: datetime | None = None,
    offers: Offers | None = None,
    **context,
):
    """The booking page. `wanted` is a start that was refused: the nearest open times are shown first."""
    times = read_times_page(
        asked=request.GET.get("from"),
        base_url=reverse("consults:request"),
        clinic=clinic_of(request),
        now=now,
        wanted=wanted,
        offers=offers,
    )
    form.choices = times.choices
    page = Page.objects.filter(key=Page.BOOK_A_CONSULT).first() or Page(title="Book a consult", browser_title="Book a consult")
    context |= {"page": page, "section": "book-a-consult", "form": form, "breadcrumbs": _BREADCRUMBS, **times.context}
    return render(request, "consults/request_consult.html", context, status=status)


def _sent(made: ConsultRequest, *, to_sender: bool):
    """The same redirect for everybody; only the sender gets the cookie that shows the request and the patient's own page."""
    address = reverse("consults:sent")
    response = HttpResponseRedirect(address, status=303)
    if not to_sender:
        return response
    response.set_cookie(
        settings.SENT_COOKIE_NAME,
        signing.dumps(made.reference, salt=_SENT_SALT),
        max_age=_SENT_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.PUBLIC.is_https,
        # A __Host- cookie must have the path /.
        path="/" if settings.PUBLIC.is_https else address,
    )
    return response


def _too_many(request, wait: int):
    context = unsent_form(request) | {"retry_text": rate_limit.wait_text(wait)}
    response = _bare_page(request, "consults/too_often.html", status=429, **context)
    response["Retry-After"] = str(wait)
    return response


def _too_many_aside(request):
    phone = clinic_of(request).phone
    context = unsent_form(request) | {"retry_text": rate_limit.wait_text(_ASIDE_SECONDS)}
    context |= {"phone": phone, "phone_link": dialed_phone(phone or "")}
    response = _bare_page(request, "consults/too_many.html", status=429, **context)
    response["Retry-After"] = str(_ASIDE_SECONDS)
    return response


def _bare_page(request, template: str, *, status: int, **context):
    return render(request, template, {"clinic_name": clinic_of(request).name, **context}, status=status)


@never_cache
@require_safe
def sent(request):
    """Tells the browser that just sent a request what happens next, or what became of it; shows any other a neutral page."""
    clinic = clinic_of(request)
    found = _just_sent(request)
    context: dict[str, object] = {"request_sent": found, "clinic": clinic, "section": ""}
    if found:
        zone = clinic.zone
        label, words = clinic.time_zone_label, PageWords(found, timezone.now(), clinic.consult, corrected="on your own page")
        visit = words.visit
        context |= {
            "words": words,
            "when": dates.visit_text(visit.start.astimezone(zone), visit.end.astimezone(zone), label) if visit else "",
            "answer_by": dates.moment_text(found.answer_by.astimezone(zone), label),
            "goes_to": found.phone if words.are_called else found.email,
        }
    return render(request, "consults/sent.html", context)


def _just_sent(request) -> ConsultRequest | None:
    try:
        reference = signing.loads(request.COOKIES.get(settings.SENT_COOKIE_NAME, ""), salt=_SENT_SALT, max_age=_SENT_SECONDS)
    except signing.BadSignature:
        return None
    return ConsultRequest.objects.filter(reference=reference, erased_at=None).first()
