"""A report in memory: of a dry run, and of the crews of some deliveries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from integrations.choices import Outcome, Subject
from integrations.sync.ledger import Line


class KeptLines:
    lines: list[Line]

    def forget_lines(self) -> None:
        self.lines = []
        self._outcomes: dict[tuple[Subject, str], Outcome] = {}
        self._said: dict[tuple[Subject, str], set[str]] = {}

    def outcomes(self, subject: Subject, ids: Collection[str]) -> dict[str, Outcome]:
        return {
            key: self._outcomes[subject, key] for key in ids if (subject, key) in self._outcomes
        }

    def add_lines(self, lines: Sequence[Line]) -> None:
        for line in lines:
            said = self._said.setdefault((line.subject, line.smarthr_id), set())
            fresh = tuple(note for note in line.notes if note.reason not in said)
            said.update(note.reason for note in fresh)
            self.lines.append(replace(line, notes=fresh))
            if line.outcome != Outcome.UNCHANGED:
                self._outcomes[line.subject, line.smarthr_id] = line.outcome

    def rename_created(self, crew: UUID, employee_id: str) -> None:
        for place, line in enumerate(self.lines):
            if line.smarthr_id == str(crew) and line.outcome == Outcome.CREATED:
                changes = {**line.changes, "employee_id": (None, employee_id)}
                label = f"{line.label.rsplit('（', 1)[0]}（{employee_id}）"
                self.lines[place] = replace(line, label=label, changes=changes)
