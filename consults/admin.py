"""Where Django looks for the admin; the pages are in `desk`."""

from .desk import access, dashboard, figures, holidays, outbox, requests, settings

__all__ = ["access", "dashboard", "figures", "holidays", "outbox", "requests", "settings"]
