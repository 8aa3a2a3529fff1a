from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        from content import placeholders
        from pages.facts import NAMES

        placeholders.register(*NAMES)
