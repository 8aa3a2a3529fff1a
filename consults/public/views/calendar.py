"""The confirmed visit as a calendar file, or the entry that removes it."""

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from consults.messages.as_told import change_for_page
from consults.messages.calendar_file import write_calendar_file
from pages.facts import clinic_of

from .own_page import find_by_token


@never_cache
@require_safe
def calendar(request, token: str):
    """Serves the confirmed visit as a calendar file; after it was given up, the entry that removes it."""
    now = timezone.now()
    found = find_by_token(token, now)
    change = change_for_page(found)
    if change.visit is None:
        raise Http404
    entry = write_calendar_file(
        request=found,
        version=found.version,
        visit=change.visit,
        clinic=clinic_of(request),
        at=now,
        method=change.method,
    )
    response = HttpResponse(entry, content_type=f"text/calendar; charset=utf-8; method={change.method}")
    response["Content-Disposition"] = 'attachment; filename="visit.ics"'
    return response
