"""Error pages in the site's look, made without a database query: they must work when the database does not."""

import logging
import sys

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string

from guard.sealing import CannotOpen
from staff.returning_words import answer_to_an_older_page

from . import clinic_name
from .given_back import form_to_send_again, posted_words, words_of

logger = logging.getLogger("clinic.database")


def error_page(status: int, template: str | None = None, **context) -> HttpResponse:
    """The page for an HTTP status. Rendered without a request, so that no context processor asks the database."""
    body = render_to_string(template or f"{status}.html", {"clinic_name": clinic_name.remembered(), **context})
    response = HttpResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    return response


# A plain function: Django answers a bare 500 when its own 400 view meets an unreadable form encoding.
def bad_request(request, exception=None):
    if isinstance(exception, RequestDataTooBig):
        # Only who is signed in gets so far (`body_limit`).
        return error_page(413, is_of_staff=True, typed=words_of(request))
    return error_page(400)


def permission_denied(request, exception=None):
    return error_page(403)


def page_not_found(request, exception=None):
    return error_page(404)


def server_error(request):
    """Also for what middleware raised, which reaches no `process_exception`: a session, or an address without its slash."""
    return _when_unavailable(request, sys.exc_info()[1]) or error_page(500)


def csrf_failure(request, reason=""):
    is_of_staff = request.path.startswith("/admin/")
    if kept := answer_to_an_older_page(request):
        return kept
    typed = posted_words(request) if is_of_staff else []
    return error_page(403, "403_csrf.html", is_of_staff=is_of_staff, typed=typed)


def _when_unavailable(request, exception: BaseException | None) -> HttpResponse | None:
    """The 503 for a database that did not do its work; None for any other exception."""
    if not isinstance(exception, OperationalError | InterfaceError | CannotOpen):
        return None
    # Its first line names what is missing, locked, full or sealed; nothing that was typed.
    logger.error("database: %s: %s", type(exception).__name__, str(exception).partition("\n")[0])
    view = request.resolver_match.func if request.resolver_match else None
    own_page = getattr(view, "page_when_not_stored", None)
    template, context = own_page(request) if own_page and request.method == "POST" else (None, {})
    if of_staff := form_to_send_again(request):
        template, context = "503_staff.html", of_staff
    response = error_page(503, template, **context)
    response["Retry-After"] = "60"
    return response


class DatabaseUnavailableMiddleware:
    """A database that is locked, full or gone, or closed for want of its key, is a 503 that says so, not a 500.

    A view can have a page of its own for what was posted and not stored: its attribute `page_when_not_stored` takes the
    request and answers a template and its context. It must work without the database.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        return _when_unavailable(request, exception)
