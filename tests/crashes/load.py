"""Visitors who keep booking while something happens to the site."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from tests.browsers import Visitor
from tests.server import HANG_SECONDS, Site, wait_for

# Without it visitors would take all the processor while a site starts beside them.
_PAUSE_SECONDS = 0.1


@dataclass
class Load:
    """Visitors who open the form and send it, one after the other, for as long as the block lasts.

    `acknowledged`: addresses that were answered 303; `unanswered`: whose POST got no answer; `refused`: how often each status.
    `answers_may_be_lost`: whether a request can be stored although no answer came, as after a kill.
    `wrong`: what broke meanwhile.
    """

    site: Site
    visitors: int = 3
    answers_may_be_lost: bool = False
    acknowledged: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    refused: Counter = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Load":
        self._threads = [threading.Thread(target=self._keep_asking) for _ in range(self.visitors)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def wait_for_acknowledged(self, more: int) -> None:
        enough = len(self.acknowledged) + more
        wait_for(lambda: len(self.acknowledged) >= enough, HANG_SECONDS, f"{more} more acknowledged", lambda: self.site.log)

    def wait_for_refused(self, status: int) -> None:
        wait_for(lambda: self.refused[status], HANG_SECONDS, f"somebody is answered {status}", lambda: self.figures)

    @property
    def figures(self) -> str:
        refused = "".join(f", {times} answered {status}" for status, times in sorted(self.refused.items()))
        return f"{len(self.acknowledged)} acknowledged, {len(self.unanswered)} unanswered{refused}"

    def _keep_asking(self) -> None:
        while not self._over.is_set():
            self._over.wait(_PAUSE_SECONDS)
            try:
                visitor = Visitor(self.site).open_form()
            except AssertionError:
                continue  # the site is down for the moment
            status = visitor.ask("none")
            if status == 303:
                self.acknowledged.append(visitor.fields["email"])
            elif status == 0:
                self.unanswered.append(visitor.fields["email"])
            else:
                self.refused[status] += 1
