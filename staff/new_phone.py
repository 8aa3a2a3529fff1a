"""The key of a phone that is being set up. It lives in the session that set it up until one of its codes was entered.

A key per session: somebody who learned the password never sees the key that the rightful person is about to confirm. It is
sealed, because sessions are rows of the database.
"""

import secrets

from guard import sealing

_IN_SESSION = "staff_new_phone"
_TABLE = "django_session"
_BYTES = 20


def key_of(session, user) -> bytes:
    """The session's key for this user, made when it is first asked for."""
    return waiting_key(session, user) or _make(session, user)


def waiting_key(session, user) -> bytes | None:
    """The key that the session has shown; None before it has shown one."""
    try:
        kept = session.get(_IN_SESSION, "")
        return bytes.fromhex(sealing.unseal_text(kept, table=_TABLE, reference=str(user.pk))["key"])
    except sealing.CannotOpen:
        return None


def forget(session) -> None:
    session.pop(_IN_SESSION, None)


def _make(session, user) -> bytes:
    key = secrets.token_bytes(_BYTES)
    session[_IN_SESSION] = sealing.seal_as_text({"key": key.hex()}, table=_TABLE, reference=str(user.pk))
    return key
