"""How tests sign in, and what a phone would show."""

import re
import time

from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

PASSWORD = "lamps-in-seven-windows"
STEP, SET_UP, CODES = "/admin/second-factor/", "/admin/second-factor/set-up/", "/admin/second-factor/codes/"


def sign_in(client, name: str = "olga", password: str = PASSWORD, **headers):
    return client.post("/admin/login/?next=/admin/", {"username": name, "password": password, "next": "/admin/"}, **headers)


def digits(device: TOTPDevice, steps_ahead: int = 0) -> str:
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + steps_ahead * device.step
    return f"{totp.token():06d}"


def set_up(client) -> tuple[TOTPDevice, list[str]]:
    client.get(SET_UP)
    page = client.post(SET_UP, {"code": digits(TOTPDevice.objects.get(confirmed=False))}).content.decode()
    codes = re.findall(r"<li>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</li>", page)
    return TOTPDevice.objects.get(confirmed=True), codes
