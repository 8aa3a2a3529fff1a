"""What a sender raises when a message was not sent, or may not have been."""

from concurrent.futures import Future

# Of a letter that a server has whole: it may have arrived.
NO_ANSWER = "no_answer_may_have_arrived"


class NotSent(Exception):
    """`problem` is a code without personal data. `permanent`: another attempt would fail too; `is_hopeless`: most likely."""

    def __init__(self, problem: str, *, permanent: bool = False, is_hopeless: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.permanent, self.is_hopeless = problem, permanent, is_hopeless


class Unanswered(Exception):
    """The server has the letter whole and takes its time. `answer` raises what `send` would have."""

    def __init__(self, answer: Future[None]) -> None:
        super().__init__()
        self.answer = answer
