from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        from content import placeholders, review_rule
        from pages import facts
        from pages.models import Clinic

        placeholders.register(*facts.NAMES, values=lambda: facts.placeholder_values(facts.read_clinic()))
        placeholders.register_plain(*facts.PLAIN)
        review_rule.register(lambda: Clinic.objects.current().medical_review_first)
