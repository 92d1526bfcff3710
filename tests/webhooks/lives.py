"""Time that passes for deliveries, workers that die, and SmartHR in trouble."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from integrations.models import TokenPace
from simulator.account import Account
from simulator.faults import Fault
from tests.integrations.conftest import Customer
from tests.webhooks.posts import send
from webhooks.models import Delivery, DeliveryCrew, Inbox
from webhooks.services.claims import Batch, claim
from webhooks.services.intake import take_in
from webhooks.services.processing import Slice, process


def rows(inbox: Customer) -> Any:
    return Delivery.objects.for_company(inbox.company)


def slice_of_work(inbox: Customer) -> Slice:
    """What a worker does with one message."""
    return process(inbox.company, should_pause=lambda: False)


def taken_by_another(inbox: Customer) -> Batch:
    """A worker has claimed what is due, and is at it."""
    take_in(inbox.company)
    batch = claim(inbox.company)
    assert batch is not None
    return batch


def lapse(inbox: Customer) -> None:
    """As if the workers had been silent for longer than a lease."""
    rows(inbox).exclude(lease=None).update(lease_until=timezone.now() - timedelta(seconds=1))


def own_wait_over(inbox: Customer) -> None:
    rows(inbox).exclude(not_before=None).update(not_before=timezone.now())


def hold_over(inbox: Customer) -> None:
    TokenPace.objects.update(blocked_until=0)
    Inbox.objects.for_company(inbox.company).exclude(held_until=None).update(
        held_until=timezone.now()
    )


def rest_over(inbox: Customer) -> None:
    """As if everybody had been read some time ago."""
    DeliveryCrew.objects.for_company(inbox.company).exclude(done_at=None).update(
        done_at=timezone.now() - timedelta(minutes=1)
    )


def received(inbox: Customer, at: datetime) -> None:
    """As if everything had come then."""
    rows(inbox).update(received_at=at, waits_since=at)


def hold_of(inbox: Customer) -> Inbox:
    found: Inbox = Inbox.objects.for_company(inbox.company).get()
    return found


def seconds_held(inbox: Customer) -> int:
    until = hold_of(inbox).held_until
    assert until is not None
    return round((until - timezone.now()).total_seconds())


def poison(inbox: Customer, account: Account, kind: str = "html200", **options: Any) -> str:
    """A linked person of whom SmartHR's answer is nonsense, whoever is asked for beside them."""
    crew = account.add_crew()
    inbox.sync()
    account.delete_crew(crew)
    fault: Fault = account.fail(kind, f"/crews/{crew}", times=None, **options)
    assert fault.hits == 0
    return crew


def parked(inbox: Customer, account: Account, event: str = "crew_updated") -> str:
    """A person whose delivery was parked; SmartHR is well again."""
    crew = account.add_crew()
    send(inbox, event, crew)
    rows(inbox).update(failures=9)
    fault = account.fail("html200", times=None)
    slice_of_work(inbox)
    fault.cancel()
    assert rows(inbox).latest("pk").status == "failed"
    return crew
