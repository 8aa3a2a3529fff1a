from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class ConsultsConfig(AppConfig):
    name = "consults"

    def ready(self) -> None:
        from consults import policy_facts
        from consults.models import event_guard, type_guard
        from content import placeholders
        from pages import facts

        values = policy_facts.placeholder_values
        placeholders.register(*policy_facts.NAMES, values=lambda: values(facts.read_clinic()))
        facts.read_along(**policy_facts.columns())
        post_migrate.connect(event_guard.install_triggers, sender=self, dispatch_uid="event triggers")
        pre_migrate.connect(type_guard.drop_triggers, sender=self, dispatch_uid="type triggers")
        post_migrate.connect(type_guard.install_triggers, sender=self, dispatch_uid="type triggers")
