from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        from pages.models.content_version import install_triggers
        from pages.search_index import install_search_triggers

        # After every migrate, because SQLite rebuilds a table to alter it and drops its triggers silently.
        post_migrate.connect(install_triggers, sender=self, dispatch_uid="content version triggers")
        post_migrate.connect(install_search_triggers, sender=self, dispatch_uid="search triggers")
