"""Delivery reports on one letter of ours, as small as they can be; the shapes of the wild are where they are read."""

from uuid import UUID

HOST = "clinic.example"
OURS = UUID("5f1c2f7e-9f0a-4d8e-8d53-0b8ad3f2c9a1")
LETTER = f"Subject: Your request\nMessage-ID: <{OURS}@{HOST}>\nTo: ada@example.com\n"
FAILED = "Final-Recipient: rfc822; ada@example.com\nAction: failed\nStatus: 5.1.1\n"
# A mail that the standard library cannot read.
BROKEN = "Content-Type: multipart/report; boundary*=x''y; boundary*1*=z\n\n--b\n\n"


def report(*parts: tuple[str, str], kind: str = "report; report-type=delivery-status") -> str:
    """A mail of these parts: headers, body."""
    pieces = [f"--b\n{headers}\n\n{body}\n" for headers, body in parts]
    return f"MIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary=b\n\n{''.join(pieces)}--b--\n"


def status(recipient: str = FAILED) -> tuple[str, str]:
    return "Content-Type: message/delivery-status", f"Reporting-MTA: dns; mail.example\n\n{recipient}"


def returned(letter: str = LETTER) -> tuple[str, str]:
    return "Content-Type: text/rfc822-headers", letter


PLAIN = report(status(), returned())
