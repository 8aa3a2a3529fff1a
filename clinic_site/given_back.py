"""What was too much to be taken, given back on the page that says so.

Pages of staff must not be stored, and a browser that obeys may have nothing to go back to (Firefox).
"""

from django.core.exceptions import SuspiciousOperation
from django.http import QueryDict, UnreadablePostError

from staff.kept_words import is_typed

from .upload_limit import LARGEST_REQUEST

# A date, a choice or a digest is shorter, and one word.
_LONGEST_VALUE = 100
_FORM = "application/x-www-form-urlencoded"


def words_of(request) -> list[tuple[str, str]]:
    """(name, text) of every field with words in it, of a form whose body nobody has read yet; nothing of any other request."""
    if request.content_type != _FORM or int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_REQUEST:
        return []
    try:
        posted = QueryDict(request.read(), encoding="utf-8")
    except (SuspiciousOperation, UnreadablePostError):
        return []
    typed = ((name, text) for name, texts in posted.lists() for text in texts if is_typed(name))
    return [(name.replace("_", " "), text) for name, text in typed if len(text.split()) > 1 or len(text) > _LONGEST_VALUE]
