from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class GuardConfig(AppConfig):
    name = "guard"

    def ready(self) -> None:
        # In this module each app registers its sealed rows, as it registers its models with the admin in `admin.py`.
        autodiscover_modules("rotation")
