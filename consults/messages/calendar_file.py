"""The visit as a calendar entry. Its wording is neutral, because calendars are shared and shown on lock screens."""

from datetime import datetime

from django.conf import settings
from icalendar import Calendar, Event

from consults.models import ConsultRequest
from consults.scheduling import Interval
from pages.models import Clinic


def write_calendar_file(
    request: ConsultRequest, visit: Interval, clinic: Clinic, *, at: datetime, method: str = "PUBLISH"
) -> bytes:
    """The entry as RFC 5545 text, written at the instant `at`. Times are in UTC.

    The UID stays the same and SEQUENCE rises with every change; method CANCEL removes the entry.
    """
    entry = Event()
    entry.add("uid", f"{request.reference}@{settings.PUBLIC.host}")
    entry.add("sequence", request.version)
    entry.add("dtstamp", at)
    entry.add("dtstart", visit.start)
    entry.add("dtend", visit.end)
    entry.add("summary", f"Visit at {clinic.name}")
    entry.add("location", clinic.address_line)
    entry.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    entry.add("class", "PRIVATE")
    calendar = Calendar()
    calendar.add("prodid", f"-//{clinic.name}//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(entry)
    return calendar.to_ical()
