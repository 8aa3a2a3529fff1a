"""Words are never lost: a form that could not be saved, because its session had run out or the password was wanted again, is kept
for who typed it, and comes back to its page as it was posted. It is shown there, and only a person saves it.

So that nobody can lay words under somebody else's name, a form is kept only

- for the account whose own session it was: its key in the cookie opened the session that ran out, or the one that followed it in
  the same browser and has its mark (`staff.ended_sessions`). One that ran out more than a day ago, or that somebody ended, does
  not count;
- if that session had been let in, by the password and the second step where the site asks for one. Who knows a password alone
  keeps nothing, and is shown nothing;
- after Django's CSRF check, of origin and token, under the secret that the form was made with.

It is sealed, one form an account, shown to that account alone after the second step, and gone when it is saved, at a sign-out,
with a new password, when the account is closed, and after a day. No backup has it. Passwords, codes and tokens are not kept,
nor are files. Codes have forms of their own, which are not among `staff.kept_pages`.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from django.http import QueryDict
from django.utils import timezone

from consults.dates import choice_text, date_text
from content.editing.kept_form import KeptForm
from guard.sealing import CannotOpen

from . import kept_pages
from .models import KeptWords

# As much as `settings.DATA_UPLOAD_MAX_MEMORY_SIZE` lets in.
LARGEST = 1_000_000
_SECRET = re.compile("password|passcode|secret|token", re.IGNORECASE)
# What Django's admin calls its own: buttons, and where a form came from.
_NOT_TYPED = "_"


def keep(request, user, *, now: datetime) -> bool:
    """Keeps the posted form for the user. Returns whether there was one to keep. Who calls it has checked all of the above."""
    page = kept_pages.page_of(request)
    posted = {name: values for name, values in request.POST.lists() if is_typed(name)}
    if page is None or not posted or _size(posted) > LARGEST:
        return False
    # A button is pressed again in a second; words are not typed again.
    if not _has_words(posted.items()) and kept_pages.is_of_a_request(request) and _holds_words(user, now=now):
        return False
    KeptWords.objects.keep(user, page=page, posted=posted, has_files=bool(request.FILES), now=now)
    return True


def is_secret(name: str) -> bool:
    """Whether a field of this name holds a password, a code or a token."""
    return bool(_SECRET.search(name))


def is_typed(name: str) -> bool:
    """Whether a field of this name holds words of a person, and no secret."""
    return not (is_secret(name) or name.startswith(_NOT_TYPED))


def _has_words(fields: Iterable[tuple[str, list[str]]]) -> bool:
    """Whether anything was typed, and not only chosen. `fields`: each name with its values."""
    return any(len(text.split()) > 1 for _, texts in fields for text in texts)


def _holds_words(user, *, now: datetime) -> bool:
    """Whether words are kept for the user, at whatever page; also where no key opens them."""
    row = KeptWords.objects.of(user).fresh(now=now).first()
    if row is None:
        return False
    try:
        return _has_words(row.open()["posted"].items())
    except CannotOpen:
        return True


def _size(posted: dict[str, list[str]]) -> int:
    texts = (text for name, values in posted.items() for text in (name, *values))
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)


def read(user, *, page: str, now: datetime) -> KeptForm | None:
    """What comes back to the user at the page."""
    row = KeptWords.objects.of(user).fresh(now=now).filter(page=page).first()
    if row is None:
        return None
    try:
        kept = row.open()
    except CannotOpen:
        # It stays as it is: a key that was lost may be put back within the day.
        return KeptForm(None, row.kept_at, _when(row.kept_at, now))
    posted = QueryDict(mutable=True)
    for name, values in kept["posted"].items():
        posted.setlist(name, values)
    return KeptForm(posted, row.kept_at, _when(row.kept_at, now), has_files=kept["has_files"])


def _when(kept_at: datetime, now: datetime) -> str:
    """`at 4:12 PM`, of another day `at 4:12 PM on Tuesday, December 1`."""
    local = timezone.localtime(kept_at)
    text = f"at {choice_text(local)}"
    return text if local.date() == timezone.localdate(now) else f"{text} on {date_text(local)}"


def drop_saved(request, *, page: str, now: datetime) -> None:
    """Forgets what came back at the page, now that it was saved; not where another form of the page was, or a blank one."""
    kept = read(request.user, page=page, now=now)
    if kept is None or kept.posted is None or kept_pages.WITHOUT in request.GET:
        return
    is_it = all(kept.posted.get(name) == request.POST.get(name) for name in kept_pages.WHICH_FORM)
    if is_it or not _has_words(kept.posted.lists()):
        drop(request.user, page=page)


def drop(user, *, page: str | None = None) -> None:
    """Forgets what is kept for the user; with `page`, what comes back there."""
    rows = KeptWords.objects.of(user)
    (rows if page is None else rows.filter(page=page)).delete()
