"""The folder that `start_clinic` writes: every key of `clinic.toml`, what it is for, and a value that no clinic has.

What would promise something of care, money or law has no example: it stays unset, and the site says so, until the clinic says it.
"""

import json
from collections.abc import Iterator
from textwrap import wrap

from clinic_site import clinic_keys
from consults.models import ConsultPolicy
from pages.models import Clinic

EXAMPLE = {
    "name": "Example Clinic",
    "summary": "Ketamine clinic in Example City, New York. Ketamine is not FDA-approved for depression; its use for depression"
    " is off-label.",
    "street": "100 Example Street",
    "city": "Example City",
    "state": "NY",
    "postal_code": "00000",
    "country": "US",
    "time_zone": "America/New_York",
    "time_zone_label": "Eastern Time",
    "phone": "(555) 555-0100",
    "fax": "(555) 555-0101",
    "email": "hello@clinic.example",
    "legal_name": "Example Clinic, PLLC",
    "copyright_since": 2026,
}
# They are right for many clinics as they are.
_MAY_STAY = {"state", "country", "time_zone", "time_zone_label", "copyright_since"}
_MORE = {
    "city": "As in the postal address.",
    "postal_code": "As in the postal address.",
    "country": "Two letters, as in the postal address.",
}
_REST = """\
# The week as patients may ask for consults: one [[hours]] for each time of day. A day without any is closed.
[[hours]]
# 0 is Monday, 6 is Sunday.
weekdays = [0, 1, 2, 3, 4]
# Clinic time, on a five-minute mark.
opens = 09:00:00
# The last consult ends at this time.
closes = 17:00:00

{policy}
# What the home page says first. {{name}} and {{place}} are the clinic's own.
[words]
# The heading.
headline = "Talk it through first"
# One or two sentences below it. Say that this use is off-label.
lede = "{{name}} is a clinic in {{place}}. Using ketamine for depression is off-label. It starts with a conversation."
# A short line above the heading.
tagline = "Ketamine therapy in {{place}}"

# The colors, from which all others are made, by day and by night. One on which words could not be read stops the start, which
# names the nearest on which they can.
[look]
# Dark: land, links, buttons.
primary = "#2b3f52"
# Bright: lamps, and links by night.
light = "#ffdf9e"
# The drawing of the home page: river, city, coast or none.
scene = "none"
"""


def written() -> str:
    """The text of the file."""
    head = [
        *_comment(
            "Who the clinic is. Change every line; a value that is not known is an empty text, which the site prints nowhere."
        ),
        *_comment("Beside this file, all optional: pages/, questions/, articles/ (Markdown) and static/mark.svg."),
        "",
    ]
    facts = (line for name in clinic_keys.FACTS for line in _key(Clinic, name, EXAMPLE.get(name, "")))
    policy = ["# The rules of consults.", "[policy]"]
    for name in clinic_keys.POLICY:
        policy += _key(ConsultPolicy, name, getattr(ConsultPolicy(), name))
    return "\n".join([*head, *facts, ""]) + _REST.format(policy="\n".join([*policy, ""]))


def still_the_example(clinic: Clinic) -> list[str]:
    """The facts that are still those of the example, as their labels."""
    names = (name for name in EXAMPLE if name not in _MAY_STAY and getattr(clinic, name) == EXAMPLE[name])
    return [str(Clinic._meta.get_field(name).verbose_name) for name in names]  # type: ignore[union-attr]  # none is a relation


def _key(model: type[Clinic] | type[ConsultPolicy], name: str, value: object) -> Iterator[str]:
    yield from _comment(str(getattr(model._meta.get_field(name), "help_text", "")) or _MORE[name])
    yield f"{name} = {json.dumps(value, ensure_ascii=False)}"


def _comment(text: str) -> Iterator[str]:
    return (f"# {line}" for line in wrap(text, 118))
