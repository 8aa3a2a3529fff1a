"""What the button “Book a consult” commits one to, in a few words beside it: each from a fact that is set, none from a guess."""

from typing import NamedTuple

from .models import Clinic

# A longer text on the fee is not cut, because every mandatory fee belongs to it: the page that has it is one link away.
_SHORT = 80


class FirstStep(NamedTuple):
    """`length`, like 30 minutes. `kind`, like By phone, and `fee`: empty while unset. `has_more`: the fee is told elsewhere."""

    length: str
    kind: str = ""
    fee: str = ""
    has_more: bool = False


def first_step(clinic: Clinic, *, length: str) -> FirstStep:
    kind = clinic.consult.in_short if clinic.consult_kind and clinic.consult.is_clear else ""
    fee = " ".join((clinic.consult_fee or "").split())
    if len(fee) > _SHORT:
        return FirstStep(length, kind, has_more=True)
    return FirstStep(length, kind, fee.removesuffix("."))
