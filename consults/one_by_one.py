"""Decides about requests one by one, so that one which cannot be read keeps no other waiting."""

import logging
from collections.abc import Callable, Iterable

from django.db import DatabaseError

from guard.one_row import MOST_IN_A_RUN, is_of_one_row

from . import booking
from .models import ConsultRequest

logger = logging.getLogger("clinic.worker")


def decide_each(decide: Callable[[ConsultRequest], object], requests: Iterable[ConsultRequest]) -> tuple[int, set[int]]:
    """How many `decide` succeeded for, and the ids of those it failed for.

    Raises DatabaseError where it is not about one row: the connection is lost, SQLite is locked, or several fail.
    A request that staff decided about, or wrote to, in the meantime is neither: the next run looks at it again.
    """
    done, locked, failed = 0, 0, set()
    for request in requests:
        try:
            decide(request)
        except (booking.NotAllowed, booking.Stale):
            continue
        except DatabaseError as error:
            failed.add(request.pk)
            locked += 1
            if locked == MOST_IN_A_RUN or not is_of_one_row(error):
                raise
            logger.error("nothing could be decided about request %s: %s", request.pk, type(error).__name__)
            continue
        except Exception:
            logger.exception("nothing could be decided about request %s", request.pk)
            failed.add(request.pk)
            continue
        done += 1
    return done, failed
