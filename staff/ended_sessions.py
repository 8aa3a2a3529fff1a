"""Which session ran out in this browser: what is posted from a page of then is kept for its user, for a day.

The mark lies in the session that follows, on the server, so it is as genuine as the key in that session's cookie. It names the
row of the ended session. Who ends the sessions of an account deletes it, and nothing more is kept then: a stolen laptop, a
new password, an account that was closed. With it is the secret that the forms of then were made with. A sign-in changes that
secret, and Django's CSRF check refuses an older form, as it must; `is_of_a_page_of_then` is the same check with the old one.
"""

from django.http import HttpResponseForbidden
from django.middleware.csrf import CsrfViewMiddleware

from .models import StaffSession

_IN_SESSION = "staff_ended_session"


def note(request, ended: StaffSession | None, *, otherwise: dict | None) -> None:
    """After the sign-out, in the session that follows."""
    if ended is not None:
        request.session[_IN_SESSION] = {"number": ended.pk, "secret": request.META.get("CSRF_COOKIE", "")}
    elif otherwise:
        request.session[_IN_SESSION] = otherwise


def mark_of(request) -> dict | None:
    return request.session.get(_IN_SESSION)


def is_noted(session) -> bool:
    return _IN_SESSION in session


def noted(request, *, now) -> StaffSession | None:
    """The session that ran out in this browser within a day, of an account that may still sign in."""
    mark = mark_of(request)
    if not mark:
        return None
    lately = StaffSession.objects.ran_out_lately(now=now).filter(user__is_active=True, user__is_staff=True)
    return lately.filter(pk=mark["number"]).select_related("user").first()


def keep_for(request, user) -> None:
    """After a sign-in: the mark is for the same person alone."""
    mark = mark_of(request)
    if mark and not StaffSession.objects.of(user).filter(pk=mark["number"]).exists():
        del request.session[_IN_SESSION]


def is_of_a_page_of_then(request, view, args, kwargs) -> bool:
    """Whether the posted form was made in the ended session, and posted from this site, as Django checks both."""
    secret = str((mark_of(request) or {}).get("secret", ""))
    return bool(secret) and _UnderTheOldSecret(secret).process_view(request, view, args, kwargs) is None


class _UnderTheOldSecret(CsrfViewMiddleware):
    def __init__(self, secret: str) -> None:
        super().__init__(lambda request: HttpResponseForbidden())
        self._secret = secret

    def _get_secret(self, request):
        return self._secret

    def _reject(self, request, reason):
        return HttpResponseForbidden()
