"""Checks before launch, for `manage.py prelaunch` and the admin's page. Apps register them, as with Django's system checks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Blocker:
    """Something to settle before launch. `group`: its heading. `where`: an admin path, a setting or a command. `why`: what it is
    worth, and where it will show. Where it does not block, it is only worth adding.
    """

    group: str
    what: str
    where: str
    why: str = ""
    blocks: bool = True


_checks: list[Callable[..., Iterable[Blocker]]] = []


def register(check: Callable[..., Iterable[Blocker]]):
    """Decorates a check, which is called with `now` and yields what is unset, unconfirmed, unreviewed, unverified or broken."""
    _checks.append(check)
    return check


def blockers(*, now: datetime) -> list[Blocker]:
    """The findings that the launch waits for."""
    return [blocker for blocker in findings(now=now) if blocker.blocks]


def findings(*, now: datetime) -> list[Blocker]:
    """The findings of every check, group by group in the order of registration."""
    found = [blocker for check in _checks for blocker in check(now=now)]
    groups = list(dict.fromkeys(blocker.group for blocker in found))
    return sorted(found, key=lambda blocker: groups.index(blocker.group))
