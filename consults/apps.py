from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConsultsConfig(AppConfig):
    name = "consults"

    def ready(self) -> None:
        from consults import policy_facts
        from consults.models.event_guard import install_triggers
        from content import placeholders
        from pages import facts

        placeholders.register(*policy_facts.NAMES)
        facts.read_along(**policy_facts.columns())
        post_migrate.connect(install_triggers, sender=self, dispatch_uid="event triggers")
