"""A message did not leave."""


class NotSent(Exception):
    """`problem` is a code without personal data. `permanent`: there is no use in another attempt."""

    def __init__(self, problem: str, *, permanent: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.permanent = problem, permanent
