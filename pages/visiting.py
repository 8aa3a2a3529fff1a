"""What `/visit/` says: every public fact that is set, in the order in which a visitor needs it. Unset ones are left out."""

import re
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from .models.clinic import Clinic
from .models.picture import Picture

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9“])")
_ROOM_ON_A_SHEET = 750
_SHORTENED = re.compile(r"\b(?:[A-Z]|[NS][EW]|St|Dr|Mr|Mrs|Ms|Hwy|Co|Cty|Rd|Ave|Blvd|Ln|Ct|Mt|Ft|No|Minn)\.$")

# Section: its anchor, its heading, and its facts with their labels. First those about coming to a consult.
_COMING = (
    (
        "consult",
        "The consult",
        (
            ("consult_kind", "How it takes place"),
            ("consult_fee", "What it costs"),
            ("ages", "Ages we see"),
            ("referral_policy", "Referral"),
            ("referral_reply", "For clinicians who refer"),
        ),
    ),
    (
        "getting-here",
        "Getting here and reaching us",
        (
            ("area", "The area and the roads"),
            ("parking", "Parking and entrance"),
            ("interpreter", "Interpreter"),
            ("after_hours", "Outside our hours"),
            ("fax", "Fax"),
            ("areas_served", "Where people come from"),
        ),
    ),
)
_CARE = (
    (
        "treatment",
        "Treatment",
        (("routes", "How we give it"), ("spravato", "Esketamine (Spravato)"), ("preparation", "How to prepare")),
    ),
    (
        "paying",
        "Fees and insurance",
        (
            ("fees", "Fees"),
            ("insurance", "Insurance"),
            ("good_faith_contact", "A written estimate"),
            ("billing_policy", "Billing and collection policy"),
        ),
    ),
    ("who-we-are", "Who we are", (("legal_name", "Legal name"),)),
)
_SAFETY = (
    (
        "safety",
        "How we look after you here",
        (
            ("screening", "Before you start"),
            ("monitoring", "What we measure"),
            ("in_the_room", "Who is with you"),
            ("equipment", "What is at hand"),
            ("transfer_plan", "In an emergency"),
            ("leaving", "When you may leave"),
            ("follow_up_call", "Afterward"),
        ),
    ),
)


class PrintedFact(NamedTuple):
    name: str
    label: str
    text: str


@dataclass(frozen=True)
class Section:
    slug: str
    title: str
    facts: list[PrintedFact]


def about_coming(clinic: "Clinic") -> list[Section]:
    """The sections on the consult and the way here, with at least one fact that is set."""
    return _sections(clinic, _COMING)


def about_care(clinic: "Clinic") -> list[Section]:
    """The same on treatment, fees, and who the clinic is."""
    return _sections(clinic, _CARE)


def about_safety(clinic: Clinic) -> list[Section]:
    """The one section on what the clinic does for safety, for the pages on treatment; none while nothing of it is set."""
    return _sections(clinic, _SAFETY)


def in_brief(sections: list[Section]) -> list[PrintedFact]:
    """Their facts for a sheet of paper, which has room for so much; none of them where that is not enough, rather than a part."""
    facts = [fact for section in sections for fact in section.facts]
    return facts if sum(len(fact.text) for fact in facts) <= _ROOM_ON_A_SHEET else []


def photographs(clinic: Clinic, *names: str) -> list[Picture]:
    """Those of the named photographs that are set, in this order."""
    wanted = [number for name in names if (number := getattr(clinic, f"{name}_id"))]
    found = Picture.objects.in_bulk(wanted) if wanted else {}
    return [found[number] for number in wanted if number in found]


def first_sentence(text: str | None) -> str:
    """The first sentence of a fact, as one line. A point after an initial, or after `St.`, ends none."""
    line = " ".join((text or "").split())
    ends = (end.start() for end in _SENTENCE_END.finditer(line) if not _SHORTENED.search(line[: end.start()]))
    return line[: next(ends, len(line))]


def _sections(clinic: Clinic, table: tuple) -> list[Section]:
    found = []
    for slug, title, rows in table:
        facts = [PrintedFact(name, label, text) for name, label in rows if (text := getattr(clinic, name))]
        if facts:
            found.append(Section(slug, title, facts))
    return found


def directions_url(clinic: "Clinic") -> str:
    """A plain link to the way here, which opens the maps app of a phone; empty without an address."""
    if not clinic.street:
        return ""
    return "https://www.google.com/maps/dir/?" + urlencode({"api": 1, "destination": clinic.address_line})
