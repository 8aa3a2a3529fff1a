"""Whether the words for a time zone, as patients read them, fit the zone that the times are computed in."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

# (standard abbreviation, hours from UTC) of the zones in use in the United States -> the word that names them.
_NAMES = {
    ("AST", -4): "Atlantic",
    ("EST", -5): "Eastern",
    ("CST", -6): "Central",
    ("MST", -7): "Mountain",
    ("PST", -8): "Pacific",
    ("AKST", -9): "Alaska",
    ("HST", -10): "Hawaii",
    ("SST", -11): "Samoa",
    ("ChST", 10): "Chamorro",
}
_WORD = re.compile(rf"\b({'|'.join(_NAMES.values())})\b", re.IGNORECASE)
# CT, CST and CDT, for example.
_SHORT = {f"{name[0]}{middle}T": name for name in ("Eastern", "Central", "Mountain", "Pacific") for middle in ("", "S", "D")}
_SHORT_WORD = re.compile(rf"\b({'|'.join(_SHORT)})\b")
# Elsewhere the words mean other zones: Central European Time, CST in Shanghai.
_AMERICAN = re.compile(rf"(U\.?S\.? )?({'|'.join(_NAMES.values())})( Standard| Daylight)?( Time)?", re.IGNORECASE)
# In the north, standard time. Any year's would do.
_IN_WINTER = datetime(2026, 1, 15, 12, tzinfo=UTC)


def american_name(zone: ZoneInfo) -> str:
    """`Central` for America/Chicago; empty for a zone that is not in use in the United States."""
    winter = _IN_WINTER.astimezone(zone)
    offset = winter.utcoffset()
    return _NAMES.get((winter.tzname() or "", offset // timedelta(hours=1) if offset else 0), "")


def names_another_zone(label: str, zone: ZoneInfo) -> bool:
    """Whether the label is the name of another zone of the United States."""
    own = american_name(zone)
    if not own:
        return bool(_AMERICAN.fullmatch(label.strip()))
    named = {word.capitalize() for word in _WORD.findall(label)} | {_SHORT[word] for word in _SHORT_WORD.findall(label)}
    return bool(named - {own})


def names_it(label: str, zone: ZoneInfo) -> bool:
    """Whether the label says the name that the zone has in the United States."""
    own = american_name(zone)
    return bool(own) and own.lower() in label.lower()
