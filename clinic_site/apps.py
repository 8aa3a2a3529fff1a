from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ClinicSiteConfig(AppConfig):
    name = "clinic_site"

    def ready(self):
        from . import checks  # noqa: F401  registers them


class ClinicAdminConfig(AdminConfig):
    """Django's admin with our site object, under the same URLs and names."""

    default_site = "clinic_site.admin_site.ClinicAdminSite"
