"""How webhooks are sent, as far as a test or the demo may want it otherwise."""

from collections.abc import Callable

from simulator.store import AUTO

TRIES = 17
SANDBOX_TRIES = 5
TIMEOUT = 60.0
AT_ONCE = 4


def patient(failed: int) -> float:
    """Seconds to wait after so many failed tries.

    SmartHR publishes no steps. These come to 2.8 days over 17 tries and to 7 minutes over 5: both
    figures that it does publish, for production and for its sandbox.
    """
    return float(failed**4 + 15)


def for_people(failed: int) -> float:
    """Short enough for somebody who sits in front of the demo."""
    return min(60.0, 2.0**failed)


class WebhookSwitches:
    def __init__(self) -> None:
        # After so many tries a delivery is given up and its webhook disabled.
        self.webhook_tries = TRIES
        self.webhook_backoff: Callable[[int], float] = patient
        # Seconds within which the receiver must have answered.
        self.webhook_timeout = TIMEOUT
        self.webhooks_at_once = AT_ONCE
        # Never two of one crew at the same time, so that they arrive as they happened. A retry
        # holds up nobody. With one at once everything arrives as it happened.
        self.webhooks_in_order = True
        # How often everything is sent once more.
        self.webhook_duplicates = 0
        # How many of the coming deliveries get lost; counts down.
        self.webhook_drops = 0
        # Whole records although a webhook asked for ids.
        self.webhook_full_bodies = False
        # Bytes of white space inside each body, which stays valid JSON.
        self.webhook_padding = 0
        # AUTO is what the webhook was registered with, None no header at all.
        self.webhook_secret: object = AUTO
        # The crew behind the changes; None is an account without an employee.
        self.webhook_sender: str | None = None
        # An import tells of each crew, too, not only of itself.
        self.import_sends_each = False
