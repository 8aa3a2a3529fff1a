"""A patient's calendar that applies what we send: a reader of its own, so that no mistake of the writer is read back as right."""

from dataclasses import dataclass, field
from datetime import UTC, datetime


def properties(text: str) -> dict[str, str]:
    """The properties of the one entry of an RFC 5545 text, and the METHOD; parameters are left out."""
    lines = text.replace("\r\n ", "").split("\r\n")
    assert (lines[0], lines[-2], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")
    assert lines.count("BEGIN:VEVENT") == 1
    pairs = (line.partition(":") for line in lines[1:-2])
    return {name.partition(";")[0]: value for name, _, value in pairs}


@dataclass
class Calendar:
    """`entries`: UID -> (start, end) in UTC."""

    entries: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    _sequences: dict[str, int] = field(default_factory=dict)
    _organizers: dict[str, str] = field(default_factory=dict)

    def apply(self, text: str) -> None:
        """As RFC 5546 has it: an entry that is not newer than the known one is ignored."""
        read = properties(text)
        uid, sequence = read["UID"], int(read["SEQUENCE"])
        assert read["ORGANIZER"].startswith("mailto:")
        assert self._organizers.setdefault(uid, read["ORGANIZER"]) == read["ORGANIZER"]
        if sequence <= self._sequences.get(uid, -1):
            return
        self._sequences[uid] = sequence
        if read["METHOD"] == "CANCEL":
            assert read["STATUS"] == "CANCELLED"
            self.entries.pop(uid, None)
        else:
            assert (read["METHOD"] in {"REQUEST", "PUBLISH"}, read["STATUS"]) == (True, "CONFIRMED")
            self.entries[uid] = _instant(read["DTSTART"]), _instant(read["DTEND"])


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
