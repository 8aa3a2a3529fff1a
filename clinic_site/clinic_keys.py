"""The keys of a clinic's `clinic.toml`, and what each takes. Standard library only: the settings read it before any model.

`load_content` holds the values against the models' own rules; tests hold these names and ranges against the models.
"""

import re
from collections.abc import Callable
from datetime import time
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class WrongValue(ValueError):
    """What is wrong with a value, after the name of its key: `must be …`."""


LINES = (
    *("name", "summary", "street", "city", "state", "postal_code", "country", "time_zone", "time_zone_label"),
    *("phone", "fax", "email", "legal_name", "map_url", "hosting_provider", "mail_provider", "privacy_notice_url"),
)
TEXTS = (
    *("consult_kind", "video_link", "consult_fee", "fees", "billing_policy", "insurance"),
    *("nondiscrimination_notice", "language_notice", "routes", "spravato", "ages", "referral_policy", "referral_reply"),
    *("preparation", "after_hours", "interpreter", "parking", "area", "good_faith_contact"),
    *("screening", "monitoring", "in_the_room", "equipment", "transfer_plan", "leaving", "follow_up_call"),
    *("profiles", "areas_served"),
)
# Without them the site would speak for nobody, or at the wrong hour.
REQUIRED = ("name", "time_zone")
# (lowest, highest)
POLICY = {
    "length_minutes": (5, 480),
    "capacity": (1, 20),
    "notice_hours": (0, 720),
    "horizon_days": (1, 366),
    "answer_open_days": (1, 20),
    "erase_after_days": (1, 3650),
}
WORDS = ("headline", "lede", "tagline")
SCENES = ("river", "city", "coast", "none")


def text(value: object) -> str:
    if not isinstance(value, str):
        raise WrongValue('must be text in quotes, like "…"')
    return value.strip()


def _line(value: object) -> str:
    if not (line := text(value)).isprintable():
        raise WrongValue("must be one line, without control characters")
    return line


def _said(value: object) -> str:
    if not (said := text(value)):
        raise WrongValue("must not be empty")
    return said


def _said_in_a_line(value: object) -> str:
    return _said(_line(value))


def _zone(value: object) -> str:
    name = text(value)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise WrongValue(f'must be a time zone like "America/New_York", got "{name}"') from None
    return name


def _yes_or_no(value: object) -> bool | None:
    if value == "":
        return None
    if not isinstance(value, bool):
        raise WrongValue('must be true, false or "" while it is not known')
    return value


def _whole(lowest: int, highest: int, *, every: int = 1) -> Callable[[object], int]:
    def read(value: object) -> int:
        takes = f"must be a whole number from {lowest} to {highest}" + (f" and a multiple of {every}" if every > 1 else "")
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest or value % every:
            raise WrongValue(f"{takes}, got {value!r}")
        return value

    return read


def _year(value: object) -> int | None:
    return None if value == "" else _whole(1900, 2200)(value)


def _degrees(highest: int) -> Callable[[object], Decimal | None]:
    def read(value: object) -> Decimal | None:
        if value == "":
            return None
        # Also false for a number that is none.
        if isinstance(value, bool) or not isinstance(value, int | float) or not -highest <= value <= highest:
            raise WrongValue(f'must be degrees from -{highest} to {highest}, like 44.12345, or "" while they are not known')
        return Decimal(f"{value:.5f}")

    return read


def _clock(value: object) -> time:
    if not isinstance(value, time):
        raise WrongValue("must be a time without quotes, like 08:00:00")
    if value.minute % 5 or value.second or value.microsecond:
        raise WrongValue(f"must be on a five-minute mark, like 08:05:00, got {value}")
    return value


def _weekdays(value: object) -> list[int]:
    takes = "must be a list of weekdays from 0 (Monday) to 6 (Sunday), each once, like [0, 1, 2]"
    if not isinstance(value, list) or not value or any(type(day) is not int or not 0 <= day <= 6 for day in value):
        raise WrongValue(takes)
    if len(set(value)) < len(value):
        raise WrongValue(takes)
    return value


def _color(value: object) -> str:
    name = text(value).lower()
    if not re.fullmatch(r"#[0-9a-f]{6}", name):
        raise WrongValue(f'must be a color like "#22384a", got "{name}"')
    return name


def _scene(value: object) -> str:
    if value not in SCENES:
        raise WrongValue(f"must be {', '.join(SCENES[:-1])} or {SCENES[-1]}, got {value!r}")
    return str(value)


Readers = dict[str, Callable[[object], object]]

FACTS: Readers = {
    **dict.fromkeys(LINES, _line),
    "name": _said_in_a_line,
    "time_zone": _zone,
    "copyright_since": _year,
    **dict.fromkeys(TEXTS, text),
    "federal_funds": _yes_or_no,
    "latitude": _degrees(90),
    "longitude": _degrees(180),
}
HOURS: Readers = {"weekdays": _weekdays, "opens": _clock, "closes": _clock}
# For each table beside the facts, what its keys take.
TABLES: dict[str, Readers] = {
    "policy": {name: _whole(*ends, every=5 if name == "length_minutes" else 1) for name, ends in POLICY.items()},
    "words": {"headline": _said_in_a_line, "lede": _said, "tagline": _said_in_a_line},
    "look": {"primary": _color, "light": _color, "scene": _scene},
}
