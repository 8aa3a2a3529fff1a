"""The phone channel: staff make the call, and the message is the script."""

from consults.messages.compose import Facts, Payload, compose_text
from consults.messages.kinds import tells
from consults.models import OutboxMessage

CODE, LABEL, REACHES = OutboxMessage.Channel.CALL, "By phone", "phone"


def compose(kind: str, facts: Facts) -> Payload:
    subject = f"{tells(kind).subject} ({facts.request.reference})"
    return Payload(facts.request.phone, subject, compose_text(kind, facts, layout="_call.txt"))
