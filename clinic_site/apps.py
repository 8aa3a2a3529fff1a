import gc

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ClinicSiteConfig(AppConfig):
    name = "clinic_site"

    def ready(self):
        from clinic_site import checks, erased_list  # noqa: F401  checks register themselves
        from consults import erased

        erased.keep_with(erased_list.add)
        # What is loaded stays for good, so looking for garbage in it is a third of a start for nothing: `manage.py` and
        # `gunicorn.conf.py` stop that, and from here on only what comes later is looked at.
        gc.freeze()
        gc.enable()


class ClinicAdminConfig(AdminConfig):
    """Django's admin with our site object, under the same URLs and names."""

    default_site = "clinic_site.admin_site.ClinicAdminSite"
