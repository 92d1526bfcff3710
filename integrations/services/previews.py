"""差分プレビュー: what a sync would do, planned in the background, writing nothing (X1)."""

from __future__ import annotations

from companies.models import Company
from companies.requests import SignedInPerson
from integrations.choices import RunKind, Trigger
from integrations.models import SyncRun
from integrations.services.connection import UNSET, Unset
from integrations.services.runs import start_run
from integrations.services.snapshot import PREVIEWED_SLOT


def start_preview(
    *,
    company: Company,
    actor: SignedInPerson | None,
    trigger: Trigger = Trigger.SCREEN,
    slot: int | Unset | None = UNSET,
) -> tuple[SyncRun, bool]:
    """Like `start_run`; with a slot: as if that one were saved as グループとして適用する部署."""
    options = {} if slot is UNSET else {PREVIEWED_SLOT: slot}
    return start_run(
        company=company, kind=RunKind.PREVIEW, trigger=trigger, actor=actor, options=options
    )
