"""Chromium, as every test in a browser starts it: headless, with a fresh profile, and quiet towards its maker."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

# In seconds. Ends a hang, and nothing else: beside other work on the machine a page may take its time.
LONGEST_WAIT = 180
expect.set_options(timeout=LONGEST_WAIT * 1000)

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # All pages are of one site: a process for each costs a tenth of the browser's time.
    "--renderer-process-limit=1",
]
# What moves the clock of a test run and its sites (libfaketime). Chromium keeps the real one.
_CLOCK = ("LD_PRELOAD", "FAKETIME", "FAKETIME_SHARED", "FAKETIME_DONT_FAKE_MONOTONIC", "NO_FAKE_STAT")

PHONE = {"width": 390, "height": 844}
SMALL_PHONE = {"width": 320, "height": 640}
TABLET = {"width": 768, "height": 1024}
DESKTOP = {"width": 1280, "height": 900}


def find_chromium() -> str | None:
    """The program's path: CHROMIUM when that is set, else what Debian calls it.

    Its headless shell first: the same engine without the browser around it, for half the processor time.
    """
    return os.environ.get("CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")


@contextmanager
def running_chromium(program: str) -> Iterator[Browser]:
    """A browser of its own, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="clinic-browser-", ignore_cleanup_errors=True) as home:
        with _real_clock():
            playwright = sync_playwright().start()
        try:
            with _real_clock():
                environment = os.environ | {"HOME": home, "XDG_CONFIG_HOME": home}
            browser = playwright.chromium.launch(
                executable_path=program, headless=True, args=_ARGUMENTS, env=environment, timeout=LONGEST_WAIT * 1000
            )
            try:
                yield browser
            finally:
                browser.close()
        finally:
            playwright.stop()


@contextmanager
def new_context(browser: Browser, **options) -> Iterator[BrowserContext]:
    """A profile of its own, for one visitor or one member of staff, who asks for less motion unless `options` say otherwise.

    The transition from page to page is drawn sixty times a second, for more processor time than both pages.
    """
    with browser.new_context(**{"reduced_motion": "reduce"} | options) as context:
        context.set_default_timeout(LONGEST_WAIT * 1000)
        yield context


@contextmanager
def _real_clock() -> Iterator[None]:
    """What is started meanwhile reads the machine's own clock."""
    taken = {name: os.environ.pop(name) for name in _CLOCK if name in os.environ}
    try:
        yield
    finally:
        os.environ |= taken
