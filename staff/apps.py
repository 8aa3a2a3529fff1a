from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = "sign-in"

    def ready(self) -> None:
        from staff import sign_in_signals
        from staff.roles import make_roles

        post_migrate.connect(make_roles, sender=self, dispatch_uid="roles")
        user_logged_in.connect(sign_in_signals.signed_in, dispatch_uid="signed in")
