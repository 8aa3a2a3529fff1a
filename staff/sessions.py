"""Which sessions go on. A change of a password, role or second step ends all of the account; who made it begins again."""

from datetime import datetime, timedelta

from . import factors
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


def is_let_in(request) -> bool:
    """Whether somebody is signed in, with the second step where the site asks for one. The limits were looked at before."""
    return request.user.is_authenticated and has_passed_the_door(request)


def has_passed_the_door(request) -> bool:
    """Of one that passed no middleware nothing is known about a second step."""
    user = request.user
    is_verified = getattr(user, "is_verified", bool)
    return user.is_active and user.is_staff and (is_verified() or not factors.is_asked_of(user))


def ran_out(request, *, now: datetime) -> StaffSession | None:
    """The request's session, if it has run out within a day; None for one that somebody ended."""
    return StaffSession.objects.of(request.user).ran_out_lately(now=now).filter(pk=own_number(request)).first()


def end_own(request, user) -> None:
    StaffSession.objects.of(user).filter(pk=own_number(request)).delete()


def end_all(user) -> int:
    """Ends every session of the user. Returns how many."""
    return StaffSession.objects.of(user).delete()[0]
