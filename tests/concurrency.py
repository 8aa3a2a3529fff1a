"""Things that happen at one moment."""

import threading
from collections.abc import Callable


def together(actions: list[Callable[[], object]]) -> list:
    """Runs every action in a thread of its own, let go at one moment. Their answers, in order; raises the first error."""
    barrier, answers = threading.Barrier(len(actions)), [None] * len(actions)

    def act(number: int) -> None:
        barrier.wait()
        try:
            answers[number] = actions[number]()
        except Exception as error:
            answers[number] = error

    threads = [threading.Thread(target=act, args=[number]) for number in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return answers
