"""Letters that a mail server has whole, and whose answer is still to come while other letters leave."""

import logging
from collections.abc import Callable
from concurrent.futures import Future

from django.db import DatabaseError

from consults.models import OutboxMessage
from guard.one_row import MOST_IN_A_RUN, is_of_one_row

logger = logging.getLogger("clinic.mail")


class Answers:
    """One for each worker. Without it, or after a kill, a letter is taken up again when its lease ends."""

    def __init__(self) -> None:
        self._awaited: list[tuple[OutboxMessage, Future[None]]] = []

    @property
    def are_awaited(self) -> bool:
        return bool(self._awaited)

    def await_one(self, message: OutboxMessage, answer: Future[None]) -> None:
        self._awaited.append((message, answer))

    def note_arrived(self, note: Callable[[OutboxMessage, Future[None]], int]) -> int:
        """Notes those that came since the last time, one by one, and returns the sum of what `note` returns.

        What the database did not take is still to be noted the next time, as is all that follows: a letter whose answer is lost
        would be sent twice. Raises DatabaseError, unless it is of one row alone.
        """
        noted = failed = 0
        for each in [each for each in self._awaited if each[1].done()]:
            self._awaited.remove(each)
            try:
                noted += note(*each)
            except DatabaseError as error:
                self._awaited.append(each)
                failed += 1
                if failed == MOST_IN_A_RUN or not is_of_one_row(error):
                    raise
                logger.error("the answer to message %s was not noted: %s", each[0].pk, type(error).__name__)
        return noted
