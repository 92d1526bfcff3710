"""The ledger of a real run: rows, in short transactions, under a lease."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

from companies.audit import Actor
from companies.models import ActorKind
from companies.set_based import batches
from integrations.choices import (
    SYNC_KINDS,
    UNATTENDED,
    Outcome,
    Phase,
    RunKind,
    RunStatus,
    Subject,
)
from integrations.models import (
    RunPage,
    RunRecord,
    SyncRun,
)
from integrations.smarthr.records import Crew, Page
from integrations.sync import approvals, people_writes, read_before
from integrations.sync.company_records import CompanyRecords
from integrations.sync.held import page_from_json, page_to_json
from integrations.sync.lease import hold_lease, rows_of
from integrations.sync.ledger import LeaseLost, Line, StoredPage
from integrations.sync.progress import Progress
from integrations.sync.types import SyncSettings
from integrations.sync.whole_steps import whole_or_not_at_all


class DatabaseLedger(CompanyRecords):
    def __init__(self, run: SyncRun, lease: UUID, settings: SyncSettings) -> None:
        super().__init__(
            run.company,
            RunKind(run.kind),
            settings,
            actor=Actor(ActorKind.SYNC, f"{_noun(run)} #{run.pk}", run.pk),
            version=run.settings_version,
        )
        self.run = self.proposed_by = run
        self.unattended = run.trigger in UNATTENDED
        self.lease = lease
        self.requests: Callable[[], int] = lambda: run.requests
        self.progress = Progress.from_json(run.progress)
        if run.counts:
            self.counts = copy.deepcopy(run.counts)

    # --- steps ------------------------------------------------------------------------------
    def step(self, work: Callable[[], None]) -> None:
        before = self.progress.to_json(), copy.deepcopy(self.counts)

        def hold_and_work() -> None:
            hold_lease(self.run, self.lease, to_its_end=self.progress.has_deleted)
            work()
            self._save()

        def undo() -> None:
            self.progress, self.counts = Progress.from_json(before[0]), copy.deepcopy(before[1])

        whole_or_not_at_all(hold_and_work, undo=undo)

    def _save(self) -> None:
        progress = self.progress
        self._runs().update(
            phase=progress.phase,
            phase_done=progress.done,
            phase_total=progress.total,
            progress=progress.to_json(),
            counts=self.counts,
            unreadable=progress.unreadable,
            requests=self.requests(),
            page_in_hand={},
        )

    def _runs(self) -> Any:
        return rows_of(self.run)

    # --- pages ------------------------------------------------------------------------------
    def save_page(self, page: StoredPage) -> None:
        RunPage.objects.create(
            run=self.run,
            phase=page.phase,
            reading=page.reading,
            number=page.number,
            ids=list(page.ids),
            total=page.total,
            held=list(page.held),
            wishes=dict(page.wishes),
        )

    def pages(self, phase: Phase, reading: int | None = None) -> Sequence[StoredPage]:
        rows = RunPage.objects.filter(run=self.run, phase=phase).order_by("reading", "number")
        if reading is not None:
            rows = rows.filter(reading=reading)
        return [
            StoredPage(
                Phase(row.phase), row.reading, row.number, row.ids, row.total, row.held, row.wishes
            )
            for row in rows
        ]

    def hold_page(self, page: Page[Crew]) -> None:
        data = page_to_json(page, self.settings)
        held = self._runs().filter(lease=self.lease, status=RunStatus.RUNNING)
        if not held.update(page_in_hand=data, heartbeat_at=timezone.now()):
            raise LeaseLost

    def page_in_hand(self) -> Page[Crew] | None:
        data = self._runs().values_list("page_in_hand", flat=True).get()
        page = page_from_json(data) if data else None
        return page if page and page.number == self.progress.crews.page else None

    def created_among(self, pks: Collection[int]) -> set[int]:
        created: set[int] = set()
        for batch in batches(pks):
            records = RunRecord.objects.for_company(self.run.company_id).filter(
                run=self.run, outcome=Outcome.CREATED, subject=Subject.EMPLOYEE
            )
            keys = records.filter(object_pk__in=batch).values_list("object_pk", flat=True)
            created |= {key for key in keys if key is not None}
        return created

    # --- approved deletions ---------------------------------------------------------------------
    def approved(self, subject: Subject) -> set[UUID]:
        return approvals.approved(self.run, subject)

    def note_approved(self, subject: Subject, records: Mapping[int, str]) -> None:
        approvals.note(self.run, subject, records)

    def release_approved(self) -> None:
        approvals.release(self.run)

    # --- the account and the report -----------------------------------------------------------
    def outcomes(self, subject: Subject, ids: Collection[str]) -> dict[str, Outcome]:
        rows = RunRecord.objects.for_company(self.run.company_id).filter(
            run=self.run, subject=subject
        )
        found: dict[str, Outcome] = {}
        for batch in batches(ids):
            met = rows.filter(smarthr_id__in=batch).exclude(outcome=Outcome.UNCHANGED)
            for record_id, outcome in met.order_by("pk").values_list("smarthr_id", "outcome"):
                found[record_id] = Outcome(outcome)
        return found

    def add_lines(self, lines: Sequence[Line]) -> None:
        people_writes.add_lines(lines, run=self.run)

    def reported(self) -> set[UUID]:
        return read_before.reported_crews(self.company, but=self.run.pk)

    def rename_created(self, crew: UUID, employee_id: str) -> None:
        rows = RunRecord.objects.for_company(self.run.company_id).filter(
            run=self.run, smarthr_id=str(crew), outcome=Outcome.CREATED
        )
        for row in rows:
            name = row.label.rsplit("（", 1)[0]
            row.label = f"{name}（{employee_id}）"
            if row.changes:
                row.changes = {**row.changes, "employee_id": [None, employee_id]}
            row.save(update_fields=["label", "changes"])


def _noun(run: SyncRun) -> str:
    return "同期" if run.kind in SYNC_KINDS else str(run.get_kind_display())
