"""Leaves an access record of a list that was shown: how many requests, and whether somebody was searched for."""

from datetime import datetime

from consults.models import AccessRecord


def record_list(request, response, *, now: datetime) -> None:
    """`response` is that of the list's view; a redirect shows nothing."""
    changelist = getattr(response, "context_data", None) and response.context_data.get("cl")
    if not changelist:
        return
    kind = AccessRecord.Kind.SEARCHED if changelist.query.strip() else AccessRecord.Kind.LISTED
    AccessRecord.objects.write(kind, by=request.user, at=now, rows=len(changelist.result_list), term=changelist.query)
