from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ClinicSiteConfig(AppConfig):
    name = "clinic_site"

    def ready(self):
        from clinic_site import checks, erased_list  # noqa: F401  checks register themselves
        from consults import erased

        erased.keep_with(erased_list.add)


class ClinicAdminConfig(AdminConfig):
    """Django's admin with our site object, under the same URLs and names."""

    default_site = "clinic_site.admin_site.ClinicAdminSite"
