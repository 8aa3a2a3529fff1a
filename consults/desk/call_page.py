"""The page of one call: whom to ask for, at which number, what to say, and the two buttons for what became of it."""

from django.template.response import TemplateResponse
from django.utils import timezone

from consults.contact import dialed_phone
from consults.current_rules import read_rules
from consults.models import OutboxMessage

from .display import moment_in_sentence, person_of
from .outbox_words import address_of, letter_of, purpose_of
from .told import in_words


def call_view(request, call: OutboxMessage, *, each_context: dict, opts, may_mark: bool):
    now = timezone.now()
    found = call.event.request  # type: ignore[union-attr]  # every call is about a request
    waits = call.state == OutboxMessage.State.WAITING
    to = address_of(call)
    is_later = call.call_again_at is not None and call.call_again_at > now
    context = {
        **each_context,
        "opts": opts,
        # The tab's title has the reference alone: browsers keep titles.
        "title": f"Call: {found.reference}",
        "original": found,
        "may_mark": may_mark and waits and call.not_before <= now,
        "call": {
            "message": call,
            "name": person_of(found).full_name,
            "to": to,
            "link": dialed_phone(to),
            **purpose_of(call, rules=read_rules(now), now=now),
            "again": moment_in_sentence(call.call_again_at, now) if is_later and call.call_again_at else "",
            "due": "" if call.not_before <= now else moment_in_sentence(call.not_before, now),
        },
        "state": "" if waits else in_words(call, None) or "This call is no longer needed.",
        "letter": letter_of(call, now=now),
    }
    return TemplateResponse(request, "admin/consults/desk/call.html", context)
