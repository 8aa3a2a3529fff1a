"""The context of one request's page."""

from datetime import datetime, timedelta

from django.utils import timezone

from consults import dates, open_times
from consults.conflicts import Conflict, conflicts_of, offer_misfits, shown_in_form
from consults.contact import dialed_phone
from consults.current_rules import Rules, read_rules
from consults.models import ConsultRequest, EarlierOffer, OutboxMessage, Reason, ReferralSource, SpecialHours
from consults.models.reason import GIVES_CLINICIANS_REASONS
from consults.scheduling.reply import BEFORE_THE_START
from consults.transitions import Button
from pages.consult_kind import CALL, VIDEO
from pages.models import Clinic

from .actions import possible_buttons
from .display import confirmed_visit_text, moment_in_sentence, name_of, near_moment, person_of, staff_notes_of, whole_visit_text
from .effects import choices_of, outcome_of
from .estimate import estimate_of, estimate_once_set
from .handing import NO_CLINICIAN, read_colleagues
from .mail_stop import MailStop, mail_stop
from .outbox_words import address_of, purpose_of
from .same_person import other_open_requests
from .short_notice import about_short_times, short_until
from .status_words import meaning_of
from .timeline import last_note, read_timeline
from .told import told_of_offer, told_of_status

DAYS_OFFERED = 21
# (day, [(start, its time)])
Days = list[tuple[str, list[tuple[datetime, str]]]]
# The one filled button of the page is the first of these that is possible.
_PRIMARY = ("confirm", "complete", "accept_offer")
# Of a request without a time: who refused every listed one is asked first, by letter or by phone.
_PRIMARY_WITHOUT_TIME = {"email": "offer", "phone": "reschedule"}
_GIVES_REASON = (ConsultRequest.Status.DECLINED, ConsultRequest.Status.CANCELLED)
_ORDER = ("reschedule", "offer")


def page_context(
    found: ConsultRequest, *, user, now: datetime, may_decide: bool, seen: int | None, done: int | None = None
) -> dict:
    """Everything the template shows to the user.

    `seen` is the version the reader saw, when a decision of theirs was refused as stale; `done` the one that it made.
    """
    clinic = Clinic.objects.current()
    person, offer, stop = person_of(found), EarlierOffer.objects.of(found), mail_stop(now)
    sent = list(OutboxMessage.objects.filter(event__request=found).select_related("marked_by").order_by("pk"))
    context = {
        "now": now,
        "person": person,
        "means": meaning_of(found, is_offered=offer is not None),
        "told": told_of_status(found, sent, stop),
        "mail_stop": stop.in_words(now=now) if stop and (found.status in ConsultRequest.OPEN or _has_waiting_mail(sent)) else "",
        "staff_notes": (staff_notes := staff_notes_of(found)),
        "noted": last_note(found) if staff_notes else None,
        "lacks_way_to_join": clinic.consult == VIDEO and not clinic.video_link,
        "lacks_number": clinic.consult == CALL and found.erased_at is None and not person.phone,
        "phone_link": dialed_phone(person.phone),
        "visit": whole_visit_text(found, clinic.time_zone_label) if found.visit or not offer else "No time yet",
        "confirmed_visit": confirmed_visit_text(found, clinic.time_zone_label) if found.is_moving else "",
        "due": moment_in_sentence(found.answer_by, now),
        "is_waiting": found.status in ConsultRequest.AWAITING_ANSWER,
        "is_open": found.status in ConsultRequest.OPEN,
        "timeline": (timeline := read_timeline(found, seen=seen)),
        "reason": next((line.reason for line in timeline if line.reason), "") if found.status in _GIVES_REASON else "",
        "sent": sent,
        "calls": [],
        "same_person": other_open_requests(found, now=now) if found.status in ConsultRequest.OPEN else [],
        "outcome": _outcome(found, sent, stop, done=done, user=user),
        "version": found.version,
        "possible": [],
        "primary": "",
        "opened": "",
        "short_until": None,
        "get_in_touch": "",
        "colleagues": [],
        "no_clinician": "",
        "with_colleague": (with_colleague := _with_colleague(found, user)),
        "may_note": False,
        "conflicts": [],
        "offer": _offer_in_words(offer, found, clinic) | ({"told": told_of_offer(sent, stop)} if offer else {}),
        "estimate_set": estimate_once_set(found, now=now, clinic=clinic),
    }
    if may_decide:
        rules = read_rules(now)
        conflicts = conflicts_of(found, rules=rules, now=now)
        possible = possible_buttons(found, now=now, in_conflict=bool(conflicts))
        needs = {button.needs for button in possible}
        days = open_days(now) if needs & {"time", "offer"} else []
        to_offer = _to_offer(found, days, now) if "offer" in needs else []
        shown = [button for button in possible if button.needs != "note" and (to_offer or button.needs != "offer")]
        order = _ORDER[::-1] if is_without_time(found) and person.contact_by == "email" else _ORDER
        shown.sort(key=lambda button: order.index(button.code) if button.code in order else len(order))
        context |= {
            "calls": _calls_owed(sent, rules, now, name=person.full_name),
            "possible": sorted(choices_of(found, shown, now=now, stop=stop), key=lambda one: one.button.code == "quarantine"),
            "primary": (primary := _primary(found, shown, person.contact_by, hold_on=bool(staff_notes or with_colleague))),
            # A letter asks; a call comes before any choice.
            "opened": primary if primary == "offer" else "",
            "get_in_touch": person.contact_by if offer is None and needs & {"time", "offer"} and is_without_time(found) else "",
            "colleagues": (colleagues := read_colleagues(user) if found.status in ConsultRequest.OPEN else []),
            "no_clinician": NO_CLINICIAN if colleagues and not any(one.is_clinician for one in colleagues) else "",
            "to_offer": to_offer,
            "estimate_if_confirmed": estimate_of(found.starts_at, set_at=now, clinic=clinic) if found.starts_at else None,
            "estimate_of_another": estimate_of(None, set_at=now, clinic=clinic),
            "offer_conflict": offer is not None and offer_misfits(offer, rules=rules, now=now),
            "may_note": "note" in needs,
            "conflicts": [(near_moment(one.visit.start, now), _why(one, rules)) for one in conflicts],
            "shown": shown_in_form(conflicts),
            "is_not_posted": any(one.visit == found.visit and "closed" in one.reasons for one in conflicts),
            "days": days,
            "short_until": (until := short_until([at for _, starts in days for at, _ in starts], rules, now)),
            "short_notice": about_short_times(rules) if until else "",
            "referral_sources": ReferralSource.objects.offered() if found.erased_at is None else [],
            **(_reasons(user) if "reason" in needs else {}),
        }
    return context


def _reasons(user) -> dict[str, list[Reason]]:
    """`not_theirs`: those that only a clinician may give, where the user is none."""
    every = list(Reason.objects.filter(is_offered=True))
    not_theirs = [] if user.has_perm(GIVES_CLINICIANS_REASONS) else [one for one in every if one.for_clinicians]
    return {"reasons": [one for one in every if one not in not_theirs], "not_theirs": not_theirs}


def _why(conflict: Conflict, rules: Rules) -> str:
    """Why a held time does not fit: of a day that is closed as a whole, with the note of colleagues."""
    day = rules.posted.local_date(conflict.visit.start)
    if "closed" not in conflict.reasons or rules.posted.open_intervals(day):
        return f"is {conflict.in_words}"
    note = SpecialHours.objects.filter(date=day).exclude(note="").values_list("note", flat=True).first()
    return f"is {conflict.in_words}. The clinic is closed that day{f' ({note})' if note else ''}"


def _with_colleague(found: ConsultRequest, user) -> str:
    """The colleague who has an open request, unless that is the user."""
    has_it = found.assigned_to if found.status in ConsultRequest.OPEN else None
    return name_of(has_it) if has_it and has_it != user else ""


def is_without_time(found: ConsultRequest) -> bool:
    """Whether we owe this person an answer, and none of the listed times worked for them."""
    return found.status == ConsultRequest.Status.REQUESTED and found.starts_at is None


def _primary(found: ConsultRequest, shown: list[Button], contact_by: str, *, hold_on: bool) -> str:
    """`hold_on`: a note or a colleague may say that it is not to be confirmed, so no button says that it is."""
    codes = {button.code for button in shown} - ({"confirm"} if hold_on else set())
    of_no_time = (_PRIMARY_WITHOUT_TIME.get(contact_by, ""), "reschedule") if is_without_time(found) else ()
    return next((code for code in (*_PRIMARY, *of_no_time) if code in codes), "")


def _to_offer(found: ConsultRequest, days: Days, now: datetime) -> Days:
    """The open times that may be offered: such as leave time for an answer, and to a confirmed visit only earlier ones."""
    own, soonest = found.starts_at, now + BEFORE_THE_START
    may_be_later = own is None or found.status == ConsultRequest.Status.REQUESTED

    def is_fit(start: datetime) -> bool:
        return start > soonest and start != own and (may_be_later or own is None or start < own)

    fit = ((day, [(start, label) for start, label in starts if is_fit(start)]) for day, starts in days)
    return [(day, starts) for day, starts in fit if starts]


def _has_waiting_mail(sent: list[OutboxMessage]) -> bool:
    return any(one.channel == OutboxMessage.Channel.MAIL and one.state == OutboxMessage.State.WAITING for one in sent)


def _calls_owed(sent: list[OutboxMessage], rules: Rules, now: datetime, *, name: str) -> list[dict]:
    """Calls that this person is owed; `again`: from when one that nobody answered is to be tried."""
    owed = [one for one in sent if one.channel == OutboxMessage.Channel.CALL and one.state == OutboxMessage.State.WAITING]
    return [
        {
            "message": one,
            "name": name,
            "to": address_of(one),
            **purpose_of(one, rules=rules, now=now),
            "again": moment_in_sentence(one.call_again_at, now) if one.call_again_at and one.call_again_at > now else "",
        }
        for one in owed
        if one.not_before <= now
    ]


def _outcome(found: ConsultRequest, sent: list[OutboxMessage], stop: MailStop | None, *, done: int | None, user) -> str:
    """What the user has just done, and who is told; empty unless they did."""
    event = found.events.filter(number=done, by=user).first() if done is not None else None
    return outcome_of(event, sent, stop=stop) if event else ""


def _offer_in_words(offer: EarlierOffer | None, found: ConsultRequest, clinic: Clinic) -> dict[str, str]:
    """The offered time and its deadline in full, as the patient reads them; empty without an offer."""
    if offer is None:
        return {}
    start, end, until = (timezone.localtime(moment) for moment in (offer.visit.start, offer.visit.end, offer.answer_by))
    label = clinic.time_zone_label
    which = "A time" if found.starts_at is None else "An earlier time" if offer.starts_at < found.starts_at else "Another time"
    return {"which": which, "when": dates.visit_text(start, end, label), "until": dates.moment_text(until, label)}


def open_days(now: datetime, *, also: datetime | None = None) -> Days:
    """(day, [(local start, its time)]) of the next three weeks, including starts inside the notice period.

    `also` is a start further ahead that was chosen in the diary: its whole day is listed too.
    """
    clinic = Clinic.objects.current()
    rules = open_times.without_notice(open_times.current_offers(now=now))
    last = rules.today + timedelta(days=DAYS_OFFERED)
    days = [rules.today + timedelta(days=number) for number in range(DAYS_OFFERED)]
    if also and (day := clinic.local_date(also)) not in days and day <= rules.last_date:
        days.append(day)
        last = day
    offers = open_times.with_held_seats(rules, rules.today, last)
    listed = ((day, [start.astimezone(clinic.zone) for start in offers.starts_on(day)]) for day in days)
    return [(dates.date_text(day), [(s, dates.choice_text(s)) for s in starts]) for day, starts in listed if starts]
