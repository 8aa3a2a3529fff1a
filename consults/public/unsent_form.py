"""What a patient typed, given back when it could not be stored. Asks the database nothing: it may be the one that failed."""

from datetime import datetime

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.urls import reverse

from consults import dates
from consults.models import Person

from .form import ConsultRequestForm

# A box or a radio button is given back, not read out.
_NOT_SHOWN = {"contact_by", "voicemail_ok"}


def gives_answers_back(view):
    """Decorates the view of the form; `clinic_site.errors` looks for the attribute when the database failed."""
    view.page_when_not_stored = _page_when_not_stored
    return view


def _page_when_not_stored(request: HttpRequest) -> tuple[str, dict]:
    """A template and its context: the form as it was sent, to be sent once more, and what of it is shown."""
    fields = {name: request.POST[name] for name in ConsultRequestForm.base_fields if name in request.POST}
    shown = [("Time", _start_in_words(fields.get("starts_at", "")))]
    shown += [(label, fields.get(name, "")) for name, label in Person.labels().items() if name not in _NOT_SHOWN]
    return "consults/not_stored.html", {
        "action": reverse("consults:request"),
        "csrf_token": get_token(request),
        "fields": list(fields.items()),
        "shown": [(label, value) for label, value in shown if value],
    }


def _start_in_words(text: str) -> str:
    """The listed values carry the clinic's own wall clock."""
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        return "None of the listed times" if text == "none" else ""
    return f"{dates.date_text(start)}, {dates.start_text(start)}"
