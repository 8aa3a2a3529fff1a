"""Password reset by mail. The second step is not affected."""

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm


class ForgottenPasswordForm(PasswordResetForm):
    def get_users(self, email):
        return (user for user in super().get_users(email) if user.is_staff)

    def save(self, *args, **options):
        """Sends the mail with links from PUBLIC_URL, never from the request."""
        host = settings.PUBLIC_URL.partition("://")[2]
        own = {"domain_override": host, "use_https": settings.PUBLIC.is_https}
        return super().save(*args, **options | own | {"extra_email_context": {"public_url": settings.PUBLIC_URL}})
