"""The mailbox of delivery reports, on a real IMAP server: reports on our letters go, everything else stays as it was."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from django.db import OperationalError

from clinic_site.env_secrets import Mailbox
from consults.messages import mailbox
from consults.messages.delivery_reports import DeliveryReport, Unanswerable
from consults.messages.mailbox import MailboxReader, NotRead
from tests.certificates import write_certificate
from tests.dovecot import PASSWORD, Dovecot, dovecot
from tests.reports import BROKEN, HOST, LETTER, OURS, PLAIN, report, returned, status

pytestmark = pytest.mark.server
CAME_BACK = DeliveryReport(OURS, "5.1.1")


@pytest.fixture(scope="module")
def imap() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def user(request, imap, monkeypatch) -> str:
    """Whose mailboxes this test has for itself; the server is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", imap.certificate)
    return request.node.name.partition("[")[0]


def reader_of(imap: Dovecot, user: str, name: str = "INBOX") -> MailboxReader:
    return MailboxReader(imap.mailbox(user, name), host=HOST)


def taken(reader: MailboxReader) -> list[DeliveryReport]:
    found = []
    assert reader.read_new(found.append) == len(found)
    return found


def named(subject: str, mail: str) -> str:
    return f"Subject: {subject}\n{mail}"


def test_reports_on_our_letters_go_and_everything_else_stays_unread(imap, user):
    imap.bring(
        user,
        named("a letter", "From: ada@example.com\n\nMay I come at five?"),
        named("ours", PLAIN),
        named("a photo", report(("Content-Type: text/plain", "Look"), ("Content-Type: image/png", ""), kind="mixed")),
        named("of a colleague's letter", report(status(), returned(LETTER.replace(HOST, "elsewhere.example")))),
        named("a delay of ours", PLAIN.replace("failed", "delayed")),
        named("in bytes of no charset", "\udcff\udcfe\n\n\udcff"),
    )
    assert taken(reader_of(imap, user)) == [DeliveryReport(OURS, ""), CAME_BACK], "the newest first"
    left = ["a letter", "a photo", "of a colleague's letter", "in bytes of no charset"]
    assert [(subject, r"\Seen" in flags) for subject, flags in imap.left(user)] == [(subject, False) for subject in left]


def test_what_is_left_is_looked_at_once_and_what_is_new_is_found(imap, user, monkeypatch):
    reader = reader_of(imap, user)
    imap.bring(user, named("a letter", "\n\nHello"))
    assert taken(reader) == []
    monkeypatch.setattr(mailbox, "MOST_MAILS", 1)
    imap.bring(user, named("ours", PLAIN), named("ours", PLAIN))
    assert [taken(reader) for _ in range(3)] == [[CAME_BACK], [CAME_BACK], []]


def test_a_report_that_somebody_opened_is_left_to_them(imap, user):
    imap.bring(user, named("ours", PLAIN))
    with imap.signed_in(user) as person:
        person.select()
        person.fetch("1", "(BODY[])")
    assert taken(reader_of(imap, user)) == []
    assert [subject for subject, _ in imap.left(user)] == ["ours"]


def test_what_others_have_marked_for_deletion_is_left_to_them(imap, user):
    imap.bring(user, named("theirs", PLAIN), named("ours", PLAIN))
    with imap.signed_in(user) as person:
        person.select()
        person.store("1", "+FLAGS", r"(\Deleted)")
        person.unselect()
    assert taken(reader_of(imap, user)) == [CAME_BACK]
    assert [subject for subject, _ in imap.left(user)] == ["theirs"]


def test_a_mail_that_cannot_be_read_is_marked_as_seen_and_keeps_no_other_waiting(imap, user, caplog):
    imap.bring(user, named("broken", BROKEN), named("ours", PLAIN))
    assert taken(reader_of(imap, user)) == [CAME_BACK]
    assert [(subject, r"\Seen" in flags) for subject, flags in imap.left(user)] == [("broken", True)]
    assert "broken" not in caplog.text


def test_a_report_that_cannot_be_answered_is_marked_as_seen_and_keeps_no_other_waiting(imap, user, caplog):
    errors = {"5.6.6": ValueError, "5.4.4": Unanswerable}
    imap.bring(user, *(named("ours", PLAIN.replace("5.1.1", given_up)) for given_up in (*errors, "5.1.1")))
    found = []

    def take(report: DeliveryReport) -> None:
        if error := errors.get(report.given_up):
            raise error
        found.append(report)

    assert reader_of(imap, user).read_new(take) == 1
    assert found == [CAME_BACK]
    assert [r"\Seen" in flags for _, flags in imap.left(user)] == [True, True]
    assert "about no letter that was sent" in caplog.text
    assert not any(word in caplog.text for word in ("ada@example.com", str(OURS), "ours"))


def test_an_answer_with_words_is_known_again_after_the_mailbox_was_moved(imap, user):
    no = ("BEGIN:VCALENDAR", "METHOD:REPLY", "BEGIN:VEVENT", f"UID:{OURS}", "COMMENT:On Tuesday?", "END:VEVENT", "END:VCALENDAR")
    headers = "MIME-Version: 1.0\nMessage-ID: <1@example.com>\nContent-Type: text/calendar; method=REPLY\n"
    imap.bring(user, named("a letter", "\n\nHello"), named("an answer", f"{headers}\n" + "\n".join(no)))
    with imap.signed_in(user) as person:
        person.create("Moved")
        person.select()
        person.copy("2", "Moved")
    found = []
    for name in ("INBOX", "Moved"):
        reader = MailboxReader(imap.mailbox(user, name), host=HOST, if_ours=lambda answer: answer)
        for _ in range(2):
            reader.read_new(found.append)
        assert (len(reader.with_words), imap.left(user, name)[-1]) == (1, ("an answer", ""))
    assert [(answer.has_words, answer.mail) for answer in found] == [(True, found[0].mail)] * len(found)
    assert len(found) == 2


def test_without_a_database_a_report_waits_for_the_next_round(imap, user):
    imap.bring(user, named("ours", PLAIN))
    reader = reader_of(imap, user)

    def take(report: DeliveryReport) -> None:
        raise OperationalError

    with pytest.raises(OperationalError):
        reader.read_new(take)
    assert taken(reader) == [CAME_BACK]


def test_of_a_large_mail_the_beginning_is_fetched(imap, user, monkeypatch):
    fetched = []
    read_report = mailbox.read_report
    monkeypatch.setattr(mailbox, "read_report", lambda mail, host: fetched.append(len(mail)) or read_report(mail, host=host))
    imap.bring(user, named("ours", report(status(), returned(f"{LETTER}\n{'x' * 70 + chr(10)}" * 20_000))))
    assert taken(reader_of(imap, user)) == [CAME_BACK]
    assert fetched == [mailbox.MOST_BYTES]


def test_a_mailbox_may_have_any_printable_name(imap, user):
    name = 'Reports & more \\"'
    reader = reader_of(imap, user, name)
    imap.bring(user, PLAIN, to='Reports &- more \\\\\\"')
    assert taken(reader) == [CAME_BACK]


def failure(account: Mailbox) -> str:
    with pytest.raises(NotRead) as failed:
        MailboxReader(account, host=HOST).read_new(print)
    return str(failed.value)


def test_a_failure_names_its_step_and_repeats_nothing(imap, user, monkeypatch, caplog):
    account = imap.mailbox(user)
    assert failure(Mailbox(account.host, account.port, user, "secret", "INBOX")) == "login: refused"
    assert failure(imap.mailbox(user, "Nowhere")) == "mailbox: refused"
    assert failure(Mailbox(account.host, 1, user, PASSWORD, "INBOX")) == "connection: ConnectionRefusedError"
    another_name = Mailbox("localhost", account.port, user, PASSWORD, "INBOX")
    assert failure(another_name) == "connection: SSLCertVerificationError"
    monkeypatch.delenv("SSL_CERT_FILE")
    assert failure(account) == "connection: SSLCertVerificationError"
    assert user not in caplog.text


@contextmanager
def odd_server(tmp_path, monkeypatch, says: bytes, then: bytes = b"") -> Iterator[Mailbox]:
    """Over TLS it says the first at once, and the second again and again."""
    write_certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "fullchain.pem"))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    gone = threading.Event()

    def serve(listening: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(listening.accept()[0], server_side=True) as line:
            line.sendall(says)
            while not gone.wait(0.05):
                line.sendall(then)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = threading.Thread(target=serve, args=[listening])
        serving.start()
        try:
            yield Mailbox("127.0.0.1", listening.getsockname()[1], "me", "secret", "INBOX")
        finally:
            gone.set()
            serving.join()


def test_a_server_that_never_comes_to_an_end_is_hung_up_on(tmp_path, monkeypatch):
    """A socket's own time-out counts from the last byte."""
    monkeypatch.setattr(mailbox, "ROUND_SECONDS", 0.5)
    with odd_server(tmp_path, monkeypatch, b"* OK [CAPABILITY IMAP4rev1] ", then=b"x") as account:
        assert failure(account) == "connection: the server hung up"


def test_a_silent_server_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(mailbox, "ANSWER_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        silent = Mailbox("127.0.0.1", listening.getsockname()[1], "me", "secret", "INBOX")
        assert failure(silent) == "connection: TimeoutError"


def test_more_than_was_asked_for_is_not_taken(tmp_path, monkeypatch):
    with odd_server(tmp_path, monkeypatch, b"* OK {1000000000}\r\n", then=b"x" * 10_000) as account:
        assert failure(account) == "the server sent more than was asked for"
