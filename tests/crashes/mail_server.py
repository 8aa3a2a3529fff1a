"""A mail server that remembers what it was given."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes

from aiosmtpd.controller import Controller

from tests.server import free_port


class Postbox:
    """`arrived`: how often each Message-ID arrived, without its brackets, host and dashes (SQLite stores a UUID so).

    While it `hangs`, it takes a message and goes on answering without an end, so that no time-out of the sender helps.
    """

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()
        self.hangs = False

    async def handle_DATA(self, server, session, envelope) -> str:
        message_id = message_from_bytes(envelope.content)["Message-ID"]
        self.arrived[message_id.strip("<>").partition("@")[0].replace("-", "")] += 1
        while self.hangs:
            await server.push("250-one moment")
            await asyncio.sleep(0.2)
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[tuple[Postbox, dict[str, str]]]:
    """What arrived, and the setting of a site that sends there."""
    postbox, port = Postbox(), free_port()
    server = Controller(postbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield postbox, {"EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    finally:
        server.stop()
