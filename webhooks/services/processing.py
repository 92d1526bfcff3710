"""Working on what has come for one company, a slice at a time (W4–W8)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.utils import timezone

from companies.audit import Actor
from companies.models import ActorKind, Company
from companies.set_based import batches
from integrations.services.crew_batches import CrewResult, sync_crews
from webhooks.services.claims import MOST_CREWS, Batch, beat, claim, keep_alive
from webhooks.services.endings import fail, give_back, is_blamed, settle, wait_for_account
from webhooks.services.intake import ask_for_sync, take_in
from webhooks.services.troubles import Trouble, trouble_of
from webhooks.services.verdicts import may_process

log = logging.getLogger(__name__)

# After failures of its own, a delivery that names many is read in smaller pieces, so that those
# beside the one that fails are done.
PIECES: Final = (MOST_CREWS, 10, 1)
# So many pieces may fail before the rest waits for the next try.
MOST_FAILING: Final = 3


class LeaseLost(Exception):
    """Another took the batch over: whatever was read is not written here."""


@dataclass(slots=True)
class Slice:
    """What came of working for a while."""

    # The time was over before everything was done.
    more: bool = False
    # Nobody was free, or nothing due: what there is may be due soon.
    waits: bool = False
    tried: int = 0
    troubles: list[Trouble] = field(default_factory=list)


def process(company: Company, *, should_pause: Callable[[], bool], at_once: bool = False) -> Slice:
    """Batch after batch until nothing is due, the account is in trouble or the time is over."""
    done = Slice()
    while True:
        take_in(company, should_pause=should_pause)
        if not may_process(company):
            return done
        batch = claim(company, at_once=at_once)
        if batch is None:
            ask_for_sync(company)
            done.waits = True
            return done
        done.tried += 1
        trouble = work(batch, should_pause=should_pause)
        if trouble is not None:
            done.troubles.append(trouble)
        if should_pause():
            done.more = True
            return done


def work(batch: Batch, *, should_pause: Callable[[], bool]) -> Trouble | None:
    """One try of a batch, to its end: done, given back, or failed."""
    own: list[Trouble] = []
    try:
        for number, piece in enumerate(_pieces(batch)):
            if number and should_pause():
                give_back(batch)
                return own[0] if own else None
            trouble = _apply(batch, piece)
            if trouble is not None and not (trouble.is_own or is_blamed(batch, trouble)):
                wait_for_account(batch, trouble)
                return trouble
            if trouble is not None:
                own.append(trouble)
            if len(own) >= MOST_FAILING:
                break
        if own:
            fail(batch, own[0])
        else:
            give_back(batch)  # what one claim does not hold of a delivery that names many
    except LeaseLost:
        log.warning("company %s: a batch of deliveries was taken over", batch.company.pk)
    return own[0] if own else None


def _pieces(batch: Batch) -> Iterator[Sequence[UUID]]:
    failures = batch.deliveries[0].failures if len(batch.deliveries) == 1 else 0
    size = PIECES[min(failures, len(PIECES) - 1)]
    return batches(batch.crews, size) if batch.crews else iter([()])


def _apply(batch: Batch, piece: Sequence[UUID]) -> Trouble | None:
    """Reads and applies the people of one request, and marks them in the same transaction."""
    read_from = timezone.now()

    def guard() -> None:
        if not beat(batch):
            raise LeaseLost

    def finish(results: Mapping[UUID, CrewResult]) -> None:
        settle(batch, crews=piece, results=results, read_from=read_from)

    if not piece:  # others have done all of it
        settle(batch, crews=(), results={}, read_from=None)
        return None
    first = batch.deliveries[0]
    try:
        sync_crews(
            company=batch.company,
            crews={crew_id: batch.crews[crew_id] for crew_id in piece},
            actor=Actor(ActorKind.WEBHOOK, f"Webhook #{first.pk}", first.pk),
            guard=guard,
            finish=finish,
            on_request=lambda: keep_alive(batch),
        )
    except LeaseLost:
        raise
    except Exception as error:  # noqa: BLE001 - it is told apart there
        return trouble_of(batch.company, error)
    return None
