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
    """A row of the table. `code` is for the log. `text` may name the account, {name}, and its {roles}.

    `to_owners`: the owners get it too. `to_person`: false for what the person knows or has no address for yet.
    """

    code: str
    subject: str
    text: str
    to_owners: bool = False
    to_person: bool = True


MANY_PASSWORDS = Letter(
    "many_passwords",
    "many wrong passwords",
    "A wrong password was entered about a hundred times in a row for the account {name}. Passwords can now be tried only"
    " ten times an hour. If you cannot sign in, choose Forgotten password below the sign-in form: the link in that letter"
    " lets you in.",
    to_owners=True,
)
MADE = Letter("account_made", "made", "The account {name} was made, with these roles: {roles}.", to_owners=True, to_person=False)
PASSWORD = Letter("password_changed", "new password", "The password of the account {name} was changed.")
EMAIL = Letter("email_changed", "new email address", "The email address of the account {name} was changed.")
ROLES = Letter(
    "roles_changed", "roles changed", "What the account {name} may do was changed. Its roles now: {roles}.", to_owners=True
)
INACTIVE = Letter("deactivated", "deactivated", "The account {name} was deactivated. Nobody can sign in with it.", to_owners=True)
ACTIVE = Letter("activated", "active again", "The account {name} is active again.", to_owners=True)
PHONE = Letter(
    "phone_set_up",
    "new phone",
    "A phone was set up for the second step of the account {name}, with new recovery codes. Earlier ones no longer count.",
)
PASSKEY = Letter("passkey_added", "new passkey", "A passkey was added to the second step of the account {name}.")
FIRST_PASSKEY = Letter(
    "passkey_set_up",
    "new passkey",
    "A passkey was set up for the second step of the account {name}, with new recovery codes.",
)
NO_PHONE = Letter("phone_removed", "phone removed", "The phone was removed from the second step of the account {name}.")
NO_PASSKEY = Letter("passkey_removed", "passkey removed", "A passkey was removed from the second step of the account {name}.")
NO_SECOND_STEP = Letter(
    "second_step_removed",
    "second step removed",
    "The second step of the account {name} was removed. The next sign-in sets up a new one.",
    to_owners=True,
)
NEW_CODES = Letter("codes_made", "new recovery codes", "New recovery codes were made for the account {name}.")
CODE_USED = Letter("recovery_code_used", "recovery code used", "A recovery code was used to sign in to the account {name}.")
MANY_CODES = Letter(
    "many_codes",
    "many wrong codes",
    "Somebody who knows the password of the account {name} failed at the second step again and again. Choose a"
    " new password now; that also ends their attempts.",
    to_owners=True,
)


def write(letter: Letter, user: User, *, now: datetime, also_to: Iterable[str] = ()) -> None:
    """Puts the letter into the outbox, once for each email address. `also_to`: further addresses."""
    clinic = Clinic.objects.current()
    name = user.get_username()
    context = {
        "what": letter.text.format(name=name, roles=_roles(user)),
        "when": dates.moment_text(now.astimezone(clinic.zone), clinic.time_zone_label),
        "link": settings.PUBLIC_URL + reverse("admin:index"),
    }
    text = render_to_string("staff/mail/account.txt", context)
    addresses = dict.fromkeys([user.email, *also_to] if letter.to_person else [])
    if letter.to_owners:
        addresses |= dict.fromkeys(address for address in owner_addresses() if letter.to_person or address != user.email)
    for address in filter(None, addresses):
        outbox.write_to_staff("account", to=address, subject=f"Account {name}: {letter.subject}", text=text, now=now)


def _roles(user: User) -> str:
    roles = [group.name for group in user.groups.order_by("name")]
    return ", ".join([*(["superuser"] if user.is_superuser else []), *roles]) or "none"


def owner_addresses() -> list[str]:
    """The email addresses of everybody who can manage accounts."""
    owners = User.objects.filter(Q(is_superuser=True) | Q(groups__name=OWNERS), is_active=True, is_staff=True)
    return list(owners.exclude(email="").order_by("pk").values_list("email", flat=True).distinct())
