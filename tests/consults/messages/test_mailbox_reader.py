"""What the reader of the mailbox takes and leaves, of a server that answers in this process."""

from contextlib import contextmanager

import pytest
from django.db import OperationalError

from clinic_site.env_secrets import Mailbox
from consults.messages import mailbox
from consults.messages.mailbox import MailboxReader, NotRead
from tests.reports import HOST, OURS, PLAIN

ACCOUNT = Mailbox("mail.example", 993, "me", "secret", "INBOX")


class Server:
    """Holds reports on a letter of ours by UID, and `refuses` to hand some out. `kinds`: the headers of other mails."""

    def __init__(self, *uids: int) -> None:
        self.mails, self.refuses, self.kinds = {uid: PLAIN.encode() for uid in uids}, set(), {}

    def select(self, name):
        return "OK", []

    def response(self, code):
        return code, [b"1"]

    def uid(self, command, *arguments):
        if command == "SEARCH":
            return "OK", [" ".join(map(str, self.mails)).encode()]
        uid = int(arguments[0])
        if command == "FETCH":
            kind = self.kinds.get(uid, b"Content-Type: multipart/report")
            found = kind if "HEADER" in arguments[1] else self.mails[uid]
            return ("NO", []) if uid in self.refuses else ("OK", [(b"", found)])
        if command == "EXPUNGE":
            del self.mails[uid]
        return "OK", []


@pytest.fixture
def server(monkeypatch) -> Server:
    server = Server(1, 2, 3)

    @contextmanager
    def signed_in(account):
        yield server

    monkeypatch.setattr(mailbox, "_signed_in", signed_in)
    return server


@pytest.mark.parametrize("is_known", [True, False])
def test_a_report_on_a_letter_of_before_the_site_moved_is_taken_if_the_letter_is_known(server, is_known):
    found = []
    MailboxReader(ACCOUNT, host="moved.example", is_known=lambda message_id: is_known).read_new(found.append)
    assert [report.message_id for report in found] == [OURS] * (3 if is_known else 0)
    assert len(server.mails) == (0 if is_known else 3)


def test_a_mail_that_the_server_refuses_keeps_no_other_waiting_and_is_asked_for_again(server):
    found, reader = [], MailboxReader(ACCOUNT, host=HOST)
    server.refuses = {2}
    for _ in range(2):
        with pytest.raises(NotRead, match="mail: refused"):
            reader.read_new(found.append)
        assert (len(found), set(server.mails)) == (2, {2})
    server.refuses.clear()
    assert reader.read_new(found.append) == 1
    assert reader.read_new(found.append) == 0


def test_what_was_left_in_a_full_mailbox_delays_no_new_report(server, monkeypatch):
    monkeypatch.setattr(mailbox, "MOST_MAILS", 2)
    server.mails = {uid: PLAIN.encode() for uid in range(1, 6)}
    reader, left = MailboxReader(ACCOUNT, host=HOST), []
    for _ in range(4):
        reader.read_new(lambda report: None)
        left.append((sorted(server.mails), reader.has_more))
        if len(left) == 1:
            server.mails[6] = PLAIN.encode()
    assert left == [([1, 2, 3], True), ([1, 2], True), ([], False), ([], False)]


def test_a_round_that_failed_half_way_is_gone_on_with(server):
    reader, tries = MailboxReader(ACCOUNT, host=HOST), []

    def take(report):
        tries.append(report)
        if len(tries) == 2:
            raise OperationalError("database is locked")

    with pytest.raises(OperationalError):
        reader.read_new(take)
    assert (set(server.mails), reader.has_more) == ({1, 2}, True)
    assert (reader.read_new(take), set(server.mails)) == (2, set())
