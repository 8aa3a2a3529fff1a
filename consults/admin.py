"""Django looks for the admin here; the pages are in `desk`."""

from .desk import access, hours, outbox, requests

__all__ = ["access", "hours", "outbox", "requests"]
