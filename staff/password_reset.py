"""Password reset by mail, in two halves. The second step is not affected.

The view stores what was typed and answers: the same work for every email address, so neither the page nor the time it takes
tells whether there is such an account, and no mail server is waited for. The worker does the rest.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import INTERNAL_RESET_SESSION_TOKEN, PasswordResetView
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.views.generic.edit import FormView

from consults.messages import outbox
from guard import rate_limit, sealing

from .models import ForgottenPassword
from .rate_limits import take_sign_in_try, take_spare_try, too_many

logger = logging.getLogger("clinic.sign_in")

_PURPOSE = "staff forgotten password"
# Letters an hour. A stranger who asks for them cannot keep the link away: each letter has one.
MOST_AN_HOUR = 3
_AN_HOUR = 3600
_AT_ONCE = 50


class ForgottenPasswordForm(PasswordResetForm):
    def get_users(self, email):
        return (user for user in super().get_users(email) if user.is_staff)


class ForgottenPasswordView(PasswordResetView):
    form_class = ForgottenPasswordForm
    extra_context = {"title": "Forgotten password"}
    is_spare = False

    def post(self, request, *args, **kwargs):
        """Counts for the IP address. When it has no try left, each email address still has its spare ones."""
        now = timezone.now()
        if wait := take_sign_in_try(request, now=now, purpose=_PURPOSE):
            self.is_spare = True
            if take_spare_try(request, request.POST.get("email", ""), now=now, purpose=_PURPOSE):
                return too_many(request, wait)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form):
        email = form.cleaned_data["email"]
        with transaction.atomic():
            ForgottenPassword.objects.remember(email, now=timezone.now())
            # The same work for every email address, but one IP address alone does not fill the table.
            if self.is_spare and not any(self.form_class().get_users(email)):
                transaction.set_rollback(True)
        return FormView.form_valid(self, form)


def holds_a_link(request) -> bool:
    """Whether the session was begun by a letter's link, which Django keeps there as long as it is good."""
    return INTERNAL_RESET_SESSION_TOKEN in request.session


def answer_forgotten(*, now: datetime, failed: set[int] | None = None) -> int:
    """Writes the letters that were asked for, each into the outbox. Returns how many; for the worker.

    One that cannot be written, because no key opens the row, waits for an hour, so that a key which is put back is not too late,
    and keeps no other waiting.
    Its id is added to `failed`, and those in `failed` are left out.
    """
    failed = set() if failed is None else failed
    written = 0
    for asked in ForgottenPassword.objects.exclude(pk__in=failed).order_by("pk")[:_AT_ONCE]:
        try:
            written += _conclude(asked, now)
        except sealing.CannotOpen:
            failed.add(asked.pk)
            logger.error("a request for a new password cannot be opened: its key is not among FIELD_KEYS")
        except (UnicodeError, ValueError) as error:
            failed.add(asked.pk)
            logger.error("a request for a new password cannot be answered: %s", type(error).__name__)
    return written


def _conclude(asked: ForgottenPassword, now: datetime) -> int:
    """Deletes the row and writes its letters, both or neither. Returns how many were written."""
    with transaction.atomic():
        # Deleted first: of two workers one writes.
        is_mine = ForgottenPassword.objects.filter(pk=asked.pk).delete()[0]
        # What an older copy of the database brings back is not wanted any more.
        is_wanted = now - asked.asked_at < timedelta(seconds=_AN_HOUR)
        return _answer(asked.email, now) if is_mine and is_wanted else 0


def _answer(email: str, now: datetime) -> int:
    """How many letters were written: one for each account of staff with this address, none beyond MOST_AN_HOUR."""
    if _too_many("email address", email.casefold(), now):
        return 0
    users = [user for user in ForgottenPasswordForm().get_users(email) if not _too_many("account", user.get_username(), now)]
    for user in users:
        _write_letter(user, now)
    return len(users)


def _too_many(whose: str, value: str, now: datetime) -> bool:
    client = sealing.blind_index(f"forgotten password, {whose}", value)
    return rate_limit.take(client, limit=MOST_AN_HOUR, seconds=_AN_HOUR, now=now) > 0


def _write_letter(user, now: datetime) -> None:
    """Links come from PUBLIC_URL, never from a request."""
    context = {
        "user": user,
        "site_name": settings.PUBLIC.host,
        "public_url": settings.PUBLIC_URL,
        "uid": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }
    subject = render_to_string("registration/password_reset_subject.txt", context)
    text = render_to_string("registration/password_reset_email.txt", context)
    outbox.write_to_staff("password_reset", to=user.email, subject=" ".join(subject.split()), text=text, now=now)
