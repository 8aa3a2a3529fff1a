"""What each status means, in a line: on the request's page under the status, and in the list's key."""

from consults.models import ConsultRequest

Status = ConsultRequest.Status
MEANINGS: dict[str, str] = {
    Status.REQUESTED: "We owe this person an answer. The time asked for is held meanwhile.",
    Status.CONFIRMED: "The visit takes place at this time, and the time is held.",
    Status.DECLINED: "We said no, with a reason. The time is free again.",
    Status.WITHDRAWN: "The person took the request back, or cancelled the visit. The time is free again.",
    Status.CANCELLED: "We called off a confirmed visit, with a reason. The time is free again.",
    Status.EXPIRED: "Nobody answered by the reply time. The time is free again.",
    Status.COMPLETED: "The visit took place, or a request without a time was closed without a letter.",
    Status.MISSED: "The person did not come to the confirmed visit.",
    Status.QUARANTINED: (
        "Possibly spam. It holds no time, and nobody is told anything; the sender sees the usual page. "
        "Restore it if it came from a real person. It is erased after 30 days."
    ),
}
WITHOUT_A_TIME = "We owe this person an answer. None of the listed times worked, so no time is held."
OFFERED_A_FIRST_TIME = (
    "None of the listed times worked. We offered another, which is held for this person; if they do not take it, we still owe "
    "them an answer."
)


def meaning_of(request: ConsultRequest, *, is_offered: bool = False) -> str:
    if request.status == Status.REQUESTED and request.starts_at is None:
        return OFFERED_A_FIRST_TIME if is_offered else WITHOUT_A_TIME
    return MEANINGS[request.status]


def key_to_statuses() -> list[tuple[str, str]]:
    """(label, meaning) of every status, in the order of a request's life."""
    return [(Status(value).label, meaning) for value, meaning in MEANINGS.items()]
