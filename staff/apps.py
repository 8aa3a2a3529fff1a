from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = "sign-in"

    def ready(self) -> None:
        from staff.roles import make_roles

        post_migrate.connect(make_roles, sender=self, dispatch_uid="roles")
