"""How many more booking posts one client address may send: a token bucket, one row an address.

The address itself is never stored, only a keyed hash, and rows idle for a day are deleted.
"""

from django.db import models


class ClientBudget(models.Model):
    client = models.CharField(max_length=40, primary_key=True, help_text="Keyed hash of the address.")
    tokens = models.FloatField(help_text="Posts left, as of `counted_at`.")
    counted_at = models.FloatField(db_index=True, help_text="Seconds since 1970, so that one statement can refill and spend.")

    def __str__(self) -> str:
        return self.client[:8]
