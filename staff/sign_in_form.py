"""The form of the sign-in page."""

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.validators import MaxLengthValidator


class SignInForm(AdminAuthenticationForm):
    """Refuses a name that no account can have. Django's own form tells browsers how long one may be, and takes any length: each
    try would be kept whole, or be more than its column holds.
    """

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].validators.append(MaxLengthValidator(self.username_field.max_length))
