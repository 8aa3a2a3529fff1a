"""How many more tries one client has: a token bucket, one row per client.

A client is a keyed hash, never an address or a name, and rows idle for a day are deleted.
"""

from django.db import models


class RateLimit(models.Model):
    client = models.CharField(max_length=40, primary_key=True, help_text="Keyed hash of the address or account.")
    tokens = models.FloatField(help_text="Tries left, as of `counted_at`.")
    counted_at = models.FloatField(db_index=True, help_text="Seconds since 1970, so that one statement can refill and take.")

    def __str__(self) -> str:
        return self.client[:8]
