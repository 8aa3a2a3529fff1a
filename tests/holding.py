"""What tests of holds share: a worker on a machine with two clocks, and the owner who says yes."""

from datetime import timedelta

from clinic_site.background_work import BackgroundWork
from clinic_site.models import Hold
from tests.builders import PASSWORD, colleague

STEP = timedelta(seconds=1)


class Machine:
    """A worker on a machine with two clocks: one that people set, and one that nobody does."""

    def __init__(self, now, **options):
        self.work, self.now, self.steady = BackgroundWork(**options), now, 1000.0
        self.turn()

    def turn(self, passed=STEP, *, jump=timedelta(0)) -> None:
        self.now += passed + jump
        self.steady += passed.total_seconds()
        self.work.turn(now=self.now, steady=self.steady, read_clock=lambda: self.now)


def reasons() -> list[str]:
    return [hold.reason for hold in Hold.objects.open()]


def owner_at(client, name: str = "olga"):
    client.user = colleague(name, "Owners")
    client.force_login(client.user)
    client.post("/admin/reauthenticate/", {"password": PASSWORD, "next": "/admin/"})
    return client


def go_on(client, letters: str):
    return client.post("/admin/hold/", {"up_to": Hold.objects.latest("pk").pk, "letters": letters})
