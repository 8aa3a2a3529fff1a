"""Normalizes email addresses and phone numbers for comparison. What a person typed is stored as typed."""

import re
import unicodedata


def normalised_email(value: str) -> str:
    return unicodedata.normalize("NFKC", value).strip().casefold()


def limited_email(value: str) -> str:
    """The mailbox, for limiting the letters to one person: many providers ignore what follows a plus, some the dots too."""
    local, at, domain = normalised_email(value).rpartition("@")
    local = local.partition("+")[0]
    return f"{local.replace('.', '') if domain in _WITHOUT_DOTS else local}{at}{domain}"


_WITHOUT_DOTS = {"gmail.com", "googlemail.com"}
# Domains that many people have, and how a hurried thumb writes them. Others are never asked about.
_MISSPELT = {
    "gmail.com": (
        "gmial.com",
        "gamil.com",
        "gmai.com",
        "gmil.com",
        "gnail.com",
        "gmal.com",
        "gmaill.com",
        "gmail.co",
        "gmail.con",
    ),
    "yahoo.com": ("yaho.com", "yahooo.com", "yhoo.com", "yahoo.co", "yahoo.con"),
    "hotmail.com": ("hotmial.com", "hotmai.com", "hotmil.com", "hotmaill.com", "hotmail.co", "hotmail.con"),
    "outlook.com": ("outlok.com", "outloo.com", "outlook.co", "outlook.con"),
    "icloud.com": ("iclod.com", "icoud.com", "icloud.co", "icloud.con"),
    "aol.com": ("aol.co", "aol.con"),
    "comcast.net": ("comcast.ne", "comcast.nte", "comast.net"),
}
_MEANT = {misspelt: meant for meant, spellings in _MISSPELT.items() for misspelt in spellings}


def likely_email(value: str) -> str:
    """The address that was probably meant, when the domain looks misspelt; otherwise empty."""
    local, _, domain = value.rpartition("@")
    meant = _MEANT.get(normalised_email(domain), "")
    return f"{local}@{meant}" if local and meant else ""


def normalised_phone(value: str) -> str:
    """The digits, without a leading +, 00 or US country code 1."""
    digits = "".join(str(unicodedata.digit(char)) for char in value.split("ext")[0] if unicodedata.digit(char, None) is not None)
    digits = re.sub(r"^00", "", digits)
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
