"""Email addresses and phone numbers, each in one spelling: as mail is sent to it, as it is dialed, and as it counts."""

import re
import unicodedata

from consults.fastmail_domains import split_below

# Longer ones are refused, and the codec of domains takes its time over them.
LONGEST_EMAIL = 254


# In a domain: other letters for IDNA 2003, which the standard library has, and letters of their own for IDNA 2008. The two
# domains may have two owners.
_TWO_WAYS, _JOINERS = set("\u00df\u1e9e\u03c2"), set("\u200c\u200d")


def _plain(value: str) -> str:
    """Its beginning, without full-width forms of letters and digits, and without invisible characters.

    Python takes minutes over the marks of half a megabyte, and every other thread waits meanwhile.
    """
    text = value[: 2 * LONGEST_EMAIL]
    if text.isascii():
        return text.strip()
    text = unicodedata.normalize("NFKC", text)
    return "".join(char for char in text if unicodedata.category(char) != "Cf").strip()


def plain_email(value: str) -> str:
    """The address as mail is sent to it: a domain in other than plain letters is spelled as name servers read it.

    Raises UnicodeError when it is too long, when nothing can be sent to such a domain, or when two may be meant.
    """
    if len(value) > LONGEST_EMAIL:
        raise UnicodeError
    local, at, domain = _plain(value).rpartition("@")
    if set(domain) & _TWO_WAYS or (not domain.isascii() and set(value) & _JOINERS):
        raise UnicodeError
    if not domain.isascii() or "xn--" in domain.lower():
        domain = domain.casefold().encode("idna").decode("idna")
    return f"{local}{at}{domain}"


def is_mailbox(value: str) -> bool:
    """Whether an address that is well formed names one mailbox in one spelling.

    Not a quoted name, which has many, nor one in encoded words, which Django decodes as it sends; not what some servers pass on
    elsewhere (`name%host`, `host!name`); not a bare machine.
    """
    local, _, domain = value.rpartition("@")
    return local.isascii() and not set(local) & set('"%!') and "=?" not in local and "." in domain and "[" not in domain


def normalised_email(value: str) -> str:
    try:
        return plain_email(value).casefold()
    except UnicodeError:
        # Not `casefold`, which makes another domain of one in _TWO_WAYS.
        return _plain(value).lower()


def limited_email(value: str) -> str:
    """The mailbox, for limiting the letters to one person.

    Many providers ignore what follows a plus, some the dots too, and some have one mailbox under several domains. At Fastmail
    `word@jane.fastmail.com` is jane's, at Yahoo `jane-word@yahoo.com`: no name there has a hyphen.
    """
    local, at, domain = normalised_email(value).rpartition("@")
    local, domain = local.partition("+")[0], _SAME_MAILBOX.get(domain, domain)
    if below := split_below(domain):
        local, domain = below
    if _HYPHENATED.fullmatch(domain):
        local = local.partition("-")[0]
    return f"{local.translate(_LEFT_OUT.get(domain, {}))}{at}{domain}"


_SAME_MAILBOX = {
    "googlemail.com": "gmail.com",
    "me.com": "icloud.com",
    "mac.com": "icloud.com",
    "protonmail.com": "proton.me",
    "protonmail.ch": "proton.me",
    "pm.me": "proton.me",
    **dict.fromkeys(("ya.ru", "yandex.ru", "yandex.by", "yandex.kz", "yandex.ua"), "yandex.com"),
}
_HYPHENATED = re.compile(r"yahoo\.[a-z.]+|ymail\.com|rocketmail\.com")
# What a provider does not tell two mailboxes apart by.
_LEFT_OUT: dict[str, dict] = {
    "gmail.com": str.maketrans("", "", "."),
    "proton.me": str.maketrans("", "", "._-"),
    "yandex.com": str.maketrans({".": "-"}),
}
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


_NUMBER = re.compile(r"[\d\s+()./\-\u2010-\u2015\u2212]*")
_EXTENSION = re.compile(r"(?:[\s,;.:#]|x|ext(?:ension|n)?)+\d{1,6}#?\s*")


def _digits(value: str) -> str:
    """Without an extension."""
    number = _NUMBER.match(_plain(value))
    return "".join(str(unicodedata.digit(char)) for char in number[0] if char.isdecimal()) if number else ""


# What is dialed before a country code, here and in most other countries; + is read apart.
_EXIT_CODE = re.compile("011|00")
# A country code as the ITU gave them out, and the zero that is dialed after it inside that country alone, as in +44 (0)20.
_ZERO_AT_HOME = re.compile(r"^((?>7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3}))0+")


def normalised_phone(value: str) -> str:
    """The digits, without an extension, and without the zeros and ones before the area code: 00, 011, the country code 1.

    Abroad also without zeros after the country code: they are written or left out as people like.
    """
    digits = _digits(value).lstrip("01")
    return _ZERO_AT_HOME.sub(r"\1", digits) if _is_abroad(value) else digits


def _after_exit_code(value: str) -> str | None:
    """The digits from the country code on; None where it begins as no number with one does."""
    digits = _digits(value)
    if exit_code := _EXIT_CODE.match(digits):
        return digits[exit_code.end() :]
    return digits if _plain(value).lstrip("( ").startswith("+") else None


def names_a_country(value: str) -> bool:
    """Whether it begins as a number with a country code does, whatever follows."""
    return _after_exit_code(value) is not None


def _is_abroad(value: str) -> bool:
    """Whether it begins with a country code, and not with 1. No country code begins with 0."""
    number = _after_exit_code(value)
    return number is not None and not number.startswith(("0", "1"))


# What staff would call at the clinic's cost, or nobody has. In North America 900 is premium, and so is 976 after any area code;
# 911 and its like are services. Abroad the ITU's codes of no country: shared cost, satellites, networks, premium.
_COSTS_OR_NOBODY = re.compile(r"900|[2-9]11|\d{3}(?:976|[2-9]11)|\+(?:808|87[08]|88[1238]|979)")


def is_phone(value: str) -> bool:
    """Whether it is one number, with an extension or without, and nothing else.

    Not one that costs its caller. One of this country has ten digits with its area code: nobody can be reached at one with
    a digit too few or too many. So what is dialed after it is marked as an extension.
    """
    text = _plain(value).casefold()
    rest, length = _NUMBER.sub("", text, count=1), len(normalised_phone(text))
    is_whole = 7 <= length <= 18 if _is_abroad(text) else length == 10
    if _COSTS_OR_NOBODY.match(f"+{_after_exit_code(text)}" if _is_abroad(text) else normalised_phone(text)):
        return False
    return is_whole and (not rest or _EXTENSION.fullmatch(rest) is not None)


def dialed_phone(value: str) -> str:
    """The number as a phone dials it, after `tel:`: without an extension, which is dialed by hand once somebody answers."""
    if not _is_abroad(value):
        return normalised_phone(value)
    # Only a zero in brackets is left out: some countries dial one after their code.
    return f"+{_after_exit_code(_plain(value).replace('(0)', ''))}"


# By the ITU's E.164, with the country code.
_LONGEST_ABROAD = 15


def limited_phone(value: str) -> str:
    """The line, for limiting the calls to one person. In this country what is dialed after ten digits reaches the same one."""
    return normalised_phone(value)[: _LONGEST_ABROAD if _is_abroad(value) else 10]


def hinted_email(value: str) -> str:
    """Enough of it to see whether it is one's own, and too little to tell others whose it is: `d...@e....com`."""
    local, _, domain = value.rpartition("@")
    name, _, ending = domain.rpartition(".")
    return f"{local[:1]}\N{HORIZONTAL ELLIPSIS}@{name[:1]}\N{HORIZONTAL ELLIPSIS}.{ending}"


def hinted_phone(value: str) -> str:
    """As little of a phone number."""
    return f"the number ending in {_digits(value)[-4:]}"
