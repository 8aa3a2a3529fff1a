"""Brings a form that was kept back to its page, forgets it once it is saved, and keeps one that the desk refused."""

from django.shortcuts import redirect
from django.utils import timezone

from content.editing import kept_form

from . import ended_sessions, kept_pages, kept_words, sessions
from .session_limits import keep_from_then

_ACT = "admin:consults_consultrequest_act"
# In the address to which a decision leads that was made.
_MADE = "done="
_NOTE = "staff_notes"


class ReturningWordsMiddleware:
    """Stands after the limits of sessions and after the password that is asked again, so who comes here is let in."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        page = getattr(request, "posted_to_page", None)
        if page and response.status_code in {302, 303}:
            _follow(request, page, response["Location"])
        return response

    def process_view(self, request, view, args, kwargs):
        if request.path.startswith("/admin/") and sessions.is_let_in(request):
            if request.method == "POST":
                request.posted_to_page = kept_pages.page_of(request)
            elif request.method == "GET" and kept_pages.may_hold_a_form(request):
                kept_form.put(request, kept_words.read(request.user, page=request.path, now=timezone.now()))


def _follow(request, page: str, goes_to: str) -> None:
    """A redirect says that the form was saved; but a decision, and so a note, may have been refused."""
    is_refused = request.resolver_match.view_name == _ACT and _MADE not in goes_to
    if not is_refused:
        kept_words.drop_saved(request, page=page, now=timezone.now())
    elif request.POST.get(_NOTE):
        kept_words.keep(request, request.user, now=timezone.now())


def answer_to_an_older_page(request):
    """For a form that failed the CSRF check: one of a page from before the last sign-in is kept, and leads to its page.

    None for any other.
    """
    match, now = request.resolver_match, timezone.now()
    if not request.path.startswith("/admin/") or (page := kept_pages.page_of(request)) is None:
        return None
    if not ended_sessions.is_of_a_page_of_then(request, match.func, match.args, match.kwargs):
        return None
    return redirect(kept_pages.address_of(request, page)) if keep_from_then(request, now) else None
