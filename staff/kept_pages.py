"""Which forms of the admin are kept when they could not be saved (`staff.kept_words`), and at which page each comes back.

Every form of a row is, and those of the desk in which somebody types. Boxes and buttons alone are not: they are pressed again.
"""

from functools import cache

from django.contrib import admin
from django.urls import reverse

_AT_THEIR_OWN_ADDRESS = {
    "admin:consults_consultrequest_by_phone",
    "admin:consults_specialhours_day",
    "admin:pages_clinic_missing",
}
# The forms of a request are shown on its page and posted elsewhere.
_REQUEST = "admin:consults_consultrequest_change"
_OF_A_REQUEST = {"admin:consults_consultrequest_act", "admin:consults_consultrequest_preview"}
# What tells forms of one page apart: a decision from a note, the answer about one missing fact from another.
WHICH_FORM = ("action", "fact")
# More than any page has.
_LONGEST = 200
# In the query of a page that comes back: without what is kept.
WITHOUT = "kept"


def page_of(request) -> str | None:
    """The path of the page on which the posted form stands; None where it is not kept."""
    match = request.resolver_match
    if match.view_name in _OF_A_REQUEST:
        return reverse(_REQUEST, args=[match.kwargs["pk"]])
    return request.path if _is_form(match.view_name) and _can_be_stored(request.path) else None


def is_of_a_request(request) -> bool:
    """Whether the posted form is one of those on the page of a request: a decision or a note."""
    return request.resolver_match.view_name in _OF_A_REQUEST


def may_hold_a_form(request) -> bool:
    """Whether a kept form may come back at the page that is asked for."""
    name = request.resolver_match.view_name
    is_wanted = WITHOUT not in request.GET
    return is_wanted and (name == _REQUEST or _is_form(name)) and _can_be_stored(request.path)


def address_of(request, page: str) -> str:
    """The address at which the form comes back: its own with its query, or the page from which it was posted."""
    query = request.GET.copy()
    query.pop(WITHOUT, None)
    return f"{page}?{query.urlencode()}" if query and page == request.path else page


def _is_form(view_name: str) -> bool:
    return view_name in _AT_THEIR_OWN_ADDRESS or (view_name != _REQUEST and view_name in _forms_of_rows())


@cache  # asked with every request for a page of the admin, whose models are all registered by then
def _forms_of_rows() -> set[str]:
    options = [model._meta for model in admin.site._registry]
    return {f"admin:{one.app_label}_{one.model_name}_{verb}" for one in options for verb in ("add", "change", "pending_edit")}


def _can_be_stored(path: str) -> bool:
    """An id in an address can be anything; PostgreSQL fails on a NUL."""
    return len(path) <= _LONGEST and path.isascii() and path.isprintable()
