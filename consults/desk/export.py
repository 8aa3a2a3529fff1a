"""A filtered list as a CSV file that a spreadsheet shows as text and never runs."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo

from django.http import StreamingHttpResponse
from django.utils import timezone

from consults.models import ConsultRequest

from .display import person_of

# Without either note: a list is for calling people back and for counting, not for what they told us.
HEADINGS = (
    *("Reference", "Status", "Time asked for", "Asked at", "Answer by", "Name", "Email", "Phone", "Reach by"),
    *("Voicemail", "In the care of"),
)
# What makes a spreadsheet take a cell for a formula; the last four are what some of them take for the first four.
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_AT_ONCE = 500


class _Echo:
    """For csv.writer: a line is returned, not kept."""

    def write(self, line: str) -> str:
        return line


def plain_cell(value: object) -> str:
    """The text as a spreadsheet shows it. An apostrophe in front keeps a formula from being one (OWASP, CSV injection)."""
    text = str(value)
    return f"'{text}" if text.lstrip().startswith(_STARTS_A_FORMULA) or text.startswith(_STARTS_A_FORMULA) else text


def csv_answer(requests, *, name: str) -> StreamingHttpResponse:
    """`requests`: a queryset, read in parts."""
    answer = StreamingHttpResponse(
        _lines(requests.iterator(chunk_size=_AT_ONCE), timezone.get_current_timezone()), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


def _lines(requests: Iterable[ConsultRequest], zone: tzinfo) -> Iterator[str]:
    """`zone`: read when the answer is sent, after the clinic's zone was put away again."""
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
        *(_local(value, zone) for value in (request.starts_at, request.created_at, request.answer_by)),
        *(person.full_name, person.email, person.phone, person.contact_by),
        "yes" if person.voicemail_ok else "no",
        taker.get_username() if taker else "",
    )


def _local(value: datetime | None, zone: tzinfo) -> str:
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M}" if value else ""
