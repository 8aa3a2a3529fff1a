"""Whose fault a refusal is, in the words of the servers that clinics use."""

from datetime import timedelta

import pytest

from consults import booking
from consults.messages import delivery
from consults.messages.channels.smtp_refusal import Fault, is_the_recipients, whose_fault
from consults.messages.delivery_reports import DeliveryReport
from consults.messages.returned_letters import take_report
from consults.models import OutboxMessage
from tests.builders import WEDNESDAY, submit

from .test_delivery import inbox  # noqa: F401  an SMTP server

TO_THE_RECIPIENT = {
    Fault.RECIPIENT: """
        550 no such mailbox
        550 5.1.1 <ada@example.com>: Recipient address rejected: User unknown in virtual mailbox table
        550 5.1.1 <sender@relay.example>: Recipient address rejected: undeliverable address
        550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup
        550 5.4.1 Recipient address rejected: Access denied
        550 5.2.1 The email account that you tried to reach is disabled
        552 5.2.2 The email account that you tried to reach is over quota
        556 5.1.10 the domain takes no mail
        553 mailbox name is not well formed
        550 <auth@example.com> unknown
        550 5.1.0 <ada@example.com> no such user
        550 Unrouteable address""",
    Fault.OURS: """
        450 4.2.1 receiving mail too quickly
        550 5.2.1 The user is receiving mail at a rate that prevents additional messages from being delivered
        550 5.1.8 Access denied, bad outbound sender AS(42004)
        550 5.1.8 <clinic@clinic.example>: Sender address rejected: Domain not found
        550 5.1.0 <clinic@clinic.example>: Sender address rejected: User unknown
        550 5.1.90 daily limit for message recipients
        553 5.1.7 bad sender mailbox
        550 5.4.5 Daily user sending limit exceeded
        550 relay not permitted
        550 Administrative prohibition
        554 5.7.1 <ada@example.com>: Relay access denied
        554 5.7.1 <ada@example.com>: Recipient address rejected: rate limit exceeded
        503 AUTH first
        501 5.5.4 bad
        530 5.7.57 Client not authenticated to send mail
        554 5.3.2 system not accepting network messages
        521 host does not accept mail
        554 transaction failed
        552 5.2.252 SendAsDenied""",
    Fault.MESSAGE: "552 5.3.4 too big",
}
TO_THE_LETTER = {
    Fault.RECIPIENT: """
        550 5.1.1 no such mailbox
        550 5.1.0 <ada@example.com> no such user
        552 5.2.2 mailbox full""",
    Fault.OURS: """
        451 later
        550 5.1.8 Access denied, bad outbound sender AS(42004)
        550 5.1.0 <clinic@clinic.example>: Sender address rejected: User unknown
        553 5.1.7 bad sender mailbox
        550 5.4.5 Daily user sending limit exceeded
        550 5.7.26 This mail is unauthenticated
        550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP
        554 5.2.252 SendAsDenied; clinic@clinic.example not allowed to send as other@clinic.example
        550 5.7.1 Client does not have permissions to send as this sender
        503 no valid recipients""",
    Fault.MESSAGE: """
        554 5.7.1 looks like spam
        550 5.7.1 message content rejected
        552 5.7.0 This message was blocked because its content presents a potential security issue
        554 5.6.0 corrupt
        552 5.3.4 message too big
        552 5.2.3 longer than this mailbox takes
        554 transaction failed
        550 this message looks like spam""",
}


def test_a_refusal_is_the_recipients_fault_only_where_it_says_so():
    wrong = []
    for has_letter, table in ((False, TO_THE_RECIPIENT), (True, TO_THE_LETTER)):
        for fault, answers in table.items():
            for answer in filter(None, map(str.strip, answers.splitlines())):
                found = whose_fault(int(answer[:3]), answer[4:].encode(), has_letter=has_letter)
                if found is not fault:
                    wrong.append((has_letter, answer, found.name))
    assert wrong == []


def test_a_report_blames_the_recipient_but_for_what_it_says_of_us_or_of_the_letter():
    theirs = ["5.1.1", "5.1.10", "5.2.2", "5.4.4", "5.4.1", "5.0.0", "4.4.7", "4.2.2"]
    others = ["5.1.7", "5.1.8", "5.4.5", "5.7.1", "5.7.26", "5.7.708", "5.3.4", "5.6.0", "5.5.2"]
    assert [is_the_recipients(status) for status in theirs + others] == [True] * len(theirs) + [False] * len(others)


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize("at", ["recipient_answer", "answer"])
def test_an_account_of_ours_that_is_blocked_for_an_hour_makes_no_call_and_loses_no_letter(inbox, at):  # noqa: F811
    """Also the letter to an address that was corrected, which says so there."""
    request = submit()
    delivery.deliver_due(now=WEDNESDAY)
    booking.readdress_request(request, email="new@example.org", now=WEDNESDAY, sets_aside=lambda: False)
    well = getattr(inbox, at)
    setattr(inbox, at, "550 5.1.8 Access denied, bad outbound sender AS(42004)")
    delivery.deliver_due(now=WEDNESDAY)
    waiting = OutboxMessage.objects.filter(problem="refused_550").values_list("channel", "state")
    assert list(waiting) == [("mail", "waiting")] * 2
    assert OutboxMessage.objects.waiting_since(now=WEDNESDAY) == WEDNESDAY, "the desk's warning counts from here"
    setattr(inbox, at, well)
    assert delivery.deliver_due(now=WEDNESDAY + timedelta(hours=1)) == 2
    assert sorted(letter["To"] for letter in inbox.letters) == ["ada@example.com", "ada@example.com", "new@example.org"]


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
def test_a_letter_that_is_returned_because_of_our_account_is_failed_email_and_no_call(inbox):  # noqa: F811
    submit()
    delivery.deliver_due(now=WEDNESDAY)
    assert take_report(DeliveryReport(OutboxMessage.objects.get().message_id, "5.1.8"), now=WEDNESDAY)
    assert OutboxMessage.objects.values_list("channel", "state", "problem").get() == ("mail", "failed", "returned_5.1.8")
