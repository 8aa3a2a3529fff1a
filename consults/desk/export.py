"""A filtered list as a CSV file whose cells a spreadsheet shows as text and never runs as formulas."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo

from django.http import StreamingHttpResponse
from django.utils import timezone

from consults.models import ConsultRequest

from .display import person_of

# Neither note is exported: a list is for calling people back and for counting, not for what they told us.
HEADINGS = (
    *(
        "Reference",
        "Status",
        "Requested time",
        "Confirmed time",
        "Received at",
        "Answer by",
        "Name",
        "Email",
        "Phone",
        "Reach by",
    ),
    *("Voicemail", "Assigned to"),
)
# Characters that start a formula; the last four are full-width variants that some spreadsheets accept.
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_AT_ONCE = 500


class _Echo:
    """A file for csv.writer that returns each line instead of storing it."""

    def write(self, line: str) -> str:
        return line


def plain_cell(value: object) -> str:
    """The text of a cell. A leading apostrophe keeps it from being read as a formula (OWASP, CSV injection)."""
    text = str(value)
    return f"'{text}" if text.lstrip().startswith(_STARTS_A_FORMULA) or text.startswith(_STARTS_A_FORMULA) else text


def csv_answer(requests, *, name: str) -> StreamingHttpResponse:
    """Streams the requests as CSV. `requests` is a queryset, read in chunks."""
    answer = StreamingHttpResponse(
        _lines(requests.iterator(chunk_size=_AT_ONCE), timezone.get_current_timezone()), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def _lines(requests: Iterable[ConsultRequest], zone: tzinfo) -> Iterator[str]:
    """The lines of the file. They are sent after the clinic's time zone was deactivated, so `zone` is passed in."""
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    # The byte order mark tells Excel that this is UTF-8.
    yield "\ufeff" + writer.writerow(HEADINGS)
    for request in requests:
        yield writer.writerow([plain_cell(value) for value in _row(request, zone)])


def _row(request: ConsultRequest, zone: tzinfo) -> tuple:
    person = person_of(request)
    taker = request.assigned_to
    return (
        request.reference,
        request.get_status_display(),
        *(
            _local(value, zone)
            for value in (request.starts_at, request.confirmed_starts_at, request.created_at, request.answer_by)
        ),
        *(person.full_name, person.email, person.phone, person.contact_by),
        "yes" if person.voicemail_ok else "no",
        taker.get_username() if taker else "",
    )


def _local(value: datetime | None, zone: tzinfo) -> str:
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M}" if value else ""
