"""Normalizes email addresses and phone numbers for comparison. What a person typed is stored as typed."""

import re
import unicodedata


def normalised_email(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip().casefold()


def normalised_phone(value: str) -> str:
    """The digits, without a leading +, 00 or US country code 1."""
    digits = "".join(str(unicodedata.digit(char)) for char in value.split("ext")[0] if unicodedata.digit(char, None) is not None)
    digits = re.sub(r"^00", "", digits)
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
