from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class ContentConfig(AppConfig):
    name = "content"

    def ready(self) -> None:
        from content.models.content_version import install_triggers
        from content.search_index import install_search_triggers

        post_migrate.connect(install_triggers, sender=self, dispatch_uid="content version triggers")
        post_migrate.connect(install_search_triggers, sender=self, dispatch_uid="search triggers")
        # In this module each app registers its prelaunch checks, as it registers its models with the admin in `admin.py`.
        autodiscover_modules("prelaunch_checks")
