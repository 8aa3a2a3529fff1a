"""Letters that a mail server has whole, and whose answer is still to come while other letters leave."""

from concurrent.futures import Future

from consults.models import OutboxMessage


class Answers:
    """One for each worker. Without it, or after a kill, a letter is taken up again when its lease ends."""

    def __init__(self) -> None:
        self._awaited: list[tuple[OutboxMessage, Future[None]]] = []

    @property
    def are_awaited(self) -> bool:
        return bool(self._awaited)

    def await_one(self, message: OutboxMessage, answer: Future[None]) -> None:
        self._awaited.append((message, answer))

    def take_arrived(self) -> list[tuple[OutboxMessage, Future[None]]]:
        """Those that came since the last time."""
        arrived = [each for each in self._awaited if each[1].done()]
        self._awaited = [each for each in self._awaited if each not in arrived]
        return arrived
