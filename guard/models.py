"""A token bucket for each client, which counts the tries it has left.

A client is a keyed hash, never an IP address or a name, and rows are deleted after an idle day.
"""

from django.db import models


class RateLimit(models.Model):
    client = models.CharField(max_length=40, primary_key=True, help_text="Keyed hash of the IP address or account.")
    tokens = models.FloatField(help_text="Tries left, as of `counted_at`.")
    counted_at = models.FloatField(db_index=True, help_text="Seconds since 1970, so that one statement can refill and take.")

    def __str__(self) -> str:
        return self.client[:8]
