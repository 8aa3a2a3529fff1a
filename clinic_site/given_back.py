"""What was too much to be taken, given back on the page that says so.

Pages of staff must not be stored, and a browser that obeys may have nothing to go back to (Firefox).
"""

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict, UnreadablePostError

from staff.kept_words import is_typed

from .upload_limit import LARGEST_REQUEST

_FORM = "application/x-www-form-urlencoded"


def words_of(request) -> list[tuple[str, str]]:
    """(name, text) of every field that was typed into a form whose body nobody has read yet; nothing of any other request."""
    if request.content_type != _FORM or int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_REQUEST:
        return []
    try:
        posted = QueryDict(request.read(), encoding="utf-8")
    except (SuspiciousOperation, UnreadablePostError):
        return []
    return [(name.replace("_", " "), text) for name, texts in posted.lists() for text in texts if text.strip() and is_typed(name)]
