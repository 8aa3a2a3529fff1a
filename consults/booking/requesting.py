"""Asking for a consult: the form, or a colleague who takes a call."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from consults.current_rules import lock_rules
from consults.decision import Decision, Refused
from consults.models import ConsultRequest, Event, Person
from consults.scheduling import Refusal

Kind, Status = Event.Kind, ConsultRequest.Status


def find_submission(submission_key: str) -> ConsultRequest | None:
    """The request that was made with this key, or None."""
    with connection.cursor() as cursor:
        # Nearly always there is none, and asking for a whole row costs many times as much.
        cursor.execute("SELECT id FROM consults_consultrequest WHERE submission_key = %s", [submission_key])
        found = cursor.fetchone()
    return ConsultRequest.objects.filter(pk=found[0]).first() if found else None


def submit_request(
    *,
    submission_key: str,
    starts_at: datetime | None,
    person: Person,
    now: datetime,
    by=None,
    below_notice: bool = False,
    wants_earlier: bool = False,
    looks_like_spam: Callable[[], bool] = lambda: False,
    client: str = "",
) -> ConsultRequest:
    """Stores a request, holds its seat and writes the messages it owes, all or nothing.

    `starts_at` None means "none of these times work". A key that was used before returns the request it made. `by` is the
    colleague who enters a caller's request; staff may go below the notice. `wants_earlier`: may be offered an earlier time that
    frees up. A request that looks like spam is quarantined: it holds no seat and sends no message, but keeps its reply time.
    `looks_like_spam` is asked under the lock, so that of requests sent at once each counts for the next. `client` is the keyed
    hash of the sender's IP address. Raises Refused when the start is unavailable.
    """
    try:
        with transaction.atomic():
            rules = lock_rules(now)
            policy = rules.policy
            request = ConsultRequest(submission_key=submission_key, client=client, wants_earlier=wants_earlier)
            request.created_at = request.addressed_at = now
            request.length_minutes = int(policy.length.total_seconds() // 60)
            request.seal_person(person, token=secrets.token_urlsafe(32))
            aside = looks_like_spam()
            decision = Decision(request, rules, now, Kind.QUARANTINED if aside else Kind.REQUESTED)
            if below_notice:
                policy = replace(policy, notice=timedelta(0))
            decision.accept(starts_at, policy, status=Status.QUARANTINED if aside else Status.REQUESTED)
            decision.record(by=by)
            return request
    except (IntegrityError, Refused) as error:
        # Another transaction was faster, with the same form or the same seat.
        if (earlier := find_submission(submission_key)) is not None:
            return earlier
        raise Refused(error.code if isinstance(error, Refused) else Refusal.TAKEN) from None
