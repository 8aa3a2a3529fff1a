"""A message did not leave."""


class NotSent(Exception):
    """`problem` is a code without personal data. `for_good`: there is no use in another attempt."""

    def __init__(self, problem: str, *, for_good: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.for_good = problem, for_good
