"""Who owns the site: superusers, and staff with the role."""

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import User
from django.db.models import Q

from .roles import OWNERS

_IS_OWNER = Q(is_superuser=True) | Q(groups__name=OWNERS)
# Commands make accounts without a password too, and nobody can sign in to those.
_HAS_NO_PASSWORD = Q(password="") | Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)


def owners_who_can_sign_in():
    """Each once for each way in which they own the site."""
    return User.objects.filter(_IS_OWNER, is_active=True, is_staff=True).exclude(_HAS_NO_PASSWORD)
