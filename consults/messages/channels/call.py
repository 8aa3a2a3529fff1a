"""By telephone: staff make the call, and the message is what to say."""

from consults.messages.compose import Facts, Letter, compose_text
from consults.messages.kinds import tells
from consults.models import OutboxMessage

CODE, LABEL, REACHES = OutboxMessage.Channel.CALL, "By phone", "phone"


def compose(kind: str, facts: Facts) -> Letter:
    subject = f"{tells(kind).subject} ({facts.request.reference})"
    return Letter(facts.request.phone, subject, compose_text(kind, facts, layout="_call.txt"))
