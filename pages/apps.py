from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        from content import placeholders, review_rule
        from pages.facts import NAMES
        from pages.models import Clinic

        placeholders.register(*NAMES)
        review_rule.register(lambda: Clinic.objects.current().medical_review_first)
