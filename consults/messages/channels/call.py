"""The phone channel: staff make the call, and the message is the script."""

from consults.messages.compose import Composition, Letter
from consults.messages.subjects import subject_of
from consults.models import OutboxMessage

CODE, LABEL, REACHES = OutboxMessage.Channel.CALL, "By phone", "phone"


def compose(composition: Composition) -> Letter:
    subject = f"{subject_of(composition)} ({composition.request.reference})"
    return Letter(composition.facts.to, subject, composition.text(layout="_call.txt"))
