"""What staff typed and the site could not take, given back on the page that says so.

Pages of staff must not be stored, and a browser that obeys has nothing to go back to.
"""

from typing import Any

from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.http import QueryDict, UnreadablePostError
from django.urls import Resolver404, resolve

from staff import kept_pages
from staff.kept_words import is_secret, is_typed

from .upload_limit import LARGEST_REQUEST

# A date, a choice or a digest is shorter, and one word.
_LONGEST_VALUE = 100
# Without it the same form would be refused.
_SENT_TOO = "csrfmiddlewaretoken"
_FORM = "application/x-www-form-urlencoded"


def words_of(request) -> list[tuple[str, str]]:
    """(name, text) of every field with words in it, of a form whose body nobody has read yet; nothing of any other request."""
    if request.content_type != _FORM or int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_REQUEST:
        return []
    try:
        posted = QueryDict(request.read(), encoding="utf-8")
    except (SuspiciousOperation, UnreadablePostError):
        return []
    return _with_words(posted)


def posted_words(request) -> list[tuple[str, str]]:
    """(name, text) of every field with words in it, of a form that was read. Nothing that another site had a browser send."""
    return _with_words(_posted(request)) if _is_of_this_site(request) else []


def form_to_send_again(request) -> dict[str, Any] | None:
    """What `503_staff.html` needs for a form of staff that the database could not store; None for any other request.

    Asks no database, so it knows nobody: who posted gets what they posted, without passwords, codes and files.
    """
    if request.method != "POST" or not request.path.startswith("/admin/") or not _is_of_this_site(request):
        return None
    try:
        # A middleware before Django's resolver may have asked the database.
        request.resolver_match = request.resolver_match or resolve(request.path_info)
    except Resolver404:
        return None
    if kept_pages.page_of(request) is None or not (posted := _posted(request)):
        return None
    return {
        "action": request.get_full_path(),
        "fields": [(name, text) for name, text in _each(posted) if name == _SENT_TOO or not is_secret(name)],
        "typed": _with_words(posted),
        "has_files": bool(request.FILES),
    }


def _posted(request) -> QueryDict:
    try:
        return request.POST
    except (SuspiciousOperation, UnreadablePostError):
        return QueryDict()


def _is_of_this_site(request) -> bool:
    """Whether the page that sent the form was ours, as browsers say."""
    try:
        own = f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return False
    headers = request.headers
    return headers.get("Sec-Fetch-Site", "same-origin") == "same-origin" and headers.get("Origin", own) == own


def _each(posted: QueryDict) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in posted.lists() for text in texts]


def _with_words(posted: QueryDict) -> list[tuple[str, str]]:
    typed = [(name, text) for name, text in _each(posted) if is_typed(name)]
    return [(name.replace("_", " "), text) for name, text in typed if len(text.split()) > 1 or len(text) > _LONGEST_VALUE]
