"""Gives patients their answers back when they were not taken. Runs no query, because the database may be down.

With its own ticket: a form that was just read and is sent at once counts as sent too fast.
"""

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse

from consults import dates
from consults.models import Person
from guard.readers import read_instant

from .form import ConsultRequestForm

# Checkboxes and radio buttons go back into the form but are not listed as text.
_NOT_SHOWN = {"contact_by", "voicemail_ok"}


def gives_answers_back(view):
    """Decorates the view of the form; `clinic_site.errors` looks for the attribute when the database failed."""
    view.page_when_not_stored = _page_when_not_stored
    return view


def _page_when_not_stored(request: HttpRequest) -> tuple[str, dict]:
    """A template and its context."""
    return "consults/not_stored.html", unsent_form(request)


def unsent_form(request: HttpRequest) -> dict:
    """The context of `_unsent_form.html`: the form as it was sent, ready to be sent again, and the answers to show."""
    fields = {name: request.POST[name] for name in ConsultRequestForm.base_fields if name in request.POST}
    shown = [("Time", _start_in_words(fields.get("starts_at", "")))]
    shown += [(label, fields.get(name, "")) for name, label in Person.labels().items() if name not in _NOT_SHOWN]
    return {
        "action": reverse("consults:request"),
        "fields": [("csrfmiddlewaretoken", get_token(request)), *fields.items()],
        "shown": [(label, value) for label, value in shown if value],
    }


def _start_in_words(text: str) -> str:
    """The start as text. The values in the list carry the clinic's local time, so no zone is needed."""
    start = read_instant(text)
    if start is None:
        return "None of the listed times" if text == "none" else ""
    return f"{dates.date_text(start)}, {dates.start_text(start)}"
