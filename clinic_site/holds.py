"""What waits while a hold is open, the yes of an owner that lets it go, and what is to check after a restore."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from clinic_site import backups
from clinic_site.models import Hold
from clinic_site.thinning import KEPT, surplus
from consults import booking, clock_ahead
from consults.current_rules import lock_rules
from consults.erasure import due_for_erasure
from consults.expiry import expire_overdue
from consults.messages.channels.not_sent import NO_ANSWER
from consults.messages.kinds import REMINDER
from consults.models import ConsultRequest, EarlierOffer, Event, OutboxMessage
from consults.models.outbox_message import OutboxMessageQuerySet
from pages.models import Clinic

_EXPIRED = tuple(kind for kind, row in booking.TRANSITIONS.items() if row.decide is booking.expire_request)
# Each promises the patient an answer by a new time.
_PROMISED_AGAIN = (Event.Kind.MOVED, Event.Kind.RELEASED)
_NEW_FOR = timedelta(hours=1)
Status = ConsultRequest.Status


@dataclass(frozen=True)
class Waiting:
    """What would be done at once if nothing were held."""

    messages: QuerySet[OutboxMessage]
    expiries: QuerySet[ConsultRequest]
    erasures: QuerySet[ConsultRequest]
    # How many are older than the privacy policy lets them get. Thinning within that time loses no night.
    old_backups: int

    def __bool__(self) -> bool:
        return bool(self.old_backups or self.messages.exists() or self.expiries.exists() or self.erasures.exists())


def due_at(instant: datetime) -> Waiting:
    """What is due at an aware instant, the longest due first."""
    return Waiting(
        messages=OutboxMessage.objects.due(now=instant).order_by("not_before", "pk"),
        expiries=ConsultRequest.objects.overdue(now=instant).order_by("answer_by", "pk"),
        erasures=due_for_erasure(now=instant).order_by("pk"),
        old_backups=_old_backups(instant),
    )


def _old_backups(instant: datetime) -> int:
    made_at = [at for at, _ in backups.existing(now=instant)]
    return sum(instant - at > KEPT for at in surplus(made_at, now=instant, zone=Clinic.objects.current().zone))


def may_fall_due() -> bool:
    """Whether a request or an offer may expire, or a letter go out, before anybody looks, whatever time it is."""
    unanswered = ConsultRequest.objects.filter(status=Status.REQUESTED)
    return unanswered.exists() or EarlierOffer.objects.open().exists() or _waiting_letters().exists()


def _waiting_letters() -> OutboxMessageQuerySet:
    return OutboxMessage.objects.sent_by_the_worker().filter(state=OutboxMessage.State.WAITING)


def held_at(now: datetime) -> Waiting:
    """What the open holds keep back at the instant."""
    return due_at(min(now, Hold.objects.waits_until() or now))


def was_put_in_place(*, now: datetime) -> bool:
    """Whether the database of a site on which no worker has run yet is a copy that somebody put in place by hand.

    No copy has a sign of life in it. A site that is new has none either, but its worker starts within seconds of its first
    request, so that no event is older than an hour. SQLite's copies bring their hold with them.
    """
    held = Hold.objects.open().filter(reason=Hold.Reason.RESTORED).exists()
    return not held and Event.objects.filter(at__lte=now - _NEW_FOR).exists()


def letters_of_before(restored: Hold) -> OutboxMessageQuerySet:
    """The letters that wait since before the restore, whenever they are due: also reminders, and those to be tried again."""
    return _waiting_letters().filter(pk__lte=restored.last_message).order_by("not_before", "pk")


def _came_in_before(hold: Hold, *, request: str = "pk") -> Exists:
    """Whether the request that the column names came in before the hold."""
    return Exists(Event.objects.filter(request=OuterRef(request), number=1, pk__lte=hold.last_event))


def open_of_before(restored: Hold, *, now: datetime) -> QuerySet[ConsultRequest]:
    """What the restored database takes for open: requests, visits ahead and offers, first what waits for an answer.

    Each has `offered_start`, the earlier time that is offered.
    """
    offered = EarlierOffer.objects.open().filter(request=OuterRef("pk")).values("starts_at")
    is_over = Q(status=Status.CONFIRMED, confirmed_starts_at__lte=now, offered_start=None)
    before = ConsultRequest.objects.open().annotate(offered_start=Subquery(offered))
    before = before.filter(_came_in_before(restored)).exclude(is_over)
    return before.needing_answer_first().order_by("waits", "starts_at", "pk")


def without_letters() -> QuerySet[Hold]:
    """Restores after which an owner went on without the letters, the last one first.

    What the yes to an earlier one left to check is among this one's. A restore with the letters since checked nothing.
    """
    ended = Hold.objects.filter(reason=Hold.Reason.RESTORED, without_letters=True).exclude(ended_at=None)
    return ended.order_by("-last_event")


def to_check(*, now: datetime) -> QuerySet[ConsultRequest]:
    """What is to check after the last of these: see `to_check_after`."""
    return to_check_after(without_letters().first(), now=now)


def to_check_after(last: Hold | None, *, now: datetime) -> QuerySet[ConsultRequest]:
    """What nobody checked since an owner went on without the letters after the last restore, of what was open before it.

    A request until somebody answers it, or its patient was promised an answer by a new time: expiry leaves it alone. A visit,
    whose reminder was dropped, until it begins or somebody does anything about it: a note is enough. An offer of an earlier time,
    which may have been accepted, until it is answered or overtaken: its seat is kept.
    """
    if last is None:
        return ConsultRequest.objects.none()
    since = Event.objects.filter(request=OuterRef("pk"), pk__gt=last.last_event)
    unanswered = Q(status=Status.REQUESTED) & ~Exists(since.filter(kind__in=_PROMISED_AGAIN))
    visits = Q(status=Status.CONFIRMED) & ~Exists(since)
    offers = Q(offered_start__isnull=False) & ~Exists(since.filter(kind=Event.Kind.OFFERED))
    return open_of_before(last, now=now).filter(unanswered | visits | offers)


@transaction.atomic
def go_on(*, up_to: int, by, now: datetime, without_letters: bool = False) -> int:
    """Ends the open holds with ids up to `up_to`, those that `by` has seen. Returns how many: 0 if somebody else was faster.

    Without the letters, after a restore: every letter of before it is dropped, whenever it is due, so are calls to remind and
    what failed, and requests and offers of before it do not expire until they were checked (see `to_check`). Otherwise mail
    that was due is dropped, and so is what expiring the overdue requests would write now. Requests that were made while the hold
    was open keep their letters, and so does what staff decided meanwhile. After a jump of the clock, what is dated in the future
    is dated now.

    After a restore, calendars take what is sent from now on for newer than all that was sent before.

    In one transaction: the worker, which under DOWNTIME sends what is newer, never sees a letter that is about to be dropped.
    """
    # First, as in every decision.
    lock_rules(now)
    seen = list(Hold.objects.open().filter(pk__lte=up_to).order_by("pk"))
    ended = Hold.objects.open().filter(pk__in=[hold.pk for hold in seen])
    if not ended.update(ended_at=now, ended_by=by, without_letters=without_letters):
        return 0
    first_of = {hold.reason: hold for hold in reversed(seen)}
    restored, jumped = first_of.get(Hold.Reason.RESTORED), first_of.get(Hold.Reason.CLOCK)
    if restored:
        ConsultRequest.objects.raise_calendar_steps(now=now)
    if without_letters and restored:
        _drop_what_is_of_before(restored, now=now)
    elif without_letters:
        _drop_letters(before=seen[0], now=now)
    if jumped:
        clock_ahead.date_again(now=now, last_event=jumped.last_event)
        Hold.objects.date_again(now=now)
    return len(seen)


def _drop_what_is_of_before(restored: Hold, *, now: datetime) -> None:
    """Other calls stay: colleagues open the request before they call. Anybody could send again what failed.

    A letter that was due may have left before the restore, which is why it does not leave now: the person may know what it says.
    """
    letters = letters_of_before(restored).order_by()
    letters.filter(not_before__lte=now, done_at=None).update(problem=NO_ANSWER, done_at=F("not_before"))
    letters.drop()
    of_before = OutboxMessage.objects.filter(pk__lte=restored.last_message)
    reminders = Q(kind=REMINDER, state=OutboxMessage.State.WAITING)
    of_before.filter(reminders | Q(state=OutboxMessage.State.FAILED)).drop()


def _drop_letters(*, before: Hold, now: datetime) -> None:
    failed: set[int] = set()
    while expire_overdue(now=now, failed=failed, but=to_check(now=now)):
        continue
    expired_now = Q(_came_in_before(before, request="event__request"), event__kind__in=_EXPIRED, event__at=now)
    dropped = OutboxMessage.objects.due(now=now).filter(Q(pk__lte=before.last_message) | expired_now)
    OutboxMessage.objects.filter(pk__in=dropped.values("pk")).drop()
