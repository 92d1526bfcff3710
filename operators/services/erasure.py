"""Erasing a company 30 days after its contract ended: all of it, with a proof left (P3).

Begun once, carried on by whoever comes by. Every step looks for what is still there, so that a
worker that was killed leaves nothing but a beginning, and two at once do no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final

from celery import current_app
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from companies.models import Company
from companies.refusals import Problem, Refused
from employees.services.removal import lock_company
from integrations.choices import RunStatus
from integrations.models import SmartHRIntegration, SyncRun
from integrations.services.parting import leave_smarthr
from integrations.services.webhook_claim import RegistrationBusy
from operators.contracts import KEPT_DAYS, erasable_on, is_erasable
from operators.models import ErasureProof, WebhookAtSmartHR
from operators.services.erasure_targets import Target, targets
from operators.services.lockout import end_sessions, forget_guesses, lock_out

BATCH: Final = 1000
FILES: Final = "files"
# What comes in while the last rows go is met by another round.
ROUNDS: Final = 5


@transaction.atomic
def begin_erasure(*, company: Company, confirmation: str, asked_by: str) -> ErasureProof:
    """From now on there is no way back. Raises Refused.

    Nothing is synced from here, and a run that goes on loses its lease. A worker does the rest.
    """
    lock_company(company.pk)
    company.refresh_from_db()
    ended_on = _checked_end(company, confirmation)
    proof, is_new = ErasureProof.objects.get_or_create(
        company_pk=company.pk,
        defaults={
            "company_code": company.code,
            "contract_ended_on": ended_on,
            "asked_by": asked_by[:300],
        },
    )
    if is_new:
        _stop_work(company)
        # A broker that is down costs nothing but a minute: the sweep finds the row.
        transaction.on_commit(lambda: _ask_worker(proof.pk), robust=True)
    return proof


def erase_company(*, company: Company, confirmation: str, asked_by: str) -> ErasureProof:
    """Begins and does all of it, for a command. Raises Refused."""
    proof = begin_erasure(company=company, confirmation=confirmation, asked_by=asked_by)
    carry_on(proof.pk)
    proof.refresh_from_db()
    return proof


def unfinished() -> list[int]:
    rows = ErasureProof.objects.filter(done_at=None).order_by("begun_at")
    return list(rows.values_list("pk", flat=True))


def carry_on(proof_pk: int, *, should_pause: Callable[[], bool] = lambda: False) -> bool:
    """Whether it is done; False where it has to be carried on later."""
    proof = ErasureProof.objects.get(pk=proof_pk)
    company = Company.objects.filter(pk=proof.company_pk).first()
    if company is not None:
        if not _leave_smarthr(proof, company):
            return False
        lock_out(company)
        end_sessions(proof, company)
        forget_guesses(proof, company)
        for _ in range(ROUNDS):
            if not _erase_rows(proof, company, should_pause):
                return False
            if _erase_company_row(company):
                break
        else:
            return False
    done = ErasureProof.objects.filter(pk=proof_pk, done_at=None)
    done.update(done_at=timezone.now())
    return True


def _checked_end(company: Company, confirmation: str) -> date:
    if company.is_operator:
        raise Refused("運営会社は消去できません。")
    ended_on = company.contract_ended_on
    if ended_on is None:
        raise Refused("契約終了日がないため、消去できません。先に契約終了日を設定してください。")
    if not is_erasable(ended_on, timezone.localdate()):
        raise Refused(
            f"契約の終了から{KEPT_DAYS}日が過ぎていないため、消去できません。"
            f"{erasable_on(ended_on):%Y/%m/%d}から消去できます。"
        )
    if confirmation.strip() != company.code:
        text = f"確認のため、この会社の企業ID「{company.code}」を入力してください。"
        raise Refused(problems=[Problem("confirmation", text)])
    return ended_on


def _stop_work(company: Company) -> None:
    now = timezone.now()
    rows = SmartHRIntegration.objects.for_company(company)
    rows.filter(plan_stopped_at=None).update(plan_stopped_at=now)
    SyncRun.objects.for_company(company).active().update(
        status=RunStatus.CANCELLED, finished_at=now, lease=None, not_before=None
    )


def _ask_worker(proof_pk: int) -> None:
    current_app.send_task("operators.erase", args=[proof_pk])


def _leave_smarthr(proof: ErasureProof, company: Company) -> bool:
    """Once, before the token goes; whoever registers at this moment is waited for."""
    if proof.webhook:
        return True
    left: bool | None = None
    if SmartHRIntegration.objects.for_company(company).exists():
        try:
            left = leave_smarthr(company)
        except RegistrationBusy:  # or another worker has gone on, and the row is gone
            return False
    names = {None: WebhookAtSmartHR.NONE, True: WebhookAtSmartHR.REMOVED}
    unsaid = ErasureProof.objects.filter(pk=proof.pk, webhook="")
    unsaid.update(webhook=names.get(left, WebhookAtSmartHR.LEFT))
    return True


def _erase_rows(proof: ErasureProof, company: Company, should_pause: Callable[[], bool]) -> bool:
    """False: it is time to let another work, and there is more."""
    for target in targets():
        for parent in target.own_parents:
            rows = target.rows(company.pk).filter(**{f"{parent}__isnull": False})
            rows.update(**{parent: None})
        while _erase_batch(proof.pk, target, company.pk):
            if should_pause():
                return False
    return True


def _erase_batch(proof_pk: int, target: Target, company_pk: int) -> bool:
    """Some rows with their files, and their number in the proof; False where there was none.

    Files go first: a row that is there still is found again, a file without a row is not.
    """
    with transaction.atomic():
        proof = ErasureProof.objects.select_for_update().get(pk=proof_pk)
        rows = target.rows(company_pk)
        keys = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not keys:
            return False
        batch = rows.filter(pk__in=keys)
        for field in target.file_fields:
            proof.add(FILES, _delete_files(batch, field))
        for label, number in batch.delete()[1].items():
            proof.add(label, number)
        proof.save(update_fields=["counts"])
    return True


def _delete_files(rows: object, field: str) -> int:
    names = rows.exclude(**{field: ""}).values_list(field, flat=True)  # type: ignore[attr-defined]
    deleted = 0
    for name in sorted({name for name in names if name}):
        if default_storage.exists(name):
            default_storage.delete(name)
            deleted += 1
    return deleted


def _erase_company_row(company: Company) -> bool:
    """False where something has come in meanwhile."""
    with transaction.atomic():
        row = Company.objects.select_for_update().filter(pk=company.pk).first()
        if row is None:  # another was faster
            return True
        if any(target.rows(company.pk).exists() for target in targets()):
            return False
        row.delete()
    return True
