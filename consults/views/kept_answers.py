"""What a patient typed, given back when it could not be stored. Asks the database nothing: it may be the one that failed."""

from datetime import datetime

from django.middleware.csrf import get_token
from django.urls import reverse

from consults import wording
from consults.forms import ConsultRequestForm

_SHOWN = {"full_name": "Name", "email": "Email", "phone": "Phone", "note": "Note"}


def kept_answers(request) -> dict:
    """The context of `consults/not_stored.html`: the form as it was sent, to be sent once more, and what of it is shown."""
    names = [*ConsultRequestForm.ANSWERS, "acknowledged", "ticket", "website"]
    fields = {name: request.POST[name] for name in names if name in request.POST}
    shown = [("Time", _start_in_words(fields.get("starts_at", "")))]
    shown += [(label, fields.get(name, "")) for name, label in _SHOWN.items()]
    return {
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
    return f"{wording.date_text(start)}, {wording.start_text(start)}"
