"""What the clinic's entries in maps and directories should say, and which of them were checked before it changed."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from pages.models import Clinic

from .models import Listing, OpeningHours, SpecialHours

# The facts that every listing has -> the words for one that changed.
FACTS = {"name": "name", "address": "address", "phone": "phone", "week": "hours", "special": "special days"}


@dataclass(frozen=True)
class State:
    """`facts`: by the names in FACTS, as they are stored with a listing. `told`: those that each checked listing has, by name."""

    facts: dict
    told: dict[str, dict]

    def outdated(self, *, today: date) -> dict[str, list[str]]:
        """The listings that were checked before a fact changed, each with the words for what changed."""
        return {name: found for name, told in self.told.items() if (found := changes(told, self.facts, today=today))}

    @property
    def shown_in_form(self) -> str:
        """A page's hidden field: which facts it showed, as a digest of each."""
        return " ".join(_digest(self.facts[name]) for name in FACTS)

    def changed_since(self, shown: str) -> list[str]:
        """The words for the facts that are others than those a page showed."""
        seen = shown.split()
        if len(seen) != len(FACTS):
            return list(FACTS.values())
        return [words for (name, words), digest in zip(FACTS.items(), seen, strict=True) if _digest(self.facts[name]) != digest]


def changes(told: dict, facts: dict, *, today: date) -> list[str]:
    """The words for the facts that differ. A special day that is over makes no difference."""
    before, now = ({**kept, "special": _from(today, kept["special"])} for kept in (told, facts))
    return [words for name, words in FACTS.items() if before[name] != now[name]]


def read_state() -> State:
    """The facts, and what the listings were checked against. One query: the desk's front page asks each time."""
    address = Concat("street", Value(", "), "city", Value(", "), "state", Value(" "), "postal_code", output_field=TextField())
    kinds = (
        _rows("clinic", Clinic.objects.all(), F("name"), address, F("phone")),
        _rows("week", OpeningHours.objects.all(), F("weekday"), F("opens"), F("closes")),
        _rows("special", SpecialHours.objects.all(), F("date"), F("opens"), F("closes")),
        _rows("listing", Listing.objects.used().exclude(checked_at=None), F("name"), F("told"), F("position")),
    )
    found: dict[str, list[list]] = {"clinic": [["", "", ""]], "week": [], "special": [], "listing": []}
    for kind, *columns in kinds[0].union(*kinds[1:], all=True):
        found[kind].append([column or "" for column in columns])
    name, address_line, phone = found["clinic"][-1]
    facts = {
        "name": name,
        "address": address_line,
        "phone": phone,
        "week": sorted(found["week"]),
        "special": sorted(found["special"]),
    }
    listings = sorted(found["listing"], key=lambda row: (int(row[2]), row[0]))
    return State(facts, {name: json.loads(told) for name, told, _ in listings})


def check_off(listing: Listing, *, shown: str, by, now: datetime) -> list[str]:
    """Remembers that `by` saw in the listing the facts that their page showed.

    Returns the words for those that have changed since; then nothing is remembered.
    """
    state = read_state()
    changed = state.changed_since(shown)
    if not changed:
        listing.told, listing.checked_by, listing.checked_at = state.facts, by, now
        listing.save(update_fields=["told", "checked_by", "checked_at"])
    return changed


def _digest(fact) -> str:
    return hashlib.sha256(json.dumps(fact).encode()).hexdigest()[:16]


def _rows(kind: str, rows: QuerySet, *columns) -> QuerySet:
    """Rows of texts that can be in one query with others: the kind, and three columns."""
    texts = (Cast(column, TextField()) for column in columns)
    return rows.order_by().values_list(Value(kind, TextField()), *texts)


def _from(today: date, special: list[list[str]]) -> list[list[str]]:
    return [row for row in special if row[0] >= today.isoformat()]
