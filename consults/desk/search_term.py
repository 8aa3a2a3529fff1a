"""What the list of requests is searched for. It is posted, and kept sealed in the session, so that no URL names a patient.

URLs are kept by browsers and may be logged by proxies. Each search has a random key in the URL, `?found=…`, so two tabs, the
back button, filters and pages each have their own. Only a reference, which tells nothing about a person, may be in the URL.
"""

import secrets
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.shortcuts import redirect

from consults.contact import normalised_phone
from consults.models import ConsultRequest
from consults.models.reference import read_reference
from guard import sealing

FOUND = "found"
LONGEST_TERM = 254
# A number without its area code.
LOCAL_DIGITS = 7
# The list's filter by status, whose links leave out a search that they cannot narrow.
STATUS = "status"
# An older search is over; its page says so.
MOST_KEPT = 20
_SESSION_NAME, _TABLE = "desk_searches", "django_session"


def keep_term(request, term: str) -> str:
    """Keeps the term in the session of the signed-in user. Returns the key of the search."""
    key = secrets.token_urlsafe(9)
    sealed = sealing.seal_as_text({"term": term}, table=_TABLE, reference=key)
    kept = [*request.session.get(_SESSION_NAME, {}).items(), (key, sealed)]
    request.session[_SESSION_NAME] = dict(kept[-MOST_KEPT:])
    return key


def posted_term(request) -> str | None:
    """The term of the search that the URL names; "" when it names none, None when that search is over."""
    key = request.GET.get(FOUND)
    if key is None:
        return ""
    sealed = request.session.get(_SESSION_NAME, {}).get(key)
    try:
        return sealing.unseal_text(sealed, table=_TABLE, reference=key)["term"] if sealed else None
    except sealing.CannotOpen:
        return None


def reference_in_url(request) -> str:
    """The reference that `?q=` asks for; "" when it is none."""
    return read_reference(request.GET.get(SEARCH_VAR, ""))


def is_searched(request) -> bool:
    return bool(posted_term(request) or reference_in_url(request))


def finds_ended(term: str) -> bool:
    """Whether a search for the term covers requests that have ended: a reference, or a whole email address or phone number.

    Eight letters may be a reference, and are a name more often.
    """
    if "@" in term or len(normalised_phone(term)) > LOCAL_DIGITS:
        return True
    return bool(read_reference(term)) and not term.strip().isalpha()


class RequestList(ChangeList):
    """Django's list, with the term from where it is kept. `query` is what the search box shows."""

    # Of no count yet, while the list itself is put together.
    result_count: int = -1

    def get_queryset(self, request, exclude_parameters=None):
        self.query = posted_term(request) or reference_in_url(request)
        return super().get_queryset(request, exclude_parameters)

    def get_filters_params(self, params=None):
        others = super().get_filters_params(params)
        others.pop(FOUND, None)
        return others

    def get_query_string(self, new_params=None, remove=None):
        """Without the search where it found nothing, or where it cannot find what the link asks for: a link to the declined ones
        must not say that there are none because a name is searched among open requests alone.
        """
        if self.query and (self.result_count == 0 or self._asks_for_ended(new_params or {})):
            remove = [*(remove or []), FOUND, SEARCH_VAR]
        return super().get_query_string(new_params, remove)

    def _asks_for_ended(self, params) -> bool:
        return params.get(STATUS) in ConsultRequest.ENDED and not self.finds_ended

    @property
    def finds_ended(self) -> bool:
        return finds_ended(self.query)

    @property
    def filters_alone(self) -> str:
        """The query string of a new search among what the filters leave."""
        return self.get_query_string(remove=[FOUND, SEARCH_VAR])

    @property
    def search_alone(self) -> str:
        """The query string of this search among all requests; empty where no filter is set."""
        kept = {name: self.params[name] for name in (FOUND, SEARCH_VAR) if name in self.params}
        return f"?{urlencode(kept)}" if self.get_filters_params() else ""

    @property
    def ended_lists(self) -> list[tuple[str, str]]:
        """(label, query string) of each list of requests that have ended, without a search."""
        ended = (ConsultRequest.Status(value) for value in ConsultRequest.ENDED)
        return [(status.label, f"?{urlencode({STATUS: status.value})}") for status in ended]


def search_view(request, list_url: str):
    """Redirects a posted search to the list, with the filters of the page it was posted from."""
    term = request.POST.get(SEARCH_VAR, "").replace("\0", "").strip()[:LONGEST_TERM]
    return _list(request, list_url, **({FOUND: keep_term(request, term)} if term else {}))


def without_search(request, list_url: str):
    """Redirects to the list when the search in the URL is over or may not be there; None when all is well."""
    if posted_term(request) is None:
        messages.warning(request, "That search is over. Search again.")
    elif request.GET.get(SEARCH_VAR, "").strip() and not reference_in_url(request):
        messages.warning(request, "Nothing was searched. Use the search box, which keeps names out of the address.")
    else:
        return None
    return _list(request, list_url)


def _list(request, list_url: str, **search: str):
    """A redirect to the list with the filters of this URL, and with this search alone."""
    query = request.GET.copy()
    for name in (FOUND, SEARCH_VAR):
        query.pop(name, None)
    query.update(search)
    return redirect(f"{list_url}?{query.urlencode()}" if query else list_url)
