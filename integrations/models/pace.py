"""How fast one token may ask, shared by all workers."""

from django.db import models


class TokenPace(models.Model):
    # HMAC of the token and the API's address, never the token.
    key = models.CharField(max_length=64, unique=True)
    # Seconds since the epoch.
    next_at = models.FloatField(default=0)
    blocked_until = models.FloatField(default=0)
    # {minute since the epoch: requests}, the last hour.
    minutes = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.key[:8]
