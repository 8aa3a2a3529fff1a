"""What the consult policy says, as placeholders of texts."""

from .models import ConsultPolicy

NAMES = ("answer_days", "consult_length")


def placeholder_values(policy: ConsultPolicy) -> dict[str, str]:
    """The value of every name in NAMES."""
    days = policy.answer_open_days
    return {
        "answer_days": f"{days} open day{'' if days == 1 else 's'}",
        "consult_length": f"{policy.length_minutes} minutes",
    }
