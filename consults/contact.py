"""How two spellings of one address or number are compared. What a person typed is kept as typed."""

import re
import unicodedata


def normalised_email(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip().casefold()


def normalised_phone(value: str) -> str:
    """Digits only; a leading +, 00 or US country code 1 makes no difference."""
    digits = "".join(str(unicodedata.digit(char)) for char in value.split("ext")[0] if unicodedata.digit(char, None) is not None)
    digits = re.sub(r"^00", "", digits)
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
