"""Django looks for the admin here; the pages are in `desk`."""

from .desk import access, outbox, requests, settings

__all__ = ["access", "outbox", "requests", "settings"]
