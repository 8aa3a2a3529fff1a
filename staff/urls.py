"""Password reset by mail, under the URL names that Django's admin looks for, and the page of the first owner."""

from django.contrib.auth import views
from django.urls import path

from .first_owner import first_owner
from .password_reset import ForgottenPasswordView, holds_a_link
from .rate_limits import limited

# Signs in at once: somebody who uses up the account's tries (`staff.rate_limits`) must not keep its person out. Nor must
# somebody on the clinic's own network who posts all day, so each step has tries of its own, and who came by a letter's link
# is not counted with others: a stranger has no such link.
_CHOOSE = limited(
    views.PasswordResetConfirmView.as_view(
        post_reset_login=True, post_reset_login_backend="django.contrib.auth.backends.ModelBackend"
    ),
    purpose="staff new password",
    but_not=holds_a_link,
)
_FIRST_OWNER = limited(first_owner, purpose="staff first owner", but_not=lambda request: False)
urlpatterns = [
    path("first-owner/<token>/", _FIRST_OWNER, name="first_owner"),
    path("password_reset/", ForgottenPasswordView.as_view(), name="admin_password_reset"),
    path("password_reset/done/", views.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("reset/<uidb64>/<token>/", _CHOOSE, name="password_reset_confirm"),
    path("reset/done/", views.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
]
