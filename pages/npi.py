"""National Provider Identifiers: ten digits, the last of which proves the others."""

import re

from django.core.exceptions import ValidationError

# The check digit is that of a card number which begins with 80840, the prefix of health care in the United States.
_PREFIX = "80840"


def validate_npi(text: str) -> None:
    if not re.fullmatch(r"[0-9]{10}", text):
        raise ValidationError("Enter the ten digits of the NPI, without spaces.", code="npi_digits")
    if _luhn(_PREFIX + text) % 10:
        raise ValidationError("One of these digits is wrong: the last one does not match the others.", code="npi_check_digit")


def _luhn(digits: str) -> int:
    """The Luhn sum (ISO/IEC 7812-1): from the right, every second digit counts double, as the sum of its own digits."""
    return sum(sum(divmod(int(digit) * (1 + place % 2), 10)) for place, digit in enumerate(reversed(digits)))
