"""X1: a dry run in the background: planned in memory, shown while it goes on, kept as a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction

from companies.set_based import batches
from integrations.choices import Outcome, RunKind, Subject
from integrations.models import SyncRun
from integrations.reasons import Reason
from integrations.sync.lease import hold_lease, rows_of
from integrations.sync.ledger import Line
from integrations.sync.lines import line_about
from integrations.sync.memory import MemoryLedger, Records
from integrations.sync.people_writes import add_lines
from integrations.sync.types import Note, SyncSettings
from integrations.texts_by_kind import MADE_UP_ID

CHUNK = 2000


class PreviewLedger(MemoryLedger):
    """Writes nothing but the row of its own run and, at the end, that run's report."""

    def __init__(self, run: SyncRun, lease: UUID, settings: SyncSettings, records: Records) -> None:
        super().__init__(RunKind.EMPLOYEES, settings, records)
        self.run = run
        self.lease = lease
        self.requests: Callable[[], int] = lambda: 0
        self._made_up: set[str] = set()

    def random_id(self) -> str:
        """Another one than the sync will draw: the report does not name it."""
        employee_id = super().random_id()
        self._made_up.add(employee_id)
        return employee_id

    def step(self, work: Callable[[], None]) -> None:
        with transaction.atomic():
            hold_lease(self.run, self.lease, to_its_end=False)
            work()
            rows_of(self.run).update(
                phase=self.progress.phase,
                phase_done=self.progress.done,
                phase_total=self.progress.total,
                progress={"finished": self.progress.finished},
                counts=self.counts,
                requests=self.requests(),
            )

    def keep_report(self) -> None:
        """In the transaction that ends the run."""
        lines = list(self._all_lines())
        for subject in Subject:
            for batch in batches([line for line in lines if line.subject == subject], CHUNK):
                add_lines(batch, run=self.run)

    def _all_lines(self) -> Iterator[Line]:
        for line in self.lines:
            yield self._unnamed(line)
        yield from self._asked_about()

    def _unnamed(self, line: Line) -> Line:
        """What is new here has no row, and nobody knows the 社員ID that it will draw."""
        name, _, employee_id = line.label.removesuffix("）").rpartition("（")
        if employee_id in self._made_up:
            line = replace(
                line, label=f"{name}（{MADE_UP_ID}）", changes=self._hidden(line.changes)
            )
        notes = tuple(replace(note, detail=self._hidden(note.detail)) for note in line.notes)
        has_row = line.object_pk is not None and line.object_pk > 0
        return replace(line, notes=notes, object_pk=line.object_pk if has_row else None)

    def _hidden(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Without a 社員ID that was made up."""
        given = values.get("employee_id")
        code = given[1] if isinstance(given, tuple) else given
        if code not in self._made_up:
            return dict(values)
        return {key: value for key, value in values.items() if key != "employee_id"}

    def _asked_about(self) -> Iterator[Line]:
        """E12, G4: who would wait for a person's word."""
        note = Note(Reason.WOULD_ASK)
        for crew in sorted(self.records.pending[Subject.EMPLOYEE]):
            if (person := self.records.people.get(crew)) is not None:
                yield line_about(person, Outcome.UNCHANGED, note)
        named = {group.smarthr_id: group for group in self.records.groups.values()}
        for department in sorted(self.records.pending[Subject.GROUP]):
            if (group := named.get(department)) is not None:
                yield line_about(group, Outcome.UNCHANGED, note)
