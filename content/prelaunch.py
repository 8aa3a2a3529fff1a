"""What stands between the site and its launch: each app registers its checks, as with Django's system checks.

For `manage.py prelaunch` and the admin's page.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Blocker:
    """`group`: its heading. `where`: a path of the admin, or the name of a setting or command."""

    group: str
    what: str
    where: str


_checks: list[Callable[..., Iterable[Blocker]]] = []


def register(check: Callable[..., Iterable[Blocker]]):
    """Decorates a check: called with `now`, it gives what is unset, unconfirmed, unreviewed, unverified or broken."""
    _checks.append(check)
    return check


def blockers(*, now: datetime) -> list[Blocker]:
    """What every check finds, group by group in the order in which the checks are registered."""
    found = [blocker for check in _checks for blocker in check(now=now)]
    groups = list(dict.fromkeys(blocker.group for blocker in found))
    return sorted(found, key=lambda blocker: groups.index(blocker.group))
