"""Time zones by their names, which an update of the machine may take away."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DEFAULT_TIME_ZONE = "America/Chicago"


def find_zone(name: str) -> ZoneInfo | None:
    """None where this machine does not know the name. What was found once is remembered."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return None
