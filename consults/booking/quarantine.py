"""Setting aside what looks like spam, and bringing it back."""

from datetime import datetime

from consults.decision import deciding
from consults.messages.known import address_left_unsaid
from consults.models import ConsultRequest, Event
from consults.transitions import HAS_TIME, NEVER_CONFIRMED, NOT_BEGUN, Button, decides

from .staff_policy import for_staff

Kind, Status = Event.Kind, ConsultRequest.Status


@decides(
    Kind.QUARANTINED,
    Status.REQUESTED,
    to=Status.QUARANTINED,
    guards=(NEVER_CONFIRMED,),
    buttons=(Button("quarantine", "Set aside"),),
)
def quarantine_request(request: ConsultRequest, *, by, now: datetime, version: int | None = None) -> ConsultRequest:
    """Sets aside a request that staff take for spam. Reversible; it then holds no seat and sends no message."""
    with deciding(request, Kind.QUARANTINED, now=now, by=by, version=version) as decision:
        pass
    return decision.row


@decides(
    Kind.RELEASED,
    Status.QUARANTINED,
    to=Status.REQUESTED,
    buttons=(
        Button("release", "Restore", only_if=(NOT_BEGUN,)),
        Button("release_without_time", "Restore without the time", only_if=(HAS_TIME,), also={"without_time": True}),
    ),
    sets_time=True,
)
def release_request(
    request: ConsultRequest, *, by, now: datetime, version: int | None = None, without_time: bool = False
) -> ConsultRequest:
    """Restores a quarantined request; its start is held again if it is still free. Raises Refused when it is not.

    Its pages named a reply time all along, which stays; one that is past is apologized for.

    `without_time` restores the request without its start and asks for another time.
    """
    with deciding(request, Kind.RELEASED, now=now, by=by, version=version) as decision:
        row = decision.row
        if without_time:
            decision.require(row.starts_at is not None, HAS_TIME.code)
            row.starts_at = None
        if row.starts_at is not None:
            wanted, row.starts_at = row.starts_at, None
            decision.take(wanted, for_staff(decision.rules.policy))
        decision.keep_reply_time()
        # A correction meanwhile told nobody.
        decision.tells_old_address = address_left_unsaid(row)
        row.addressed_at = now
    return row
