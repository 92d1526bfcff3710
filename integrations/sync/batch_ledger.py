"""The ledger of the crews of some deliveries: rows, in one transaction, beside any run (W5a)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final
from uuid import UUID

from companies.audit import Actor
from integrations.choices import Outcome, Phase, RunKind, Subject, UnattendedKind
from integrations.models import SmartHRIntegration
from integrations.reasons import Reason
from integrations.smarthr.records import Crew, Page
from integrations.sync.company_records import CompanyRecords
from integrations.sync.kept_lines import KeptLines
from integrations.sync.ledger import Line, StoredPage
from integrations.sync.outcomes import StopRun
from integrations.sync.plan_deletions import people_limit
from integrations.sync.progress import Progress, no_counts
from integrations.sync.recent_acts import acts_lately
from integrations.sync.types import SyncSettings
from integrations.sync.whole_steps import whole_or_not_at_all

# What counts for a record of which several things are said, the weightiest last.
WEIGHT: Final = (
    Outcome.UNCHANGED,
    Outcome.LEFT_OUT,
    Outcome.UPDATED,
    Outcome.CREATED,
    Outcome.DELETED,
)


class BatchLedger(KeptLines, CompanyRecords):
    def __init__(
        self,
        integration: SmartHRIntegration,
        settings: SyncSettings,
        *,
        actor: Actor,
        guard: Callable[[], None],
        unattended: bool = True,
    ) -> None:
        """`guard` runs first in every step; it raises where the work is not ours any more."""
        super().__init__(
            integration.company,
            RunKind.CHANGED,
            settings,
            actor=actor,
            version=integration.settings_version,
        )
        self.unattended = unattended
        self._guard = guard
        self._pages: list[StoredPage] = []
        self.forget_lines()

    def step(self, work: Callable[[], None]) -> None:
        before, pages = self.progress.to_json(), list(self._pages)

        def hold_and_work() -> None:
            self._guard()
            if self._integration().settings_version != self.version:
                raise StopRun(Reason.SETTINGS_CHANGED, confirm=False)
            work()

        def undo() -> None:
            self.progress, self._pages = Progress.from_json(before), list(pages)
            self.counts = {"departments": no_counts(), "employees": no_counts()}
            self.forget_lines()

        whole_or_not_at_all(hold_and_work, undo=undo)

    # --- pages: nothing goes on after this batch -------------------------------------------------
    def save_page(self, page: StoredPage) -> None:
        self._pages.append(page)

    def pages(self, phase: Phase, reading: int | None = None) -> Sequence[StoredPage]:
        return [p for p in self._pages if p.phase == phase and reading in (None, p.reading)]

    def hold_page(self, page: Page[Crew]) -> None:
        """Whoever takes the deliveries over reads their crews again."""

    def page_in_hand(self) -> Page[Crew] | None:
        return None

    def created_among(self, pks: Collection[int]) -> set[int]:
        created = {line.object_pk for line in self.lines if line.outcome == Outcome.CREATED}
        return {pk for pk in pks if pk in created}

    # --- what webhooks have done lately ----------------------------------------------------------
    def deletions_left(self) -> tuple[int, int]:
        """W7: how many people may go now, and in an hour. The step holds the company's lock."""
        deleted = acts_lately(self.company, UnattendedKind.DELETION)
        limit = people_limit(int(self._employees().linked().count()) + deleted)
        return max(limit - deleted, 0), limit

    def linked_among(self, crews: Collection[UUID]) -> dict[UUID, tuple[int, str]]:
        """Crew id -> primary key and name of the linked employee, without a lock."""
        rows = self._employees().linked().filter(smarthr_id__in=list(crews))
        return {employee.smarthr_id: (employee.pk, employee.label) for employee in rows}

    def holders_crews(self, employee_ids: Collection[str]) -> set[UUID]:
        """S3: crews of the linked people who have these 社員ID."""
        rows = self._employees().linked().filter(employee_id__in=list(employee_ids))
        return set(rows.values_list("smarthr_id", flat=True))

    def crews_with_new_login(self) -> set[UUID]:
        """Whose 社員ID has changed, new people aside."""
        return {
            UUID(line.smarthr_id)
            for line in self.lines
            if line.outcome == Outcome.UPDATED and "employee_id" in line.changes
        }

    def line_of(self, crew: UUID) -> Line | None:
        """What the report says of a crew, in one line."""
        said = [
            line
            for line in self.lines
            if line.subject == Subject.EMPLOYEE and line.smarthr_id == str(crew)
        ]
        return merged_line(said) if said else None

    # --- a batch approves nothing ----------------------------------------------------------------
    def approved(self, subject: Subject) -> set[UUID]:
        return set()

    def note_approved(self, subject: Subject, records: object) -> None:
        """None were approved."""

    def release_approved(self) -> None:
        """None were approved."""


def merged_line(lines: Sequence[Line]) -> Line:
    """The lines of one record as one: it counts as the weightiest of its outcomes."""
    first = lines[0]
    return Line(
        subject=first.subject,
        smarthr_id=first.smarthr_id,
        label=lines[-1].label,
        outcome=max((line.outcome for line in lines), key=WEIGHT.index),
        changes={key: pair for line in lines for key, pair in line.changes.items()},
        notes=tuple(note for line in lines for note in line.notes),
        object_pk=next((line.object_pk for line in lines if line.object_pk is not None), None),
    )
