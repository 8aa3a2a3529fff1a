"""Why email does not leave now, as who watches the site tells the desk, which then says of no letter that it goes out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

_URGENT = "Call if it is urgent."


@dataclass(frozen=True)
class MailStop:
    """`why`: a clause, such as `a backup was restored`. `until`: what fell due up to this instant waits for an owner; None: email
    is late, and nobody can say whether the next letter is late too.
    """

    why: str
    until: datetime | None = None

    def holds(self, due: datetime) -> bool:
        return self.until is not None and due <= self.until

    def of_a_letter(self, to: str, *, due: datetime, otherwise: str) -> str:
        """What becomes of a letter that is due then. `otherwise`: what is said of it while email leaves."""
        if self.holds(due):
            return f"The letter to {to} waits until an owner starts email again: {self.why}. {_URGENT}"
        return otherwise if self.until else f"{otherwise} The letter may be late: {self.why}. {_URGENT}"

    def in_words(self, *, now: datetime) -> str:
        """A line for the page of a request; empty where what is decided now leaves as usual."""
        if self.holds(now):
            return f"No email leaves now: {self.why}. Letters wait until an owner starts email again. Call who must know today."
        return "" if self.until else f"Email is late: {self.why}. Call who must know today."


_ask: list[Callable[[datetime], MailStop | None]] = []


def register(ask: Callable[[datetime], MailStop | None]) -> None:
    """`clinic_site` knows of holds and of late email, which no room below may ask."""
    _ask[:] = [ask]


def mail_stop(now: datetime) -> MailStop | None:
    return _ask[0](now) if _ask else None
