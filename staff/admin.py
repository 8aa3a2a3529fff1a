"""The admin for staff accounts, which owners manage."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST
from django_otp_webauthn.models import WebAuthnCredential

from . import second_factor
from .models import Phone
from .owners import owners_who_can_sign_in
from .password_forms import NewAccountForm, NewPasswordForm
from .roles import OWNERS
from .session_pages import sessions_of
from .sign_in_admin import SignInAdmin  # noqa: F401  registers itself

admin.site.unregister(User)


class StaffUserForm(UserChangeForm):
    def clean(self):
        """At least one owner who can sign in must remain."""
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("groups") and not (cleaned.get("is_staff") or self.instance.is_staff):
            message = "Check this too: a person with a role cannot sign in without it."
            self.add_error("is_staff", ValidationError(message, code="role_without_desk"))
        if self._stays_owner(cleaned):
            return cleaned
        # Locked until this is saved: two owners who deactivate each other at the same moment would both see another one left. In
        # one order, so that neither waits for a row that the other holds.
        accounts = User.objects.filter(is_active=True, is_staff=True).order_by("pk").select_for_update()
        locked = list(accounts.values_list("pk", flat=True))
        owners = set(owners_who_can_sign_in().filter(pk__in=locked).values_list("pk", flat=True))
        if owners == {self.instance.pk}:
            message = "This is the last owner who can sign in. Make another person with a password an owner first."
            raise ValidationError(message, code="last_owner")
        return cleaned

    def _stays_owner(self, cleaned: dict) -> bool:
        groups = cleaned.get("groups")
        is_owner = cleaned.get("is_superuser", self.instance.is_superuser) or (
            groups is not None and any(group.name == OWNERS for group in groups)
        )
        return bool(cleaned.get("is_active") and cleaned.get("is_staff") and is_owner)


@admin.register(User)
class StaffUserAdmin(UserAdmin):
    """Accounts are never deleted, so that the history stays attributed; people who leave are deactivated."""

    form = StaffUserForm
    add_form = NewAccountForm
    add_fieldsets = [(None, {"classes": ["wide"], "fields": ["username", "password1", "password2"]})]
    change_password_form = NewPasswordForm
    change_user_password_template = "registration/set_password.html"  # noqa: S105
    list_display = ["username", "email", "first_name", "last_name", "is_active", "is_staff", "has_second_step", "last_login"]
    list_filter = ["is_active", "is_staff", "groups"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []

    def get_urls(self):
        remove = self.admin_site.admin_view(require_POST(self.remove_second_factor))
        return [
            path("<int:pk>/second-factor/", remove, name="auth_user_second_factor"),
            path("<int:pk>/sessions/", self.admin_site.admin_view(self.sessions_view), name="auth_user_sessions"),
            *super().get_urls(),
        ]

    def get_queryset(self, request):
        phone, passkeys = (Exists(kind.objects.filter(user=OuterRef("pk"))) for kind in (Phone, WebAuthnCredential))
        return super().get_queryset(request).annotate(has_second_step=phone | passkeys)

    def get_fieldsets(self, request, obj=None):
        """Hides direct permissions, which come only from roles, and lets only a superuser make superusers."""
        if obj is None:
            return self.add_fieldsets
        hidden = {"user_permissions"} if request.user.is_superuser else {"user_permissions", "is_superuser"}
        fieldsets = super().get_fieldsets(request, obj)
        return [(name, {**parts, "fields": [f for f in parts["fields"] if f not in hidden]}) for name, parts in fieldsets]

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "groups":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request, obj=None):
        """Keeps an owner who is not a superuser from taking over a superuser's account."""
        is_above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not is_above

    def has_delete_permission(self, request, obj=None):
        return False

    def remove_second_factor(self, request, pk: int):
        user = get_object_or_404(User, pk=pk)
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        message = "Second step removed; the next sign-in sets up a new one."
        second_factor.remove(user, by=request.user, message=message, now=timezone.now())
        messages.success(request, f"{user} will set up a new second step at the next sign-in.")
        return redirect("admin:auth_user_change", pk)

    def sessions_view(self, request, pk: int):
        return sessions_of(request, pk, each_context=self.admin_site.each_context(request))

    @admin.display(description="second step", boolean=True)
    def has_second_step(self, obj):
        return obj.has_second_step
