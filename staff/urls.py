"""Password reset by mail, under the URL names that Django's admin looks for."""

from django.contrib.auth import views
from django.urls import path

from .password_reset import ForgottenPasswordForm
from .rate_limits import limited

urlpatterns = [
    path(
        "password_reset/",
        limited(views.PasswordResetView.as_view(form_class=ForgottenPasswordForm, extra_context={"title": "Forgotten password"})),
        name="admin_password_reset",
    ),
    path("password_reset/done/", views.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("reset/<uidb64>/<token>/", limited(views.PasswordResetConfirmView.as_view()), name="password_reset_confirm"),
    path("reset/done/", views.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
]
