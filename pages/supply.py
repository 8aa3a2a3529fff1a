"""What only the clinic can tell, and how much of it is still missing, in the order of what it is worth to a patient."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import models
from django.db.models import Exists

from content.files import read_toml
from content.models import PendingChange

from .models import Clinic, Provider

PEOPLE = "people"
_FILE = Path(__file__).parent / "content" / "supply.toml"


@dataclass(frozen=True)
class Wanted:
    """`fact`: a field of `Clinic`, or PEOPLE. `ask`: the question. `why`: what a patient has of the answer.

    `shown`: (path, name) of the pages that print it; where there is none, letters alone do. `optional`: the launch does not wait
    for it. `only_for`: what a consult has to be called (`consult_kind`) for it to be asked; empty asks always.
    """

    fact: str
    ask: str
    why: str
    shown: tuple[tuple[str, str], ...]
    optional: bool = False
    only_for: str = ""

    @property
    def field(self) -> models.Field:
        return Clinic._meta.get_field(self.fact)  # type: ignore[return-value]  # none of them is a relation of another table

    @property
    def where(self) -> str:
        """Names of what prints it, for a sentence: `on Cost, FAQs`."""
        return f"on {', '.join(name for _, name in self.shown)}" if self.shown else "in letters"


@dataclass(frozen=True)
class Supply:
    everything: tuple[Wanted, ...]
    missing: tuple[Wanted, ...]
    # Asked along for the front page, which has a bound of queries.
    has_pending_changes: bool

    @property
    def count(self) -> int:
        """How much is set."""
        return len(self.everything) - len(self.missing)


@cache
def everything() -> tuple[Wanted, ...]:
    """All that may be asked for, the worthiest first."""
    read = read_toml(_FILE)
    return tuple(Wanted(**row | {"shown": tuple((path, read["pages"][path]) for path in row["shown"])}) for row in read["wanted"])


def read_supply() -> Supply:
    """What is set and what is missing now, in one query."""
    people = Exists(Provider.objects.published())
    pending = Exists(PendingChange.objects.all())
    clinic = Clinic.objects.annotate(has_people=people, has_pending=pending).filter(pk=1).first()
    kind = (clinic or Clinic()).consult.word
    asked = tuple(one for one in everything() if one.only_for in {"", kind})
    missing: Iterable[Wanted] = asked
    if clinic is not None:
        missing = (one for one in asked if not (clinic.has_people if one.fact == PEOPLE else _is_set(clinic, one)))
    return Supply(asked, tuple(missing), has_pending_changes=clinic is None or clinic.has_pending)


def _is_set(clinic: Clinic, one: Wanted) -> bool:
    return getattr(clinic, one.field.attname) not in (None, "")
