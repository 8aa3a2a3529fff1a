"""What follows a sign-in, wherever it happened: Django's own signals, which its sign-in views send.

They carry no time, so it is read here.
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from guard import rate_limit
from guard.client_address import client_key
from guard.sealing import blind_index

from . import ended_sessions, kept_words, security_log, sessions
from .models import SignIn
from .rate_limits import forget_password_tries

# Failures a day that leave a row; beyond them the log alone counts, so that guessing does not fill the disk.
MOST_FAILURES_KEPT = 2000
_A_DAY = 86_400
# Failures an hour of one IP address, after which names without an account leave none: a stranger makes up any number of them.
MOST_MADE_UP_KEPT = 30
_AN_HOUR = 3600


def signed_in(sender, request, user, **_) -> None:
    now = timezone.now()
    forget_password_tries(user)
    sessions.begin(request, user, now=now)
    ended_sessions.keep_for(request, user)
    SignIn.objects.write(SignIn.Kind.PASSWORD, at=now, user=user)
    security_log.write("signed_in", user=user)


def failed(sender, credentials: dict, request=None, **_) -> None:
    now, name = timezone.now(), str(credentials.get("username") or "")
    user = User.objects.filter(username=name).first()
    security_log.write("sign_in_failed", user=user)
    is_left_out = _failed_too_often(request, now=now) and user is None
    kept = blind_index("failed sign-ins kept", "left out" if is_left_out else "all")
    is_full = rate_limit.take(kept, limit=MOST_FAILURES_KEPT, seconds=_A_DAY, now=now) > 0
    if is_left_out or not is_full:
        with transaction.atomic():
            SignIn.objects.write(SignIn.Kind.FAILED, at=now, user=user, typed_name=name)
            # The same work for every name, so that the time it takes tells none that exists.
            if is_left_out:
                transaction.set_rollback(True)


def _failed_too_often(request, *, now: datetime) -> bool:
    """Whether its IP address failed too often for names without an account to leave a row. Names with one count too."""
    if request is None:
        return False
    key = client_key(request, purpose="failed sign-ins kept")
    return rate_limit.take(key, limit=MOST_MADE_UP_KEPT, seconds=_AN_HOUR, now=now) > 0


def signed_out(sender, request, user, **_) -> None:
    now = timezone.now()
    if user is not None:
        # The row of one that ran out stays, for what is posted from its pages; so does what is kept.
        if sessions.goes_on(request, now=now):
            sessions.end_own(request, user)
            if sessions.is_let_in(request):
                kept_words.drop(user)
        SignIn.objects.write(SignIn.Kind.SIGNED_OUT, at=now, user=user)
        security_log.write("signed_out", user=user)
