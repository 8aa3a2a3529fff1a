"""The error of a message that was not sent."""


class NotSent(Exception):
    """`problem` is a code without personal data. `permanent`: another attempt would fail too."""

    def __init__(self, problem: str, *, permanent: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.permanent = problem, permanent
