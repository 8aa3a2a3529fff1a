from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = "getting in"

    def ready(self) -> None:
        from staff.roles import make_roles

        post_migrate.connect(make_roles, sender=self, dispatch_uid="roles")


class StaffAdminConfig(AdminConfig):
    """Django's admin with our site object: the same addresses and names."""

    default_site = "staff.site.StaffSite"
