"""Letters about an account: to the person whose it is, and to the owners where it concerns them.

Each is a sentence of what happened, when, and what to do if it was unexpected. None holds a link that signs in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from consults import dates
from consults.messages import outbox
from pages.models import Clinic

from .roles import OWNERS


@dataclass(frozen=True)
class Letter:
    """A row of the table. `text` may name the account, {name}. `to_owners`: the owners get it too."""

    subject: str
    text: str
    to_owners: bool = False


MANY_PASSWORDS = Letter(
    "many wrong passwords",
    "A wrong password was entered more than a hundred times in a row for the account {name}. Passwords can now be tried only"
    " ten times an hour. If you cannot sign in, choose Forgotten password below the sign-in form: the link in that letter"
    " lets you in.",
    to_owners=True,
)
MANY_CODES = Letter(
    "many wrong codes",
    "Somebody who knows the password of the account {name} entered wrong codes for the second step again and again. Choose a"
    " new password now; that also ends their attempts.",
    to_owners=True,
)


def write(letter: Letter, user: User, *, now: datetime, also_to: Iterable[str] = (), **facts: object) -> None:
    """Puts the letter into the outbox, once for each email address. `also_to`: further addresses; `facts`: for its text."""
    clinic = Clinic.objects.current()
    name = user.get_username()
    context = {
        "what": letter.text.format(name=name, **facts),
        "when": dates.moment_text(now.astimezone(clinic.zone), clinic.time_zone_label),
        "link": settings.PUBLIC_URL + reverse("admin:index"),
    }
    text = render_to_string("staff/mail/account.txt", context)
    addresses = [user.email, *also_to, *(owner_addresses() if letter.to_owners else [])]
    for address in dict.fromkeys(filter(None, addresses)):
        outbox.write_to_staff("account", to=address, subject=f"Account {name}: {letter.subject}", text=text, now=now)


def owner_addresses() -> list[str]:
    """The email addresses of everybody who can manage accounts."""
    owners = User.objects.filter(Q(is_superuser=True) | Q(groups__name=OWNERS), is_active=True, is_staff=True)
    return list(owners.exclude(email="").order_by("pk").values_list("email", flat=True).distinct())
