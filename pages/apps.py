from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        from content import placeholders
        from pages import facts

        placeholders.register(*facts.NAMES, values=lambda: facts.placeholder_values(facts.read_clinic()))
