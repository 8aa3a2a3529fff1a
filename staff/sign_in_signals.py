"""What follows a sign-in, wherever it happened: Django's own signals, which its sign-in views send.

They carry no time, so it is read here.
"""

from django.contrib.auth.models import User
from django.utils import timezone

from guard import rate_limit
from guard.sealing import blind_index

from . import ended_sessions, kept_words, security_log, sessions
from .models import SignIn
from .rate_limits import forget_password_tries

# Failures a day that leave a row; beyond them the log alone counts, so that guessing does not fill the disk.
MOST_FAILURES_KEPT = 2000
_A_DAY = 86_400


def signed_in(sender, request, user, **_) -> None:
    now = timezone.now()
    forget_password_tries(user)
    sessions.begin(request, user, now=now)
    ended_sessions.keep_for(request, user)
    SignIn.objects.write(SignIn.Kind.PASSWORD, at=now, user=user)
    security_log.write("signed_in", user=user)


def failed(sender, credentials: dict, **_) -> None:
    now, name = timezone.now(), str(credentials.get("username") or "")
    user = User.objects.filter(username=name).first()
    security_log.write("sign_in_failed", user=user)
    kept = blind_index("failed sign-ins kept", "all")
    if not rate_limit.take(kept, limit=MOST_FAILURES_KEPT, seconds=_A_DAY, now=now):
        SignIn.objects.write(SignIn.Kind.FAILED, at=now, user=user, typed_name=name)


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
