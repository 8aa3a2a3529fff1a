"""A machine with many addresses that wants every time there is, and a patient beside it."""

import random
import re
from collections import Counter
from dataclasses import dataclass
from itertools import count
from threading import Event

from tests.browsers import FORM, Browser, hidden_fields, starts_on
from tests.concurrency import together
from tests.server import Site

# One proxy in front: the site believes its entry and nothing left of it.
BEHIND_A_PROXY = {"TRUSTED_PROXIES": "1", "BOOKING_RATE": "20/h"}
# What is sent sooner looks like a machine's: the site judges the time itself.
READING_SECONDS = 2.2
_numbers = count(1)


class Somebody(Browser):
    """A browser behind the proxy, at an address of its own. Its own X-Forwarded-For is a lie that changes nothing."""

    def __init__(self, site: Site, address: str):
        super().__init__(site, {})
        self.headers = {"X-Forwarded-For": f"10.9.8.{random.randrange(256)}, {address}"}

    def open_form(self) -> list[str]:
        """The times that are listed."""
        _, _, page = self.send("GET", FORM)
        number = next(_numbers)
        self.fields = hidden_fields(page) | {
            "full_name": f"Ada Example {number}",
            "email": f"somebody-{number}@mail.example",
            "contact_by": "email",
            "acknowledged": "on",
        }
        return self._times_on(page)

    def _times_on(self, page: str) -> list[str]:
        """What is listed; when nothing is, what the page's own link to the next open date leads to."""
        if (times := starts_on(page)) or not (link := re.search(r'href="(/book-a-consult/\?from=[0-9-]+)"', page)):
            return times
        return starts_on(self.send("GET", link[1])[2])

    def ask(self, start: str) -> tuple[int, list[str]]:
        """Status, and the times that are listed by now."""
        status, _, page = self.send("POST", FORM, self.fields | {"starts_at": start})
        return status, self._times_on(page)


@dataclass
class Bot:
    """`addresses` of them, each asking for `waves` times, a crowd at a time, slowly enough not to look too fast."""

    site: Site
    addresses: int
    waves: int = 3

    def attack(self) -> Counter:
        """How often each status was the answer."""
        answers = Counter()
        everywhere = [f"198.51.{number // 250}.{number % 250 + 1}" for number in range(self.addresses)]
        for _ in range(self.waves):
            for first in range(0, self.addresses, 40):
                crowd = [Somebody(self.site, address) for address in everywhere[first : first + 40]]
                listed = together([one.open_form for one in crowd])
                Event().wait(READING_SECONDS)
                answers.update(together([lambda o=o, t=t: take_any(o, t) for o, t in zip(crowd, listed, strict=True)]))
        return answers


def take_any(one: Somebody, times: list[str]) -> int:
    """The last status; one that is gone is followed by another, as long as there are some."""
    status = 422
    while times and status == 422:
        status, times = one.ask(random.choice(times))
    return status


def a_patient_asks(site: Site, address: str = "203.0.113.9", tries: int = 3) -> bool:
    """Reads for a while, chooses a time that suits, and another one when it is gone. True: a seat is held."""
    patient = Somebody(site, address)
    times = patient.open_form()
    Event().wait(READING_SECONDS)
    for _ in range(tries):
        if not times:
            return False
        status, times = patient.ask(times[len(times) // 2])
        if status == 303:
            return _holds_a_seat(site, patient)
    return False


def _holds_a_seat(site: Site, patient: Somebody) -> bool:
    email = patient.fields["email"]
    found = site.shell(
        f"from consults.models import ConsultRequest as R; r = R.objects.by_contact({email!r}).get();"
        " print(r.status, r.seats.count())"
    )
    return bool(re.fullmatch(r"requested [1-9]\d*", found))
