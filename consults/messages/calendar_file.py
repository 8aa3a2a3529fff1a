"""The visit as a calendar entry. Its wording is neutral, because calendars are shared and shown on lock screens."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr

from django.conf import settings
from icalendar import Calendar, Event, vCalAddress

from consults.models import ConsultRequest
from consults.scheduling import ConsultTime
from guard.one_line import without_hidden_characters
from pages.models import Clinic


@dataclass(frozen=True)
class CalendarChange:
    """What an event does to the patient's calendar: `method` REQUEST or PUBLISH enters `visit`, CANCEL removes it, empty
    changes nothing.
    """

    method: str = ""
    visit: ConsultTime | None = None

    @classmethod
    def between(cls, before: ConsultTime | None, after: ConsultTime | None) -> "CalendarChange":
        """From the visit that was confirmed before the event to the one that is confirmed after it."""
        if before == after:
            return cls()
        return cls("REQUEST", after) if after else cls("CANCEL", before)


def entry_title(clinic: Clinic) -> str:
    """What the entry is called."""
    how = "with" if clinic.consult.how else "at"
    return f"{clinic.consult.word.capitalize()} {how} {without_hidden_characters(clinic.name)}"


def entry_place(clinic: Clinic) -> str:
    """Where the entry says that the visit is."""
    return without_hidden_characters(clinic.consult_place)


def write_calendar_file(
    *,
    request: ConsultRequest,
    version: int,
    visit: ConsultTime,
    clinic: Clinic,
    at: datetime,
    method: str = "PUBLISH",
    attendee: str = "",
) -> bytes:
    """The entry as RFC 5545 text, written at the instant `at`. RFC 5546 has the methods.

    Times are in UTC, in whatever zone they come: a TZID without its VTIMEZONE makes the file invalid.

    `version`: the one of the request that the entry shows. The UID stays the same, wherever the site moves, and SEQUENCE rises
    with every change of the time; another place goes out under the same one, where DTSTAMP decides (RFC 5546, 2.1.5).
    Method CANCEL removes the entry. `attendee` is the patient's address, where the file goes there by mail.
    """
    entry = Event()
    entry.add("uid", str(request.calendar_uid))
    entry.add("sequence", request.calendar_step + version)
    entry.add("dtstamp", at.astimezone(UTC))
    entry.add("dtstart", visit.start.astimezone(UTC))
    entry.add("dtend", visit.end.astimezone(UTC))
    name = without_hidden_characters(clinic.name)
    entry.add("summary", entry_title(clinic))
    entry.add("location", entry_place(clinic))
    # Outlook offers no "Propose New Time" then (MS-OXCICAL, 2.1.3.1.1.20.38); the page has a form for that.
    entry.add("x-microsoft-disallow-counter", "TRUE")
    # The sender of the mail, and not a fact that staff may change: calendars take a change from the same organizer only.
    entry.add("organizer", vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"))
    if attendee:
        address = vCalAddress(f"mailto:{attendee}")
        # They asked for it: their calendar need not ask them again.
        address.params.update({"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
        entry.add("attendee", address)
    entry.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    entry.add("class", "PRIVATE")
    calendar = Calendar()
    calendar.add("prodid", f"-//{name}//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(entry)
    return calendar.to_ical()
