"""Where a person was told that their visit takes place, and how to join it."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, Subquery

from consults.models import ConsultRequest, Event, OutboxMessage
from pages.models import Clinic

from .kinds import ASKING, CONFIRMING, LEAVE_THE_VISIT, REMINDER
from .known import to_the_patient

# All others that leave a visit as it is say how to join it only where that, or the place, has changed.
_SAY_HOW_TO_JOIN = {REMINDER, *CONFIRMING, Event.Kind.OFFERED}


class PlaceTold(NamedTuple):
    """Where a confirmed visit takes place, and how to join it by video; each is empty where no message said so."""

    place: str = ""
    way_to_join: str = ""


NO_PLACE_TOLD = PlaceTold()


def place_told(
    request: ConsultRequest, *, clinic: Clinic, before: OutboxMessage | None = None, taking: datetime | None = None
) -> PlaceTold:
    """By the last message that told them, or of those that left before this one. Letters about a request name the place of its
    time too, and calls about it do not. A call that offered a time names its place, which counts where they took it on the phone.
    One that may have been lost counts unless it says what is so today: that is said again. `taking`: the offered start that they
    take on the phone now.
    """
    first = request.events.confirming().order_by("number").values("number")[:1]
    of_visit = Q(event__number__gte=Subquery(first), kind__in=[*CONFIRMING, *LEAVE_THE_VISIT])
    of_request = Q(kind__in=ASKING, channel=OutboxMessage.Channel.MAIL, event__starts_at__isnull=False)
    taken = request.events.taken_on_the_phone().values("starts_at")
    is_taken = Q(event__starts_at__in=taken) | Q(event__starts_at=taking) if taking else Q(event__starts_at__in=taken)
    of_offer = Q(is_taken, kind=Event.Kind.OFFERED, channel=OutboxMessage.Channel.CALL)
    named = to_the_patient(request).filter(of_visit | of_request | of_offer).exclude(place="").select_related("event__request")
    today = (clinic.consult_place, clinic.way_to_join)
    told = [message for message in named if message.is_known or (message.may_be_known and _says(message) != today)]
    if before is not None:
        is_sent = before.state == OutboxMessage.State.DONE
        told = [message for message in told if message.pk != before.pk and not (is_sent and _left(message) > _left(before))]
    known = NO_PLACE_TOLD
    for message in sorted(told, key=_left):
        way = message.way_to_join if _says_how_to_join(message, known) else known.way_to_join
        known = PlaceTold(message.place, way)
    return known


def _says(message: OutboxMessage) -> tuple[str, str]:
    return message.place, message.way_to_join


def _says_how_to_join(message: OutboxMessage, known: PlaceTold) -> bool:
    if message.kind in _SAY_HOW_TO_JOIN:
        return True
    if message.kind not in LEAVE_THE_VISIT or _is_of_a_request(message):
        return False
    return known.place not in {"", message.place} or known.way_to_join not in {"", message.way_to_join}


def _is_of_a_request(message: OutboxMessage) -> bool:
    """Whether no visit was confirmed when it was written: then it names the place alone."""
    if message.kind != Event.Kind.MOVED or message.event is None:
        return False
    before = message.event.request.events.filter(number__lt=message.event.number)
    return not before.confirming().exists()


def _left(message: OutboxMessage) -> tuple[datetime, int]:
    return message.done_at or message.not_before, message.pk
