"""Password reset by mail, under the URL names that Django's admin looks for."""

from django.contrib.auth import views
from django.urls import path

from .password_reset import ForgottenPasswordView
from .rate_limits import limited

# Signs in at once: somebody who uses up the account's tries (`staff.rate_limits`) must not keep its person out. Nor must
# somebody on the clinic's own network who asks for letters all day, so each step has tries of its own.
_CHOOSE = limited(
    views.PasswordResetConfirmView.as_view(
        post_reset_login=True, post_reset_login_backend="django.contrib.auth.backends.ModelBackend"
    ),
    purpose="staff new password",
)
urlpatterns = [
    path(
        "password_reset/",
        limited(ForgottenPasswordView.as_view(), purpose="staff forgotten password"),
        name="admin_password_reset",
    ),
    path("password_reset/done/", views.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("reset/<uidb64>/<token>/", _CHOOSE, name="password_reset_confirm"),
    path("reset/done/", views.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
]
