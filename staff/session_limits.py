"""Ends a session after 30 idle minutes, after 12 hours in any case, and at once when somebody ended it.

What is posted by a session that ran out, or before it is let in again, is not acted on, and kept (`staff.kept_words`).
"""

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.urls import reverse
from django.utils import timezone

from . import ended_sessions, kept_pages, kept_words, sessions

_ENDED = "Your session has ended. Sign in again."
_KEPT = "What you typed is kept for a day. It comes back once you have signed in, and is not saved before you save it."
_NOT_KEPT = "What you sent was not saved. Your browser may still hold it: go back to the form."
_SIGN_OUT = "admin:logout"
# The check of a text while it is typed (`content.editing.while_typing`): nobody sent it, and it saves nothing.
_UNASKED = "_problems"


class SessionLimitsMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """After the CSRF check, which stands before it: what is kept has passed that."""
        if not request.path.startswith("/admin/"):
            return None
        now = timezone.now()
        if request.user.is_authenticated and not sessions.goes_on(request, now=now):
            return _end(request, now)
        if request.method == "POST" and not sessions.is_let_in(request):
            return _keep_at_the_door(request, now)
        return None


def _end(request, now):
    user, is_read = request.user, request.method == "GET"
    ran_out, mark = sessions.ran_out(request, now=now), ended_sessions.mark_of(request)
    ended = ran_out if sessions.has_passed_the_door(request) else None
    leaves = request.resolver_match.view_name == _SIGN_OUT
    sends_nothing = is_read or leaves or request.resolver_match.view_name.endswith(_UNASKED)
    if leaves and ended:
        kept_words.drop(user)
    is_kept = ended is not None and request.method == "POST" and kept_words.keep(request, user, now=now)
    logout(request)
    if ran_out and not leaves:
        # One that was never let in leaves the mark of the one before.
        ended_sessions.note(request, ended, otherwise=mark)
    messages.info(request, _ENDED)
    if not sends_nothing:
        messages.warning(request, _KEPT if is_kept else _NOT_KEPT)
    return redirect_to_login(request.get_full_path() if is_read else _goes_to(request), reverse("admin:login"))


def _keep_at_the_door(request, now):
    """From a page of a session that ran out in this browser. None: the view has its own answer to who is not let in."""
    if kept_pages.page_of(request) is None:
        return None
    keep_from_then(request, now)
    return redirect_to_login(_goes_to(request), reverse("admin:login"))


def keep_from_then(request, now) -> bool:
    """Keeps the form for whose session ran out in this browser, unless somebody else is signed in. Returns whether it did."""
    ended = ended_sessions.noted(request, now=now)
    is_theirs = ended is not None and (request.user.is_anonymous or request.user == ended.user)
    is_kept = bool(ended and is_theirs and kept_words.keep(request, ended.user, now=now))
    if is_kept and not sessions.is_let_in(request):
        messages.warning(request, _KEPT)
    return is_kept


def _goes_to(request) -> str:
    page = kept_pages.page_of(request)
    return kept_pages.address_of(request, page) if page else "/admin/"
