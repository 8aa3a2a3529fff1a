"""The staff's menu: four things that a role needs every day, and one drawer for everything else.

Each entry has a label, the name of its URL and the permission that shows it. It lies here because it crosses every app.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import capfirst

MOST_DAILY = 4
# Of these a user gets the first four that they may use: the desk's for who answers requests, the texts' for an editor.
DAILY = (
    ("Desk", "admin:index", ""),
    ("Diary", "admin:consults_consultrequest_diary", "consults.view_consultrequest"),
    ("Find", "admin:consults_consultrequest_changelist", "consults.view_consultrequest"),
    ("Take a call", "admin:consults_consultrequest_by_phone", "consults.change_consultrequest"),
    ("FAQs", "admin:pages_question_changelist", "pages.view_question"),
    ("Pages", "admin:pages_page_changelist", "pages.view_page"),
    ("Missing facts", "admin:pages_clinic_missing", "pages.view_clinic"),
)
REST: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Requests",
        (
            ("Earlier times", "admin:consults_consultrequest_earlier", "consults.view_consultrequest"),
            ("Calls and messages", "admin:consults_outboxmessage_changelist", "consults.view_outboxmessage"),
            ("Reasons for a no", "admin:consults_reason_changelist", "consults.view_reason"),
            ("Figures", "admin:consults_monthlycount_changelist", "consults.view_monthlycount"),
            ("Referral sources", "admin:consults_referralsource_changelist", "consults.view_referralsource"),
        ),
    ),
    (
        "Hours",
        (
            ("Close a day or change its hours", "admin:consults_specialhours_day", "consults.add_specialhours"),
            ("Opening hours", "admin:consults_openinghours_changelist", "consults.view_openinghours"),
            ("Special hours", "admin:consults_specialhours_changelist", "consults.view_specialhours"),
            ("Consult policy", "admin:consults_consultpolicy_changelist", "consults.view_consultpolicy"),
        ),
    ),
    (
        "Website",
        (
            ("FAQs", "admin:pages_question_changelist", "pages.view_question"),
            ("Pages", "admin:pages_page_changelist", "pages.view_page"),
            ("Articles", "admin:blog_article_changelist", "blog.view_article"),
            ("Providers (doctors, nurses)", "admin:pages_provider_changelist", "pages.view_provider"),
            ("Pictures", "admin:pages_picture_changelist", "pages.view_picture"),
            ("References", "admin:content_reference_changelist", "content.view_reference"),
            ("Old addresses", "admin:pages_oldaddress_changelist", "pages.view_oldaddress"),
        ),
    ),
    (
        "Clinic",
        (
            ("Missing facts", "admin:pages_clinic_missing", "pages.view_clinic"),
            ("Clinic facts", "admin:pages_clinic_changelist", "pages.view_clinic"),
            ("Before launch", "admin:pages_clinic_prelaunch", "pages.view_clinic"),
            ("Listings kit", "admin:consults_listing_changelist", "consults.view_listing"),
            ("Printed sheets", "admin:consults_printedsheet_changelist", "consults.view_printedsheet"),
        ),
    ),
    (
        "Staff",
        (
            ("Users", "admin:auth_user_changelist", "auth.view_user"),
            ("Roles", "admin:auth_group_changelist", "auth.view_group"),
            ("Sign-ins", "admin:staff_signin_changelist", "staff.view_signin"),
            ("Access record", "admin:consults_accessrecord_changelist", "consults.view_accessrecord"),
        ),
    ),
)


_TEXTS = ("pages.view_question", "pages.view_page")
NOT_THEIRS = "The website’s words, prices and people: ask an owner or an editor."
_LABELS = {name: label for label, name, _ in (*DAILY, *(entry for _, entries in REST for entry in entries))}


@dataclass(frozen=True)
class Entry:
    label: str
    url: str
    is_current: bool


def read_menu(user, *, path: str) -> dict:
    """`daily`, up to four entries, and `rest`, (group, entries) of what else the user may see; `path` is the page they are on.

    `not_theirs`: what somebody would look for in the drawer in vain, and whom to ask.
    """
    daily = _allowed(user, DAILY, path)[:MOST_DAILY]
    named = {entry.url for entry in daily}
    groups = ((group, _allowed(user, entries, path)) for group, entries in REST)
    left = ((group, [entry for entry in entries if entry.url not in named]) for group, entries in groups)
    not_theirs = "" if any(user.has_perm(name) for name in _TEXTS) else NOT_THEIRS
    return {"daily": daily, "rest": [(group, entries) for group, entries in left if entries], "not_theirs": not_theirs}


def list_label(opts) -> str:
    """What the menu calls the list of this model; `opts` is its `_meta`."""
    name = f"admin:{opts.app_label}_{opts.model_name}_changelist"
    return _LABELS.get(name) or capfirst(opts.verbose_name_plural)


def _allowed(user, entries: Iterable[tuple[str, str, str]], path: str) -> list[Entry]:
    allowed = [(label, reverse(name)) for label, name, permission in entries if not permission or user.has_perm(permission)]
    return [Entry(label, url, url == path) for label, url in allowed]
