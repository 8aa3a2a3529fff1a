"""Time in five-minute cells: what a consult occupies, whatever its length or grid."""

from datetime import datetime, timedelta

CELL = timedelta(minutes=5)


def cells_of(start: datetime, length: timedelta) -> range:
    """The numbers (counted from 1970 in UTC) of the cells a consult covers. `start` lies on a cell's edge."""
    first = int(start.timestamp()) // 300
    return range(first, first + -(-length // CELL))
