from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        from content import placeholders
        from pages.facts import NAMES, PLAIN

        placeholders.register(*NAMES)
        placeholders.register_plain(*PLAIN)
