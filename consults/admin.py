"""Where Django looks for the admin; the pages are in `desk`."""

from .desk import access, clinic_facts, dashboard, figures, holidays, listings, outbox, requests, settings

__all__ = ["access", "clinic_facts", "dashboard", "figures", "holidays", "listings", "outbox", "requests", "settings"]
