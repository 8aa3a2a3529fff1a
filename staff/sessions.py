"""Which sessions go on. A change of a password, role or second step ends all of the account; who made it begins again."""

from datetime import datetime, timedelta

from .models import StaffSession

_IN_SESSION = "staff_session"
_SEEN_EVERY = timedelta(minutes=1)


def begin(request, user, *, now: datetime) -> None:
    """Lets the request's session go on from now, as the user's."""
    StaffSession.objects.of(user).filter(pk=own_number(request)).delete()
    request.session[_IN_SESSION] = StaffSession.objects.create(user=user, began_at=now, seen_at=now).pk


def own_number(request) -> int | None:
    """The primary key of the request's own session; None before it began."""
    return request.session.get(_IN_SESSION)


def goes_on(request, *, now: datetime) -> bool:
    """Whether the request's session is still one of its user's, and neither idle nor old. Notes that it was seen."""
    own = StaffSession.objects.of(request.user).filter(pk=own_number(request))
    found = own.live(now=now).first()
    if found is not None and now - found.seen_at >= _SEEN_EVERY:
        own.update(seen_at=now)
        # Written too, so that it outlives its row and can say that it has ended.
        request.session.modified = True
    return found is not None


def end_own(request, user) -> None:
    StaffSession.objects.of(user).filter(pk=own_number(request)).delete()


def end_all(user) -> int:
    """Ends every session of the user. Returns how many."""
    return StaffSession.objects.of(user).delete()[0]
