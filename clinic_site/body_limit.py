"""Refuses a body that no form of the site has, before anything reads it: a megabyte of form takes Django a third of a second.

The CSRF check reads the form of every POST, before the view says that it takes none.
"""

from django.contrib.auth import SESSION_KEY
from django.http import HttpResponseNotAllowed
from django.urls import reverse

from clinic_site.errors import error_page
from staff import ended_sessions

# The booking form has at most some 14 KB: 968 characters of answers, 12 bytes each as an emoji is sent, and the ticket. Four
# times as much, so that too long a note is told what is wrong with it. A sign-in has less.
LARGEST_FORM = 65_536
# Outside the admin. An address that is not here takes no POST.
_TAKE_POSTS = {"consults:request", "consults:own_page"}


class BodyLimitMiddleware:
    """Stands after the sessions: who is signed in may send what `settings` and `upload_limit` allow, under /admin/.

    So may, for a day, whose session ran out in this browser, because what they typed is kept (`staff.kept_words`).
    """

    def __init__(self, get_response) -> None:
        self.get_response = get_response

    def __call__(self, request):
        is_of_staff = _is_of_staff(request)
        if _may_be_too_large(request) and not (is_of_staff and _has_length(request) and _is_known(request.session)):
            return error_page(413, is_of_staff=is_of_staff)
        return self.get_response(request)

    def process_view(self, request, view, arguments, named):
        if request.method in {"GET", "HEAD"} or _is_of_staff(request):
            return None
        return None if request.resolver_match.view_name in _TAKE_POSTS else HttpResponseNotAllowed(["GET", "HEAD"])


def _is_of_staff(request) -> bool:
    return request.path_info.startswith(reverse("admin:index"))


def _is_known(session) -> bool:
    return SESSION_KEY in session or ended_sessions.is_noted(session)


def _has_length(request) -> bool:
    """A body in chunks tells no length, and Django would read nothing of it."""
    return "HTTP_TRANSFER_ENCODING" not in request.META


def _may_be_too_large(request) -> bool:
    try:
        return not _has_length(request) or int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_FORM
    except ValueError:
        return True
