"""Time in five-minute cells, which a consult of any length or grid occupies."""

from datetime import datetime, timedelta

CELL = timedelta(minutes=5)


def cells_of(start: datetime, length: timedelta) -> range:
    """The numbers (counted from 1970 in UTC) of the cells that a consult covers. `start` is the beginning of a cell."""
    first = int(start.timestamp()) // 300
    return range(first, first + -(-length // CELL))
