"""Invented life for a site that is being tried out: forty requests in every state over a month, people, and figures.

Everything says of itself that it is invented. Nothing of it is for a clinic that is open: see `load`.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, product

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.db import transaction
from PIL import Image, ImageDraw

from consults import booking
from consults.models import ConsultRequest, OutboxMessage, Person, Reason, ReferralSource, WorkerHeartbeat
from consults.open_times import current_offers, with_held_seats, without_notice
from consults.referrals import count_referral
from pages.models import Picture, Provider
from pages.pictures import encode, store

_FIRST_NAMES = ("Avery", "Blake", "Casey", "Drew", "Ellis", "Finley", "Harper", "Jules", "Morgan", "Quinn")
_LAST_NAMES = ("Sample", "Example", "Pattern", "Specimen")
# Who decided all of it. No account is ever deleted, so it tells that this site was filled.
_DESK = "demo-desk"
_NOTES = ("", "I drive from Northfield, please allow five minutes.", "", "Please call after 3 PM.", "")
_Step = Callable[[ConsultRequest, User, datetime], ConsultRequest]


class DemoRefused(Exception):
    """Nothing was made; the message says why."""


@dataclass(frozen=True)
class _Life:
    """What happens to some requests. `asked`: days ago. `ahead`: days from the asking to the time asked for, None for none.

    `steps`: (hours after the asking, what is decided); -1 is an hour after the start, 0 the instant by which it was to be
    answered.
    """

    number: int
    asked: int
    ahead: int | None = 3
    steps: tuple[tuple[int, _Step], ...] = ()
    by_phone: bool = False
    wants_earlier: bool = False
    is_spam: bool = False


def _reason(use: str) -> Reason:
    return Reason.objects.offered(use).filter(for_clinicians=False).first()


def _confirm(request: ConsultRequest, by: User, now: datetime) -> ConsultRequest:
    return booking.confirm_request(request, by=by, now=now)


def _complete(request: ConsultRequest, by: User, now: datetime) -> ConsultRequest:
    return booking.complete_request(request, by=by, now=now)


def _miss(request: ConsultRequest, by: User, now: datetime) -> ConsultRequest:
    return booking.miss_request(request, by=by, now=now)


def _decline(request: ConsultRequest, by: User, now: datetime) -> ConsultRequest:
    return booking.decline_request(request, reason=_reason("decline"), by=by, now=now)


def _cancel(request: ConsultRequest, by: User, now: datetime) -> ConsultRequest:
    return booking.cancel_request(request, reason=_reason("cancel"), by=by, now=now)


def _withdraw(request: ConsultRequest, by: User, now: datetime) -> ConsultRequest:
    return booking.withdraw_request(request, now=now)


def _expire(request: ConsultRequest, by: User, now: datetime) -> ConsultRequest:
    return booking.expire_request(request, now=now)


def _move(request: ConsultRequest, by: User, now: datetime) -> ConsultRequest:
    return booking.move_request(request, starts_at=_free_start(now, 12), now=now)


def _offer(request: ConsultRequest, by: User, now: datetime) -> ConsultRequest:
    return booking.offer_earlier(request, starts_at=_free_start(now, 3), by=by, now=now)


_CONFIRMED = ((5, _confirm),)
# Forty requests, each state of which the desk knows.
_LIVES = (
    *(_Life(1, asked, 3, (*_CONFIRMED, (-1, _complete))) for asked in range(30, 10, -2)),
    *(_Life(1, asked, 4, (*_CONFIRMED, (-1, _miss))) for asked in (27, 19, 11)),
    *(_Life(1, asked, 5, ((20, _decline),)) for asked in (25, 16, 8)),
    *(_Life(1, asked, 6, ((9, _withdraw),)) for asked in (22, 9)),
    *(_Life(1, asked, 7, (*_CONFIRMED, (30, _withdraw))) for asked in (14, 10)),
    *(_Life(1, asked, 6, (*_CONFIRMED, (26, _cancel))) for asked in (21, 12, 7)),
    *(_Life(1, asked, 9, ((0, _expire),)) for asked in (24, 15)),
    _Life(2, 3, 4, _CONFIRMED),
    _Life(1, 4, 4, _CONFIRMED),
    _Life(1, 2, 8, _CONFIRMED, by_phone=True),
    _Life(1, 3, 9, (*_CONFIRMED, (30, _move))),
    _Life(1, 3, 14, (*_CONFIRMED, (40, _offer)), wants_earlier=True),
    _Life(4, 0, 4),
    _Life(1, 0, 5, by_phone=True),
    _Life(1, 0, 6, wants_earlier=True),
    _Life(1, 0, None),
    _Life(2, 1, 5, is_spam=True),
)


@transaction.atomic
def load(*, now: datetime) -> int:
    """Makes it all, and returns how many requests. Raises DemoRefused where a clinic could be open."""
    if settings.PUBLIC.is_https:
        raise DemoRefused("PUBLIC_URL is https: patients may come to this site.")
    if ConsultRequest.objects.exists():
        raise DemoRefused("There are requests already. Start with an empty DATA_DIR.")
    by = User(username=_DESK, first_name="Demo", is_staff=True, is_active=False, password=make_password(None))
    # In bulk, because nobody is told of this account.
    User.objects.bulk_create([by])
    people = _people()
    made = [_live(life, next(people), by, now) for life in _LIVES for _ in range(life.number)]
    _send_what_was_sent(now)
    sources = list(ReferralSource.objects.filter(is_offered=True))
    for request, number in zip(made, count(), strict=False):
        if sources and number % 3:
            count_referral(request, code=sources[number % len(sources)].code, now=request.created_at)
    _make_providers()
    # Old events without a sign of life are those of a copy that was put in place by hand, where nothing leaves.
    WorkerHeartbeat.objects.beat(now=now)
    WorkerHeartbeat.objects.end()
    return len(made)


def is_here() -> bool:
    """Whether this site was filled with invented life."""
    return User.objects.filter(username=_DESK).exists()


def _people() -> Iterator[Person]:
    for number, (last, first) in enumerate(product(_LAST_NAMES, _FIRST_NAMES)):
        # 555-0100 to 555-0199 are given to no one, and example.com takes no mail.
        yield Person(
            full_name=f"{first} {last}",
            email=f"{first}.{last}@example.com".lower(),
            phone=f"(507) 555-01{number:02}",
            contact_by="email",
            note=_NOTES[number % len(_NOTES)],
        )


def _live(life: _Life, person: Person, by: User, now: datetime) -> ConsultRequest:
    asked = now - timedelta(days=life.asked, hours=1 if life.asked == 0 else 0)
    start = None if life.ahead is None else _free_start(asked, life.ahead)
    if life.by_phone:
        person = Person(**{name: getattr(person, name) for name in person.names()} | {"contact_by": "phone", "email": ""})
    request = booking.submit_request(
        submission_key=f"demo-{person.full_name}",
        starts_at=start,
        person=person,
        now=asked,
        wants_earlier=life.wants_earlier,
        looks_like_spam=lambda: life.is_spam,
    )
    for hours, decide in life.steps:
        at = asked + timedelta(hours=hours)
        if hours == 0:
            at = request.answer_by
        elif hours < 0 and request.starts_at:
            at = request.starts_at + timedelta(hours=1)
        # A clinic with few hours gave a time that has yet to come.
        if at <= now:
            request = decide(request, by, at)
    return request


def _free_start(now: datetime, days: int) -> datetime:
    """A start that staff can give at the instant, as near as possible to that many days later. Raises DemoRefused."""
    wanted = now + timedelta(days=days)
    offers = current_offers(now=now)
    offers = without_notice(with_held_seats(offers, offers.today, offers.last_date))
    early = now + max(offers.policy.notice, timedelta(days=1))
    nearest = [start for start in offers.nearest(wanted, count=12) if start > early]
    if not nearest:
        raise DemoRefused("The posted hours have no time left for invented requests. Post weekly hours first.")
    return min(nearest, key=lambda start: abs(start - wanted))


def _send_what_was_sent(now: datetime) -> None:
    """What lies in the past was sent, or called, then: nothing of it leaves now. Calls of the last day are left to make."""
    past = OutboxMessage.objects.filter(state=OutboxMessage.State.WAITING, not_before__lte=now)
    to_make = past.filter(channel=OutboxMessage.Channel.CALL, not_before__gt=now - timedelta(days=1))
    for message in past.exclude(pk__in=to_make.values("pk")):
        OutboxMessage.objects.filter(pk=message.pk).update(state=OutboxMessage.State.DONE, done_at=message.not_before)


def _make_providers() -> None:
    invented = "This person is invented, to show what a profile looks like."
    for position, (name, role, skin, hair, coat) in enumerate(_DRAWN, start=1):
        picture = Picture(name=f"Invented: {name}", alt=f"A drawing of an invented person, {name}")
        store(picture, encode(io.BytesIO(_draw(skin, hair, coat))))
        picture.save()
        provider = Provider(
            name=name, role=f"Invented {role}", bio=invented, portrait=picture, position=position, is_published=True
        )
        provider.evaluates = provider.answers_afterward = True
        provider.slug = f"invented-{position}"
        provider.render()
        provider.save()


_DRAWN = (
    ("Alex Sample", "nurse practitioner", "#c98f6b", "#3a2a22", "#33566b"),
    ("Sam Sample", "physician", "#8a5a3c", "#1d1a1c", "#5a4a6b"),
)


def _draw(skin: str, hair: str, coat: str) -> bytes:
    """A head and shoulders before an evening sky, as a PNG."""
    size = 640
    image = Image.new("RGB", (size, size), "#e9dccb")
    draw = ImageDraw.Draw(image)
    draw.ellipse((90, 70, 550, 530), fill="#f3eadd")
    draw.ellipse((60, 450, 580, 900), fill=coat)
    draw.rectangle((275, 400, 365, 500), fill=skin)
    draw.ellipse((210, 150, 430, 450), fill=skin)
    draw.pieslice((195, 125, 445, 430), 180, 360, fill=hair)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
