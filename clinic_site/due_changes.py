"""Publishes the pending changes whose time has come. One that cannot be published stays pending, and the desk says why."""

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import DatabaseError

from content.editing import pending
from content.models import PendingChange
from guard.one_row import MOST_IN_A_RUN, is_of_one_row

logger = logging.getLogger("clinic.worker")

NOT_ALLOWED = "Who set its time may not change this text any more. Publish it by hand, or set a time again."
BEGUN = "The site was stopped while it published this, so nothing was published. Publish it by hand, or set a time again."
BROKEN = "An error kept the site from publishing it; the log has it. Save it once more, or publish it by hand."


def publish_due_changes(*, now: datetime, zone: ZoneInfo, after: datetime | None = None) -> int:
    """How many were published. What was due at `after` already waits for a yes, as everything does after a restore.

    Raises DatabaseError where it is not about one row.
    """
    published, locked = 0, 0
    for change in PendingChange.objects.due(now=now, after=after).select_related("content_type", "scheduled_by"):
        # Written down before: one that takes the worker down is not begun again by the next.
        _tell(change, BEGUN)
        try:
            _publish(change, now=now, zone=zone)
        except pending.NotPublished as refused:
            _tell(change, "\n".join(refused.problems))
        except DatabaseError as error:
            locked += 1
            _tell(change, "")
            if locked == MOST_IN_A_RUN or not is_of_one_row(error):
                raise
            # It is tried again: who has locked it lets it go.
            logger.error("pending change %s could not be published: %s", change.pk, type(error).__name__)
        except Exception:
            logger.exception("pending change %s could not be published", change.pk)
            _tell(change, BROKEN)
        else:
            published += 1
    return published


def _publish(change: PendingChange, *, now: datetime, zone: ZoneInfo) -> None:
    by = change.scheduled_by
    if by is None or not by.is_active or not pending.may_change(by, change):
        raise pending.NotPublished(NOT_ALLOWED)
    today = now.astimezone(zone).date()
    pending.publish(change, version=change.version, by=by, now=now, today=today, at_its_time=True)


def _tell(change: PendingChange, problem: str) -> None:
    """Unless somebody set another time meanwhile."""
    PendingChange.objects.filter(pk=change.pk, publish_at=change.publish_at).update(problem=problem)
