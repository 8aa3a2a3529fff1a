from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        from content import placeholders, review_rule
        from pages.facts import NAMES, PLAIN
        from pages.models import Clinic

        placeholders.register(*NAMES)
        placeholders.register_plain(*PLAIN)
        review_rule.register(lambda: Clinic.objects.current().medical_review_first)
