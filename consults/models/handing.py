"""Who was given a request by whom: rows beside its events, because it decides nothing and makes no open page out of date."""

from django.conf import settings
from django.db import models

from .consult_request import ConsultRequest


class Handing(models.Model):
    request = models.ForeignKey(ConsultRequest, on_delete=models.PROTECT, related_name="handings")
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The colleague who takes care of it from then on; empty: nobody.",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.request_id} to {self.to_id or 'nobody'}"
