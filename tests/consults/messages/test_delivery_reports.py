"""What a mail server says about a letter, in the shapes of the wild; and what anybody may send to that mailbox."""

import base64
import email
from email.message import Message
from uuid import UUID

import pytest

from consults.messages.delivery_reports import DeliveryReport, Unreadable, read_report
from tests.reports import BROKEN, FAILED, HOST, LETTER, OURS, PLAIN, report, returned, status

OTHER = UUID("a1b0c0de-0000-4000-8000-00000000beef")

POSTFIX = f"""\
Return-Path: <>
Date: Wed, 2 Dec 2026 10:00:00 -0600 (CST)
From: MAILER-DAEMON@mail.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: clinic@clinic.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="9B8C62D1F3.1575302400/mail.example"
Content-Transfer-Encoding: 8bit

This is a MIME-encapsulated message.

--9B8C62D1F3.1575302400/mail.example
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

This is the mail system at host mail.example.
<ada@example.com>: host mx.example[192.0.2.1] said: 550 5.1.1 no such user

--9B8C62D1F3.1575302400/mail.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example
X-Postfix-Queue-ID: 9B8C62D1F3
Arrival-Date: Wed,  2 Dec 2026 09:59:58 -0600 (CST)

Final-Recipient: rfc822; ada@example.com
Original-Recipient: rfc822;ada@example.com
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example
Diagnostic-Code: smtp; 550 5.1.1 no such user

--9B8C62D1F3.1575302400/mail.example
Content-Description: Undelivered Message
Content-Type: message/rfc822
Content-Transfer-Encoding: 8bit

Return-Path: <clinic@clinic.example>
Content-Type: multipart/alternative;
 boundary="===============123=="
MIME-Version: 1.0
Subject: Your request: Monday, December 7, 4:00 PM
From: Modern Therapeutics <clinic@clinic.example>
Message-ID: <{OURS}@{HOST}>

--===============123==
Content-Type: text/plain

Ignore: this
--===============123==--

--9B8C62D1F3.1575302400/mail.example--
"""
EXIM = f"""\
X-Failed-Recipients: ada@example.com
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.example>
Content-Type: multipart/report; report-type=delivery-status; boundary=1700000000-eximdsn-1804289383
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender

--1700000000-eximdsn-1804289383
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

--1700000000-eximdsn-1804289383
Content-type: message/delivery-status

Reporting-MTA: dns; mail.example

Action: failed
Final-Recipient: rfc822;ada@example.com
Status: 5.0.0
Remote-MTA: dns; mx.example
Diagnostic-Code: smtp; 550 Unrouteable address

--1700000000-eximdsn-1804289383
Content-type: text/rfc822-headers

Return-path: <clinic@clinic.example>
Received: from localhost ([127.0.0.1] helo=clinic.example)
	by mail.example with esmtp (Exim 4.96)
	(envelope-from <clinic@clinic.example>)
	id 1r2abc-0000aa-1K
	for ada@example.com; Wed, 02 Dec 2026 10:00:00 -0600
Message-Id: <{OURS}@{HOST}>


--1700000000-eximdsn-1804289383--
"""
GMAIL = f"""\
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: clinic@clinic.example
Subject: Delivery Status Notification (Failure)
References: <{OURS}@{HOST}>
In-Reply-To: <{OURS}@{HOST}>
X-Failed-Recipients: ada@gmail.com
Content-Type: multipart/report; boundary="000000000000c0ffee"; report-type=delivery-status

--000000000000c0ffee
Content-Type: multipart/related; boundary="000000000000c0fff0"

--000000000000c0fff0
Content-Type: multipart/alternative; boundary="000000000000c0fff1"

--000000000000c0fff1
Content-Type: text/plain; charset="UTF-8"

** Address not found **

--000000000000c0fff1
Content-Type: text/html; charset="UTF-8"

<html><b>Address not found</b></html>
--000000000000c0fff1--
--000000000000c0fff0
Content-Type: image/png; name="icon.png"
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--000000000000c0fff0--
--000000000000c0ffee
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Arrival-Date: Wed, 02 Dec 2026 08:00:00 -0800 (PST)
X-Original-Message-ID: <{OURS}@{HOST}>

Final-Recipient: rfc822; ada@gmail.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
 550 5.1.1  https://support.google.com/mail/?p=NoSuchUser - gsmtp
Last-Attempt-Date: Wed, 02 Dec 2026 08:00:01 -0800 (PST)

--000000000000c0ffee
Content-Type: message/rfc822

MIME-Version: 1.0
Message-ID: <{OURS}@{HOST}>

----- Message truncated -----
--000000000000c0ffee--
"""
EXCHANGE = f"""\
From: <postmaster@outlook.example>
To: <clinic@clinic.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="5c5e1a86-8ff6-4e8c-a8e3-9a3d3b6f9c11"
Content-Language: de-DE
Subject: =?utf-8?B?VW56dXN0ZWxsYmFy?=: Your request

--5c5e1a86-8ff6-4e8c-a8e3-9a3d3b6f9c11
Content-Type: multipart/alternative; differences=Content-Type;
	boundary="7d1a"

--7d1a
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

VW56dXN0ZWxsYmFy

--7d1a--

--5c5e1a86-8ff6-4e8c-a8e3-9a3d3b6f9c11
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01.eurprd01.prod.exchangelabs.com
Received-From-MTA: dns;mail.example
Arrival-Date: Wed, 2 Dec 2026 16:00:00 +0000

Final-Recipient: rfc822;ada@outlook.example
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup

--5c5e1a86-8ff6-4e8c-a8e3-9a3d3b6f9c11
Content-Type: message/rfc822

Received: from mail.example (192.0.2.2) by AM0.mail.protection.outlook.com
Message-ID:
\t<{OURS}@{HOST}>
MIME-Version: 1.0
X-MS-Exchange-Organization-SCL: -1

--5c5e1a86-8ff6-4e8c-a8e3-9a3d3b6f9c11--
"""
NON_ASCII = POSTFIX.replace("no such user", "l’utilisateur n’existe pas").replace("Subject: Und", "Subject: Échec ✗ und")


def in_base64(part: tuple[str, str]) -> tuple[str, str]:
    return f"{part[0]}\nContent-Transfer-Encoding: base64", base64.encodebytes(part[1].encode()).decode()


def nested(levels: int, inner: str) -> str:
    for level in range(levels):
        boundary = f"n{level}"
        inner = f"Content-Type: multipart/mixed; boundary={boundary}\n\n--{boundary}\n{inner}\n--{boundary}--\n"
    return inner


TWO_RECIPIENTS = f"Action: delivered\nStatus: 2.0.0\n\n{FAILED}"
HUGE = PLAIN + "x" * 70_000

# Mail, what it is a report of.
FAILURES = [
    pytest.param(POSTFIX, "5.1.1", id="Postfix"),
    pytest.param(POSTFIX.replace("\n", "\r\n"), "5.1.1", id="Postfix as it comes over the wire"),
    pytest.param(EXIM, "5.0.0", id="Exim"),
    pytest.param(GMAIL, "5.1.1", id="Gmail"),
    pytest.param(EXCHANGE, "5.1.10", id="Exchange, with a folded Message-ID"),
    pytest.param(NON_ASCII, "5.1.1", id="not ASCII"),
    pytest.param(PLAIN, "5.1.1", id="nothing but what is needed"),
    pytest.param(HUGE[:65_536], "5.1.1", id="a letter returned whole, and cut off"),
    pytest.param(report(in_base64(status()), in_base64(returned())), "5.1.1", id="encoded parts"),
    pytest.param(report(status(), returned(), kind="mixed"), "5.1.1", id="not said to be a report"),
    pytest.param(nested(2, PLAIN), "5.1.1", id="wrapped by a gateway"),
    pytest.param(report(returned(), status()), "5.1.1", id="in another order"),
    pytest.param(report(status(TWO_RECIPIENTS), returned()), "5.1.1", id="one of two recipients"),
    pytest.param(report(status(FAILED.replace("5.1.1", "5.0.0 (no such user)")), returned()), "5.0.0", id="with a comment"),
    pytest.param(report(status(FAILED.replace("5.1.1", "4.4.7")), returned()), "4.4.7", id="given up after days"),
    pytest.param(PLAIN.replace(f"@{HOST}", "@Clinic.Example"), "5.1.1", id="a host in capitals"),
]
NO_FAILURES = [
    pytest.param(PLAIN.replace("Action: failed", f"Action: {action}").replace("5.1.1", code), id=f"{action} {code}")
    for action, code in [
        *(("delayed", "4.4.1"), ("delivered", "2.1.5"), ("relayed", "2.0.0"), ("expanded", "2.0.0"), ("failed", "2.0.0")),
        *(("failed", "5"), ("failed", "5.1.1111"), ("failed", "five"), ("failed", "5.1.1.1"), ("", "5.1.1")),
    ]
]
NOTHING = [
    pytest.param("", id="empty"),
    pytest.param("\n\n\n", id="lines"),
    pytest.param("\0\xff\xfe", id="no mail"),
    pytest.param("Subject: Hello\n\nMay I come at five?", id="a letter"),
    pytest.param(f"Content-Type: text/html\n\n<p>Undeliverable: &lt;{OURS}@{HOST}&gt;</p>", id="HTML only"),
    pytest.param(f"Subject: failure notice\n\nI wasn't able to deliver.\nMessage-ID: <{OURS}@{HOST}>\n", id="qmail's plain text"),
    pytest.param(f"Content-Type: message/delivery-status\n\n{FAILED}", id="a status alone"),
    pytest.param(report(status()), id="nothing returned"),
    pytest.param(report(returned()), id="no status"),
    pytest.param(report(status(), returned("Subject: Your request\n")), id="no Message-ID"),
    pytest.param(report(status(), returned(f"{LETTER}Message-ID: <{OTHER}@{HOST}>\n")), id="two Message-IDs"),
    pytest.param(report(status(), returned(f"Message-ID: <{OURS}@{HOST}> <{OTHER}@{HOST}>\n")), id="two in one line"),
    pytest.param(report(status(), returned(), returned(LETTER.replace(str(OURS), str(OTHER)))), id="two letters"),
    pytest.param(report(status(), returned(LETTER.replace(HOST, "evil.example"))), id="another host"),
    pytest.param(report(status(), returned(LETTER.replace(str(OURS), "1"))), id="another form"),
    pytest.param(report(status(), returned(LETTER.replace(f"<{OURS}@{HOST}>", "é\xff"))), id="a Message-ID that is no text"),
    pytest.param(report(status(), returned(f"Subject: x\n\n{LETTER}")), id="a Message-ID in the letter's text"),
    pytest.param(report(status(), ("Content-Type: text/plain", LETTER)), id="a Message-ID in the report's text"),
    pytest.param(
        report(status(), ("Content-Type: message/rfc822", PLAIN.replace("=b\n", "=c\n").replace("--b", "--c"))),
        id="a report that was returned",
    ),
    pytest.param(report(*[("Content-Type: text/plain", "x")] * 9, status(), returned()), id="many parts"),
    pytest.param(nested(4, PLAIN), id="nested"),
    pytest.param("Content-Type: multipart/report\n\n--b\n\n", id="no boundary"),
    pytest.param("Content-Type: multipart/report; boundary=\n\n--\n--\n", id="an empty boundary"),
    pytest.param(PLAIN[:200], id="cut off before the end"),
]


def read(mail: str) -> DeliveryReport | None:
    """What is ours beyond doubt."""
    found = read_report(mail.encode("utf-8", "surrogateescape"), host=HOST)
    return found if found and found.is_of_host else None


@pytest.mark.parametrize(("mail", "given_up"), FAILURES)
def test_a_report_names_our_letter_and_why_it_was_given_up(mail, given_up):
    assert read(mail) == DeliveryReport(OURS, given_up)


@pytest.mark.parametrize("mail", NO_FAILURES)
def test_a_report_of_a_delay_or_a_success_gives_nothing_up(mail):
    assert read(mail) == DeliveryReport(OURS, "")


@pytest.mark.parametrize("mail", NOTHING)
def test_what_is_no_report_about_one_letter_of_ours_is_none(mail):
    assert read(mail) is None


def test_a_letter_of_before_the_site_moved_is_told_apart_by_who_knows_it():
    moved = read_report(PLAIN.encode(), host="elsewhere.example")
    assert moved == DeliveryReport(OURS, "5.1.1", is_of_host=False)


def test_what_the_standard_library_cannot_read_is_said():
    with pytest.raises(Unreadable, match="TypeError"):
        read(BROKEN)


BOMBS = [
    pytest.param(nested(1500, PLAIN)[:65_536], id="multipart in multipart"),
    pytest.param("Content-Type: message/rfc822\n\n" * 2000, id="message in message"),
    pytest.param("Content-Type: multipart/report; boundary=b\n\n" + "--b\n" * 16_000, id="empty parts"),
    pytest.param("Content-Type: multipart/report; " + "a=b; " * 13_000 + "\n\n", id="parameters"),
    pytest.param(report(status("\n\n" * 30_000), returned()), id="empty groups"),
    pytest.param(report(status("Action: failed\n\n" * 4000), returned()), id="many groups"),
    pytest.param(report(status(), returned("Message-ID:" + " " * 60_000 + "x")), id="blanks"),
    pytest.param("Content-Type: multipart/report; boundary=" + '"' * 60_000 + "\n\n", id="quotes"),
]


@pytest.mark.parametrize("mail", BOMBS)
def test_what_was_made_to_be_hard_to_read_is_read_to_its_end(mail):
    """What grows with the square of the size would be a hang."""
    found = read(mail)
    assert (found.given_up if found else "") == ""


def test_the_standard_librarys_own_parser_would_follow_the_nesting():
    """Negative control: the reason for a reader that does not."""
    mail = ("Content-Type: message/rfc822\n\n" * 2000).encode()
    with pytest.raises(RecursionError):
        email.message_from_bytes(mail)


@pytest.mark.parametrize("of", ["the mail", "a part"])
def test_a_header_of_many_parameters_costs_no_time(monkeypatch, of):
    """Seconds of it, in this Python, for each mail that anybody may send."""
    monkeypatch.setattr(Message, "get_boundary", lambda part: "b" if len(part["Content-Type"]) < 1000 else 1 / 0)
    long = f"Content-Type: multipart/mixed; boundary=c{'; a' * 20_000}"
    mail = f"{long}\n\n--b\n" if of == "the mail" else report((long, "--c\n"), status(), returned())
    assert (read_report(mail.encode(), host=HOST) is None) == (of == "the mail")
