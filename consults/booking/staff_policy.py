"""The rules of booking as they bind staff."""

from dataclasses import replace
from datetime import timedelta

from consults.scheduling import Policy

# Far enough: the patients' horizon does not apply.
_HORIZON_DAYS = 3650


def for_staff(policy: Policy) -> Policy:
    """The policy without notice, and with a horizon of ten years."""
    return replace(policy, notice=timedelta(0), horizon_days=_HORIZON_DAYS)
