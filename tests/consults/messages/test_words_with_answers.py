"""Only an answer that is bare beyond doubt is deleted; whatever a person may have written with one is left for people to read."""

import re
from datetime import timedelta
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from functools import partial

import pytest
from django.core import mail

from clinic_site import delivery_reports
from consults.messages.calendar_answers import as_title, read_answer
from consults.messages.declined_entries import if_ours, take_answer
from consults.messages.mailbox import MailboxReader
from pages.models import Clinic
from tests.builders import WEDNESDAY
from tests.consults.calendar_reader import properties
from tests.consults.messages.test_calendar_answers import VISIT, asked, base64_inside, calendar, confirmed, single
from tests.consults.messages.test_mailbox_reader import ACCOUNT, Server, server  # noqa: F401
from tests.reports import HOST, OURS

TITLE, PLACE = "Visit at Modern Therapeutics", "200 Schilling Dr S., Dundas, MN 55019"
WORDS = "I cannot do the stairs. Please call my daughter."
PLAIN, HTML = "Content-Type: text/plain; charset=utf-8", "Content-Type: text/html; charset=utf-8"
BARE = calendar(*VISIT)


def outlook(uid: str, answer: str, html: str = "", subject: str = f"Declined: {TITLE}", method: str = "REPLY") -> str:
    """As outlook.com sends it: a blank text, HTML with a style and nothing else, and the calendar."""
    return f"""\
From: Ada <ada@example.com>
To: <visits@clinic.example>
Subject: {subject}
Message-ID: <AS8P251MB0958{method}@example.com>
Content-Language: en-US
Content-Type: multipart/alternative;
	boundary="_000_AS8P251MB0958_"
MIME-Version: 1.0

--_000_AS8P251MB0958_
Content-Type: text/plain; charset="Windows-1252"
Content-Transfer-Encoding: quoted-printable

=A0

--_000_AS8P251MB0958_
Content-Type: text/html; charset="Windows-1252"
Content-Transfer-Encoding: quoted-printable

<html><head><meta http-equiv=3D"Content-Type" content=3D"text/html; charset=3DWindows-1252">
<style type=3D"text/css" style=3D"display:none;"><!-- P {{margin-top:0;margin-bottom:0;}} --></style></head>
<body dir=3D"ltr"><div class=3D"elementToProof">&#160;<br></div>{html}</body></html>

--_000_AS8P251MB0958_
Content-Type: text/calendar; charset="utf-8"; method={method}
Content-Transfer-Encoding: 8bit

BEGIN:VCALENDAR
METHOD:{method}
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:Central Standard Time
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0600
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
ATTENDEE;PARTSTAT={answer};CN=Ada Example:mailto:ada@example.com
COMMENT;LANGUAGE=en-US:\\n
UID:{uid}
SUMMARY;LANGUAGE=en-US:{subject}
DTSTART;TZID=Central Standard Time:20261207T160000
DTEND;TZID=Central Standard Time:20261207T163000
CLASS:PRIVATE
PRIORITY:5
DTSTAMP:20261202T180000Z
TRANSP:OPAQUE
STATUS:CONFIRMED
SEQUENCE:0
LOCATION;LANGUAGE=en-US:{PLACE.replace(",", chr(92) + ",")}
X-MICROSOFT-CDO-APPT-SEQUENCE:0
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
X-MICROSOFT-DISALLOW-COUNTER:TRUE
END:VEVENT
END:VCALENDAR

--_000_AS8P251MB0958_--
"""


def google(uid: str, answer: str, says: str = "") -> str:
    """As Google packs it, with the calendar once more as a file. `says`: what stands beside it."""
    lines = (
        "DTSTART:20261207T220000Z",
        "DTEND:20261207T223000Z",
        "DTSTAMP:20261202T180000Z",
        "ORGANIZER;CN=visits@clinic.example:mailto:visits@clinic.example",
        f"UID:{uid}",
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={answer};CN=Ada;X-NUM-GUESTS=0:mailto:ada@example.com",
        "CREATED:20261201T142147Z",
        "DESCRIPTION:",
        "LAST-MODIFIED:20261202T180000Z",
        "LOCATION:" + PLACE.replace(",", "\\,"),
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        f"SUMMARY:{TITLE}",
        "TRANSP:OPAQUE",
    )
    text = calendar(*lines)
    inner = MIMEMultipart("alternative")
    for part in (MIMEText(says, "plain", "utf-8"), MIMEText(f"<div>{says}</div>", "html", "utf-8"), MIMEText(text, "calendar")):
        inner.attach(part)
    outer = MIMEMultipart("mixed")
    outer["Subject"] = f"Declined: {TITLE} @ Mon Dec 7, 2026 4pm - 4:30pm (CST) (visits@clinic.example)"
    file = MIMEText(text, "calendar")
    file.replace_header("Content-Type", 'application/ics; name="invite.ics"')
    outer.attach(inner)
    outer.attach(file)
    return outer.as_string()


def apple(uid: str, answer: str, says: str = "") -> str:
    """As Apple's programs send it: a blank text, and the calendar as a file with a name."""
    packed = single(BARE.replace(str(OURS), uid).replace("DECLINED", answer)).decode().partition("\n\n")[2]
    packed = packed.replace("METHOD", "PRODID:-//Apple Inc.//iPhone OS 17.5//EN\r\nMETHOD")
    packed = packed.replace("END:VEVENT", f"SUMMARY:{TITLE}\r\nX-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC\r\nEND:VEVENT")
    return f"""\
Subject: Declined: {TITLE}
Content-Type: multipart/mixed; boundary=Apple-Mail-7B1D
MIME-Version: 1.0 (1.0)

--Apple-Mail-7B1D
Content-Type: text/plain; charset=us-ascii
Content-Transfer-Encoding: 7bit

{says}

--Apple-Mail-7B1D
Content-Type: text/calendar; charset=utf-8; name=iCal-20261202.ics; method=REPLY
Content-Disposition: attachment; filename=iCal-20261202.ics

{packed}
--Apple-Mail-7B1D--
"""


def many(blanks: int, *, is_first: bool = False) -> bytes:
    """The calendar behind that many blank texts, or before them."""
    parts = [MIMEText("", "plain") for _ in range(blanks)]
    parts.insert(0 if is_first else blanks, MIMEText(BARE, "calendar"))
    mixed = MIMEMultipart("mixed")
    for part in parts:
        mixed.attach(part)
    return mixed.as_bytes()


def nested(depth: int) -> bytes:
    """The words within more and more parts, the calendar beside them."""
    top = outer = MIMEMultipart("mixed")
    for _ in range(depth):
        inner = MIMEMultipart("mixed")
        outer.attach(inner)
        outer = inner
    outer.attach(MIMEText(WORDS, "plain"))
    top.attach(MIMEText(BARE, "calendar"))
    return top.as_bytes()


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic", "clock")
@pytest.mark.databases
def test_bare_answers_of_the_usual_programs_go_and_words_or_another_time_stay_for_the_desk(
    staff,
    server,  # noqa: F811
    settings,
    tmp_path,
    desk,
):
    """A no is acted on in either case."""
    request = confirmed(staff)
    uid = str(request.calendar_uid)
    settings.DATA_DIR, settings.BOUNCES = tmp_path, ACCOUNT
    entry = properties(
        next(part for part in mail.outbox[-1].message().walk() if "calendar" in part.get_content_type())
        .get_payload(decode=True)
        .decode()
    )
    assert (entry["SUMMARY"], entry["X-MICROSOFT-DISALLOW-COUNTER"]) == (TITLE, "TRUE")
    bare = [
        *(write(uid, answer) for write in (outlook, google, apple) for answer in ("ACCEPTED", "TENTATIVE", "DECLINED")),
        outlook(uid, "DECLINED", subject=f"Rechazada: {TITLE}"),
    ]
    stays = [
        outlook(uid, "ACCEPTED", f"<p>{WORDS}</p>"),
        outlook(uid, "ACCEPTED", subject=f"Accepted: {TITLE}, and bring a ramp"),
        outlook(uid, "TENTATIVE", method="COUNTER", subject=f"New Time Proposed: {TITLE}"),
        outlook(uid, "DECLINED", method="COUNTER", subject=f"Declined: {TITLE}"),
        google(uid, "DECLINED", "Ada has declined this invitation with a note: “I cannot do the stairs.”"),
        google(uid, "ACCEPTED", "Ada has accepted this invitation."),
        apple(uid, "DECLINED", WORDS),
    ]
    ignored = [outlook(uid, "ACCEPTED", method=method) for method in ("REFRESH", "DECLINECOUNTER", "REQUEST")]
    server.mails = {number: text.encode() for number, text in enumerate((*bare, *stays, *ignored), 1)}
    server.kinds = dict.fromkeys(server.mails, b"Content-Type: multipart/mixed")
    for _ in range(2):
        delivery_reports.read_reports(MailboxReader(ACCOUNT, host=HOST, if_ours=if_ours), now=WEDNESDAY)
        assert sorted(server.mails) == list(range(len(bare) + 1, len(bare + stays + ignored) + 1))
        assert delivery_reports.answers_to_read() == len(stays)
    page = re.sub(r"\s+", " ", desk.get("/admin/").content.decode())
    assert (
        f"{len(stays)} answers from patients’ calendars may hold a message in their own words, or propose another time." in page
    )
    assert asked() == [("call", "waiting")]


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
@pytest.mark.parametrize(("answer", "calls"), [("DECLINED", 1), ("TENTATIVE", 0)])
def test_a_proposal_that_says_no_as_well_is_a_call_like_a_no_with_words(staff, answer, calls):
    """It names the proposed time where an answer names the visit's."""
    request = confirmed(staff)
    text = outlook(str(request.calendar_uid), answer, method="COUNTER").replace("20261207T16", "20261208T16")
    found = if_ours(read_answer(text.encode()))
    assert (found.start, found.has_words) == (None, True)
    assert take_answer(found, now=WEDNESDAY + timedelta(minutes=1)) == bool(calls)
    assert len(asked()) == calls


@pytest.mark.django_db
@pytest.mark.usefixtures("clinic")
def test_another_title_or_place_than_ours_is_taken_for_words(staff):
    uid = str(confirmed(staff).calendar_uid)
    for text, has_words in (
        (google(uid, "ACCEPTED"), False),
        (outlook(uid, "ACCEPTED", subject="Hospital"), True),
        (google(uid, "ACCEPTED").replace("Subject: Declined: ", "Subject: Re: "), True),
        (calendar(*VISIT, "SUMMARY:hospital").replace(str(OURS), uid), True),
        (calendar(*VISIT, "LOCATION:hospital").replace(str(OURS), uid), True),
        (calendar(*VISIT, "LOCATION:").replace(str(OURS), uid), False),
    ):
        text = text if "Subject" in text else f"Content-Type: text/calendar\n\n{text}"
        assert if_ours(read_answer(text.encode())).has_words == has_words, text
    Clinic.objects.update(name="Another Name")
    assert if_ours(read_answer(google(uid, "ACCEPTED").encode())).has_words, "of before the clinic was called so"


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        (f"Accepted: {TITLE}", TITLE),
        (f"Tentatively Accepted: {TITLE}", TITLE),
        (f"Aceptada:\u00a0{TITLE}", TITLE),
        (f"Declined: {TITLE} @ Mon Dec 7, 2026 4pm - 4:30pm (CST) (ada@example.com)", TITLE),
        (f"Declined: {TITLE} @ Mon Dec 7, 2026 4pm (please call me)", None),
        (f"Declined: {TITLE} @ my daughter's", None),
        (f"Sorry: {TITLE}", None),
    ],
)
def test_of_a_subject_only_what_programs_add_is_taken_away(subject, title):
    assert as_title(subject) == (title or as_title(subject))
    assert (as_title(subject) == TITLE) == (title is not None)


beside = partial(base64_inside, BARE)


@pytest.mark.parametrize(
    ("text", "has_words"),
    [
        pytest.param(beside((PLAIN, "\r\n"), (HTML, f"<p>{WORDS}</p>")), True, id="HTML beside a blank text"),
        pytest.param(beside((PLAIN, "\u00a0"), (HTML, "<p>&nbsp;</p>")), False, id="blanks"),
        pytest.param(beside((HTML, "<p>a&lt;b</p>")), True, id="an entity that is no blank"),
        pytest.param(beside((HTML, "<style>p {color: red}</style><title>Re</title><!-- x --><p>")), False, id="what nobody sees"),
        pytest.param(beside((HTML, f"<head>{WORDS}</head>")), True, id="words in the head, which browsers show"),
        pytest.param(beside((HTML, f"<!--> {WORDS} -->")), True, id="a comment that ended"),
        pytest.param(beside((HTML, f"<style> {WORDS}")), True, id="a style without an end"),
        pytest.param(beside((HTML, "<3 please call>")), True, id="a sign that begins no tag"),
        pytest.param(beside((HTML, '<img alt="x" src="cid:1">')), True, id="a picture"),
        pytest.param(nested(1), True, id="one part within another"),
        pytest.param(nested(9), True, id="parts too deep to read"),
        pytest.param(many(8), False, id="as many parts as are read"),
        pytest.param(many(12), True, id="too many parts"),
        pytest.param(many(12, is_first=True), True, id="too many parts behind the calendar"),
        pytest.param(beside((f"{PLAIN}; x={'a' * 1100}", WORDS)), True, id="a type that is too long"),
        pytest.param(beside(("Content-Type: multipart/mixed", WORDS)), True, id="parts without a boundary"),
        pytest.param(beside((f"{PLAIN}\nContent-Transfer-Encoding: x", "!")), True, id="an unknown encoding"),
        pytest.param(beside((f"{PLAIN}\nContent-Transfer-Encoding: base64", "%%%")), True, id="broken base64"),
        pytest.param(beside().replace(b"--inner", f"{WORDS}\n--inner".encode(), 1), True, id="before the first boundary"),
        pytest.param(
            beside().replace(b"\n\n--b", b"\n\nThis is a multi-part message in MIME format.\n--b", 1),
            False,
            id="what programs say there",
        ),
        pytest.param(beside() + WORDS.encode(), True, id="behind the last boundary"),
        pytest.param(beside(("Content-Type: application/ics", BARE)), False, id="the calendar as a file"),
        pytest.param(beside(("Content-Type: application/ics", WORDS)), True, id="words as a calendar's file"),
        pytest.param(
            beside(("Content-Type: application/ics", calendar(*VISIT, "COMMENT:Call"))), True, id="a comment in the file"
        ),
        *(
            pytest.param(single(calendar(*VISIT, line)), has_words, id=line)
            for line, has_words in (
                ("DESCRIPTION:", False),
                ("DESCRIPTION:\\n", False),
                (f"DESCRIPTION:{WORDS}", True),
                (f"X-ALT-DESC;FMTTYPE=text/html:{WORDS}", True),
                ("CONTACT:Daughter", True),
                ("X-MICROSOFT-CDO-BUSYSTATUS:BUSY", False),
                (f"X-NOTE:{WORDS}", True),
                (f'X-NOTE;X-SAYS="{WORDS}":1', True),
                ("PRODID:-//Apple Inc.//macOS 14.5//EN", False),
                (WORDS, True),
                ("BEGIN:VALARM\r\nDESCRIPTION:REMINDER\r\nEND:VALARM", False),
            )
        ),
    ],
)
def test_only_an_answer_without_any_words_is_bare(text, has_words):
    assert read_answer(text).has_words == has_words
