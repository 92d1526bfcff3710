"""Background work of the operator. Messages carry ids; the state is in the rows."""

import time
from typing import Final

from celery import shared_task

from operators.models import ErasureProof
from operators.services.contracts import stop_ended_contracts
from operators.services.erasure import carry_on, unfinished
from operators.services.reminders import remind_of_erasures

# A worker is free again for others after this many seconds.
SLICE: Final = 20.0


@shared_task(name="operators.erase")
def erase(proof_pk: int) -> None:
    """P3: a slice of an erasure; asks for the next one itself. Two at once do no harm."""
    if not ErasureProof.objects.filter(pk=proof_pk, done_at=None).exists():
        return
    until = time.monotonic() + SLICE
    if not carry_on(proof_pk, should_pause=lambda: time.monotonic() > until):
        erase.apply_async(args=(proof_pk,), countdown=1)


@shared_task(name="operators.resume_erasures")
def resume_erasures() -> None:
    """P3: those whose message was lost, or whose worker died."""
    for proof_pk in unfinished():
        erase.delay(proof_pk)


@shared_task(name="operators.stop_ended_contracts")
def stop_contracts() -> None:
    stop_ended_contracts()


@shared_task(name="operators.remind_of_erasures")
def remind() -> None:
    remind_of_erasures()
