"""Decides about requests one by one, so that one which cannot be read keeps no other waiting."""

import logging
from collections.abc import Callable, Iterable

from django.db import DatabaseError

from . import booking
from .models import ConsultRequest

logger = logging.getLogger("clinic.worker")


def decide_each(decide: Callable[[ConsultRequest], object], requests: Iterable[ConsultRequest]) -> tuple[int, set[int]]:
    """How many `decide` succeeded for, and the ids of those it failed for. Raises DatabaseError.

    A request that staff decided about, or wrote to, in the meantime is neither: the next run looks at it again.
    """
    done, failed = 0, set()
    for request in requests:
        try:
            decide(request)
        except (booking.NotAllowed, booking.Stale):
            continue
        except DatabaseError:
            raise
        except Exception:
            logger.exception("nothing could be decided about request %s", request.pk)
            failed.add(request.pk)
            continue
        done += 1
    return done, failed
