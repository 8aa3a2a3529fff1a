"""Chromium, as every test in a browser starts it: headless, with a fresh profile, and quiet towards its maker."""

import os
import shutil
import tempfile
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

PHONE = {"width": 390, "height": 844}
SMALL_PHONE = {"width": 320, "height": 640}
DESKTOP = {"width": 1280, "height": 900}


def find_chromium() -> str | None:
    """The program's path: CHROMIUM when that is set, else what Debian calls it."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


@contextmanager
def running_chromium(program: str):
    """A browser of its own, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="clinic-browser-", ignore_cleanup_errors=True) as home:
        environment = os.environ | {"HOME": home, "XDG_CONFIG_HOME": home}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, headless=True, args=_ARGUMENTS, env=environment)
            try:
                yield browser
            finally:
                browser.close()
