"""Held seats in five-minute cells. The unique (cell, seat) settles races; the check beforehand gives a good error message.

What every request asks and writes is plain SQL: it costs a third of a query set.
"""

from collections.abc import Iterable, Set
from datetime import datetime

from django.db import connection
from django.db.models import Count, QuerySet

from .models import ConsultRequest, Seat
from .scheduling.cells import cells_of


class NoSeat(Exception):
    """Some cell has no free seat."""


def held_seats(first: datetime, last: datetime) -> dict[int, int]:
    """The number of held seats in each cell from `first` to `last`; cells without one are missing. One query."""
    cells = cells_of(first, last - first)
    return _counted(Seat.objects.filter(cell__gte=cells.start, cell__lt=cells.stop))


def held_seats_from(first: datetime) -> dict[int, int]:
    """The same of every cell from that instant on."""
    return _counted(Seat.objects.filter(cell__gte=cells_of(first, ConsultRequest.SHORTEST).start))


def _counted(seats: QuerySet[Seat]) -> dict[int, int]:
    return dict(seats.values_list("cell").annotate(Count("id")).order_by())


def taken_seats(cells: range) -> set[tuple[int, int]]:
    """The (cell, seat) of every held seat in these cells. One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cell, seat FROM consults_seat WHERE cell >= %s AND cell < %s", [cells.start, cells.stop])
        return set(cursor.fetchall())


def hold_seat(request: ConsultRequest, cells: Iterable[int], capacity: int, taken: Set[tuple[int, int]]) -> None:
    """Holds one seat in every cell, each the lowest number below `capacity` that is not taken.

    Raises NoSeat, or IntegrityError in a race.
    """
    seats = []
    for cell in cells:
        free = next((number for number in range(capacity) if (cell, number) not in taken), None)
        if free is None:
            raise NoSeat
        seats.append((cell, free, request.pk))
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO consults_seat (cell, seat, request_id) VALUES (%s, %s, %s)", seats)


def free_seat(request: ConsultRequest, *, keep: Iterable[int] = ()) -> None:
    """Frees what the request holds, but for the cells in `keep`."""
    Seat.objects.filter(request=request).exclude(cell__in=list(keep)).delete()
