"""How tests sign in, and what a phone would show."""

import base64
import re

from django.utils import timezone

from staff import totp
from staff.models import Phone

PASSWORD = "lamps-in-seven-windows"
STEP, SET_UP, CODES = "/admin/second-factor/", "/admin/second-factor/set-up/", "/admin/second-factor/codes/"
RECOVERY_CODE = r"<li>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){5})</li>"


def sign_in(client, name: str = "olga", password: str = PASSWORD, **headers):
    return client.post("/admin/login/?next=/admin/", {"username": name, "password": password, "next": "/admin/"}, **headers)


def shown_key(client) -> bytes:
    """The key that the page for setting up a phone shows to this session."""
    typed = re.search(r'class="key">.*?</span>([A-Z2-7 ]+)<', client.get(SET_UP).content.decode())[1]
    return base64.b32decode(typed.replace(" ", ""))


def digits_of(key: bytes, steps_ahead: int = 0) -> str:
    return totp.code_at(totp.current_step(now=timezone.now()) + steps_ahead, key)


def digits(phone: Phone, steps_ahead: int = 0) -> str:
    return digits_of(phone.key, steps_ahead)


def set_up(client) -> tuple[Phone, list[str]]:
    page = client.post(SET_UP, {"code": digits_of(shown_key(client))}).content.decode()
    return Phone.objects.get(), re.findall(RECOVERY_CODE, page)


def spellings(key: bytes) -> list[bytes]:
    """How the key of a phone may lie in a file."""
    text = key.hex().encode(), totp.base32(key).encode()
    return [key, *text, base64.b64encode(key)[:-2], *(base64.b64encode(b"x" * pad + text[0])[4:-4] for pad in range(3))]
