"""Writes to the staff inbox when requests were set aside and nobody has looked: a real patient may be among them."""

from datetime import datetime

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Subquery
from django.db.models.functions import Coalesce, Least

from consults.messages.outbox import write_to_staff_once_a_day
from consults.models import AccessRecord, ConsultRequest, Event

KIND = "set_aside"

_TEXT = """\
Set aside by the website as possible spam, and not opened yet: {count}.
A real patient may be among them. Open each one, and restore it if it is not spam: {desk}

This letter comes at most once a day, while there is such a request.
"""


def write_letter_if_set_aside(*, now: datetime) -> bool:
    """Writes at most one letter a day, and only if there is an inbox. Returns whether it wrote one."""
    if not settings.STAFF_INBOX or not (count := _unopened().count()):
        return False
    text = _TEXT.format(count=count, desk=f"{settings.PUBLIC_URL}/admin/")
    return write_to_staff_once_a_day(KIND, to=settings.STAFF_INBOX, subject="Requests were set aside", text=text, now=now)


def _unopened():
    """What a colleague set aside was looked at, and so was what one opened since it was set aside.

    A request that was let in may be set aside later, by a correction for example; what was seen of it before is another matter.
    Events have numbers without gaps, and while it is set aside, all have that status. The site sets aside what was addressed at
    that moment, and an event of a clock that was ahead keeps its date, where `addressed_at` was set right.
    """
    aside = ConsultRequest.Status.QUARANTINED
    events = Event.objects.filter(request=OuterRef("pk"))
    let_in = Subquery(events.exclude(status=aside).order_by("-number").values("number")[:1])
    found = ConsultRequest.objects.filter(status=aside, erased_at=None).alias(began=Coalesce(let_in, 0) + 1)
    beginning = events.filter(number=OuterRef("began"))
    opened = AccessRecord.objects.filter(request=OuterRef("pk"), kind=AccessRecord.Kind.OPENED, at__gt=OuterRef("since"))
    found = found.alias(since=Least(Subquery(beginning.values("at")[:1]), F("addressed_at")))
    return found.filter(~Exists(beginning.filter(by__isnull=False)), ~Exists(opened))
