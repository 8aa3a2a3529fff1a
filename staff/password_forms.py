"""The forms of a new account and of a new password for one.

Django's own also offer to disable the password, for sites where people can sign in some other way. Here nobody can: it would
shut the person out for good, and a forgotten password would get no letter.
"""

from django.contrib.auth.forms import AdminPasswordChangeForm, UserCreationForm


class NewAccountForm(UserCreationForm):
    """Asks for a name and a password."""


class NewPasswordForm(AdminPasswordChangeForm):
    """Asks for the password twice. What a page of Django's would send to disable it is not read."""

    def __init__(self, user, *args, **kwargs) -> None:
        super().__init__(user, *args, **kwargs)
        self.fields.pop("usable_password", None)
        for name in ("password1", "password2"):
            self.fields[name].required = True
