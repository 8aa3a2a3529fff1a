"""What the consult policy says, as placeholders of texts. Its columns are read with the clinic's row."""

from django.db.models import Subquery

from pages.models import Clinic

from .models import ConsultPolicy

NAMES = ("answer_days", "consult_length")
_FIELDS = ("answer_open_days", "length_minutes")


def columns() -> dict[str, Subquery]:
    """What to read along with the clinic's row."""
    return {f"policy_{name}": Subquery(ConsultPolicy.objects.filter(pk=1).values(name)) for name in _FIELDS}


def placeholder_values(clinic: Clinic) -> dict[str, str]:
    """The value of every name in NAMES, from a row that was read with `columns`; the defaults before a policy was saved."""
    read = {name: getattr(clinic, f"policy_{name}", None) for name in _FIELDS}
    policy = ConsultPolicy(**{name: value for name, value in read.items() if value is not None})
    days = policy.answer_open_days
    return {
        "answer_days": f"{days} clinic day{'' if days == 1 else 's'}",
        "consult_length": f"{policy.length_minutes} minutes",
    }
