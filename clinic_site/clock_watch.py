"""Notices when the server's clock jumps, by a clock that nobody sets."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.utils.dateformat import format as in_format

# Far more than a time server corrects. The usual wrong clock is off by a time zone: five hours ahead in Minnesota, which is
# enough to tell a patient that nobody answered in time.
MOST_OFF = timedelta(hours=1)


def steady_seconds() -> float:
    """Seconds of a clock that only goes forward. On Linux it goes on while the machine sleeps, so that waking up is no jump."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass
class ClockWatch:
    """Both clocks when they last agreed: an aware instant, and the seconds of `steady_seconds`. Small steps add up."""

    wall: datetime
    steady: float

    def jumped(self, wall: datetime, steady: float) -> bool:
        gained = (wall - self.wall) - timedelta(seconds=steady - self.steady)
        return abs(gained) > MOST_OFF

    def trust(self, wall: datetime, steady: float) -> None:
        """From now on the clocks are compared with these readings."""
        self.wall, self.steady = wall, steady


def two_clocks(one: datetime, other: datetime, *, zone: tzinfo) -> str:
    """What two servers say at the same moment, for an owner."""
    first, second = (in_format(at.astimezone(zone), "F j, Y, g:i A") for at in (one, other))
    return f"The clock of one server says {first}, that of another {second}."


class Every:
    """Is due at once, and then each time that many steady seconds have passed."""

    def __init__(self, period: timedelta) -> None:
        self._seconds, self._next = period.total_seconds(), float("-inf")

    def is_due(self, steady: float) -> bool:
        return steady >= self._next

    def done(self, steady: float, *, ago: timedelta = timedelta(0)) -> None:
        """It was done that long ago, by default just now."""
        self._next = steady + self._seconds - ago.total_seconds()
