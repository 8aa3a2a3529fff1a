"""Deleting what was set aside on its arrival, and what nobody ever had to do with."""

from datetime import datetime

from django.db import transaction

from consults.current_rules import lock_rules
from consults.decision import NotAllowed
from consults.models import ConsultRequest


def discard_request(request: ConsultRequest, *, now: datetime) -> None:
    """Deletes the request with its events: nobody was told of it, so nobody misses what an erasure would leave.

    It comes back with an older backup, and is discarded again. Raises NotAllowed when somebody let it in, decided about it or
    opened it meanwhile, and django's ProtectedError when anything else refers to it.
    """
    with transaction.atomic():
        lock_rules(now)
        row = ConsultRequest.objects.select_for_update(of=("self",)).never_let_in().filter(pk=request.pk).first()
        if row is None:
            raise NotAllowed("let_in")
        row.events.all().delete()
        row.delete()
