"""Whose fault a mail server's refusal is: the table is in docs/operations.md, "Letters that come back". Pure.

The enhanced status (RFC 3463, with the registry of RFC 5248) is believed before the code (RFC 5321, 4.2.3), and the code before
the words. Only what is said of the recipient is final: a letter tried once too often costs nothing, and an account that was
blocked for an hour would otherwise leave every patient with an address that "takes no mail".
"""

import re
from enum import Enum


class Fault(Enum):
    RECIPIENT = "the address takes no mail: another attempt fails too"
    OURS = "our account, our sender or a server: the same letter may be taken later"
    MESSAGE = "this letter: it is most likely refused again, and another one may be taken"


_STATUS = re.compile(r"5\.([0-9]{1,3})\.([0-9]{1,3})(?![0-9.])")
# 5.1.4: ambiguous; 5.1.6: moved; 5.1.10: the domain takes no mail (RFC 7505), or Exchange knows no such recipient.
_OF_THE_RECIPIENT = {(1, 1), (1, 2), (1, 3), (1, 4), (1, 6), (1, 10), (2, 1), (2, 2), (2, 4)}
_OF_THE_MESSAGE = {(2, 3), (3, 4)}
# So general that code and words say more than the status.
_SAYS_LITTLE = {(0, 0), (1, 0), (2, 0)}
# Servers have them for spam, and for a sender that they do not let in.
_SPAM_OR_POLICY = {(7, 0), (7, 1)}
# What another server wrote into a report when it knew the domain by no name, or no way there, is about the recipient's domain.
_OURS_IN_A_REPORT = {(1, 7), (1, 8), (1, 9), (1, 20), (1, 90), (4, 5)}
_OF_A_MAILBOX = {550, 551, 553}
_OF_A_COMMAND = {500, 501, 502, 503, 504, 521, 530, 534, 535, 538}
_NAMES_US = re.compile(
    r"sender|send ?as|from address|outbound|relay|auth|log ?in|password|credential|permission|permitted|allowed|denied|prohibit"
    r"|policy|spam|block|blacklist|reputation|client|helo|ehlo|\btls\b|limit|\brate\b|too many|too quickly|suspend|\bip\b|dns",
    re.IGNORECASE,
)
_WORDS_OF_A_FILTER = {"spam", "block", "policy", "denied", "allowed", "permitted", "prohibit"}
# Exchange Online has 5.4.1 for a recipient that its directory does not know.
_UNKNOWN_TO_EXCHANGE = re.compile(r"recipient address rejected", re.IGNORECASE)
# Gmail has 5.2.1 for a mailbox that is closed, and for one that gets too much at the moment.
_FOR_A_WHILE = re.compile(r"\brate\b|too quickly|too many", re.IGNORECASE)
# The address may have such a word in it.
_ADDRESSES = re.compile(r"<[^<>]*>|\S+@\S+")


def whose_fault(code: int, answer: bytes | str, *, has_letter: bool) -> Fault:
    """Of an answer to the recipient or, with `has_letter`, to the letter. A temporary one (4..) counts as `OURS`."""
    said = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    if code < 500:
        return Fault.OURS
    found, words = _STATUS.match(said), _ADDRESSES.sub("", said)
    status = (int(found[1]), int(found[2])) if found else (0, 0)
    if status in _OF_THE_RECIPIENT:
        return Fault.OURS if _FOR_A_WHILE.search(words) else Fault.RECIPIENT
    if status == (4, 1) and _UNKNOWN_TO_EXCHANGE.search(words):
        return Fault.RECIPIENT
    if status in _OF_THE_MESSAGE or status[0] == 6:
        return Fault.MESSAGE
    if code in _OF_A_COMMAND:
        return Fault.OURS
    if _NAMES_US.search(words):
        return Fault.MESSAGE if has_letter and _is_spam(status, words) else Fault.OURS
    if status not in _SAYS_LITTLE:
        return Fault.MESSAGE if has_letter and status in _SPAM_OR_POLICY else Fault.OURS
    if has_letter:
        return Fault.RECIPIENT if status == (1, 0) else Fault.MESSAGE
    return Fault.RECIPIENT if code in _OF_A_MAILBOX else Fault.OURS


def _is_spam(status: tuple[int, int], words: str) -> bool:
    """A filter speaks of what it read, unless it speaks of who sent it as well."""
    named = {found.lower() for found in _NAMES_US.findall(words)}
    return status in _SPAM_OR_POLICY | _SAYS_LITTLE and named <= _WORDS_OF_A_FILTER


def is_the_recipients(status: str) -> bool:
    """Of the status in a delivery report, after which no server tries again. One of 4 tried for days."""
    found = _STATUS.match(status)
    if not found:
        return True
    named = (int(found[1]), int(found[2]))
    return named not in _OURS_IN_A_REPORT | _OF_THE_MESSAGE and named[0] not in (5, 6, 7)
