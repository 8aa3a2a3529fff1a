"""The roles and their permissions, which every migrate restores.

A manual change to one of these groups is undone by the next update. For other permissions, add another group.
"""

from django.apps import apps as all_apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db.models import Q

ROLES = FRONT_DESK, CLINICIANS, EDITORS, OWNERS = "Front desk", "Clinicians", "Editors", "Owners"
CONTENT_APPS = ("content", "pages", "blog")

_REQUESTS = ("view_consultrequest", "change_consultrequest", "view_outboxmessage", "change_outboxmessage")
_DESK = (*_REQUESTS, "view_openinghours", "view_specialhours")
_PERMISSIONS: dict[str, dict[str, tuple[str, ...]]] = {
    FRONT_DESK: {"consults": _DESK},
    # Licensed ones: they alone may decline for another kind of care. An owner who is one has both roles.
    CLINICIANS: {"consults": (*_DESK, "give_clinicians_reason")},
    EDITORS: {},
    OWNERS: {
        "consults": (
            *_REQUESTS,
            *("export_consultrequest", "erase_consultrequest", "view_accessrecord", "view_monthlycount"),
            *(f"{verb}_{model}" for model in ("openinghours", "specialhours") for verb in ("view", "add", "change", "delete")),
            *(
                f"{verb}_{model}"
                for model in ("consultpolicy", "reason", "referralsource", "printedsheet", "listing")
                for verb in ("view", "add", "change")
            ),
        ),
        "clinic_site": ("end_hold",),
        "auth": ("view_user", "add_user", "change_user", "view_group"),
        "staff": ("view_signin",),
    },
}
_WITH_ALL_CONTENT = {EDITORS, OWNERS}
_WITH_OWNERS_FACTS = {OWNERS}
# Editors see old addresses: where one leads is no question of words.
_OWNERS_ALONE = ("change_owners_facts", *(f"{verb}_oldaddress" for verb in ("add", "change", "delete")))


def make_roles(*, using: str = "default", apps=all_apps, **_) -> None:
    """Creates the groups and gives each exactly its permissions. Safe to run again (post_migrate)."""
    # Permissions are created app by app in the same signal, so those of later apps may not exist yet.
    for config in all_apps.get_app_configs():
        create_permissions(config, verbosity=0, using=using)
    for name, by_app in _PERMISSIONS.items():
        wanted = Q(pk__in=[])
        for app, codenames in by_app.items():
            wanted |= Q(content_type__app_label=app, codename__in=codenames)
        if name in _WITH_ALL_CONTENT:
            wanted |= _content_permissions()
        if name not in _WITH_OWNERS_FACTS:
            wanted &= ~Q(codename__in=_OWNERS_ALONE)
        group, _made = Group.objects.using(using).get_or_create(name=name)
        group.permissions.set(Permission.objects.using(using).filter(wanted))


def _content_permissions() -> Q:
    """All permissions for content apps, including future models. History may only be viewed."""
    history = Q(content_type__model__startswith="historical") & ~Q(codename__startswith="view_")
    return Q(content_type__app_label__in=CONTENT_APPS) & ~history
