"""What `/visit/` says: every public fact that is set, in the order in which a visitor needs it. Unset ones are left out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

if TYPE_CHECKING:
    from .models import Clinic

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


def _sections(clinic: "Clinic", table: tuple) -> list[Section]:
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
