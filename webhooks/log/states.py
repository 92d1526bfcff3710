"""What the log says of a delivery's state, and which ones a person may try again (W8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.models import Q

from integrations.reasons import Reason
from webhooks.choices import CrewEvent, DeliveryStatus, LogState
from webhooks.models import Delivery

# Beside SmartHR's events about people.
OTHER: Final = "other"
UNREADABLE: Final = "unreadable"
EVENT_CHOICES: Final = (
    *CrewEvent.choices,
    (OTHER, "その他のイベント"),
    (UNREADABLE, "読み取れないデータ"),
)
EVENT_LABELS: Final[Mapping[str, str]] = dict(EVENT_CHOICES)

# A reason stays from the try that failed; 「再実行」 takes it away.
_TRIED: Final = ~Q(reason="")
_PENDING: Final = Q(status=DeliveryStatus.PENDING)
STATES: Final[Mapping[str, Q]] = {
    LogState.PENDING: _PENDING & ~_TRIED,
    LogState.RETRYING: _PENDING & _TRIED,
    LogState.PROCESSED: Q(status=DeliveryStatus.PROCESSED),
    LogState.IGNORED: Q(status=DeliveryStatus.IGNORED),
    LogState.FAILED: Q(status=DeliveryStatus.FAILED),
}
# Nothing says what came, unless it was a name that is none of SmartHR's.
_NAMELESS: Final = Q(event="") & ~Q(reason=Reason.EVENT_IGNORED)
EVENTS: Final[Mapping[str, Q]] = {
    **{str(event): Q(event=event) for event in CrewEvent.values},
    OTHER: ~Q(event__in=CrewEvent.values) & ~_NAMELESS,
    UNREADABLE: _NAMELESS,
}


def state_of(delivery: Delivery) -> LogState:
    if delivery.status == DeliveryStatus.PENDING and delivery.reason:
        return LogState.RETRYING
    return LogState(delivery.status)


def state_label(delivery: Delivery) -> str:
    """With the number of tries, where they are what the state is about."""
    state = state_of(delivery)
    if state in {LogState.RETRYING, LogState.FAILED} and delivery.attempts:
        return f"{state.label}（{delivery.attempts:,}回）"
    return str(state.label)


def event_label(delivery: Delivery) -> str:
    if delivery.event in CrewEvent.values:
        return str(CrewEvent(delivery.event).label)
    is_nameless = not delivery.event and delivery.reason != Reason.EVENT_IGNORED
    return EVENT_LABELS[UNREADABLE if is_nameless else OTHER]


def is_parked(delivery: Delivery) -> bool:
    return delivery.status == DeliveryStatus.FAILED and delivery.reason == Reason.ATTEMPTS_EXHAUSTED


def may_be_retried(delivery: Delivery) -> bool:
    """Parked, or waiting after a failure; after 「再実行」 there is nothing more to ask for."""
    is_free = delivery.lease is None and delivery.taken_in and delivery.people > 0
    return is_parked(delivery) or (state_of(delivery) == LogState.RETRYING and is_free)
