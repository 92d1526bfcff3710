"""An import without a browser: checked whole, then applied whole, at once (B5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Final

from django.db import transaction

from bulk.choices import Subject, Verdict
from bulk.layouts import LAYOUTS
from bulk.planning.rows import Counts, Fingerprint, in_order
from bulk.reading.problems import Unreadable
from bulk.reading.table import CellProblem
from bulk.services.applying import NotApplied, imported, write_all
from bulk.services.importers import Importer
from bulk.services.tables import importer_of
from companies.audit import Actor, write_audit
from companies.models import Company
from employees.services.removal import lock_company

MOST_ERRORS: Final = 1000


@dataclass(frozen=True, slots=True)
class FoundError:
    row: int | None
    column: str | None
    message: str


@dataclass(slots=True)
class Outcome:
    status: str  # applied, previewed, refused
    counts: Counts = field(default_factory=Counts)
    errors: list[FoundError] = field(default_factory=list)
    one_time_passwords: int = 0


def import_at_once(
    *,
    company: Company,
    subject: Subject,
    file: IO[bytes],
    actor: Actor,
    is_dry_run: bool,
    creates_groups: bool,
) -> Outcome:
    try:
        importer = importer_of(
            company=company, subject=subject, file=file, creates_groups=creates_groups
        )
        outcome, plan, people = _looked_at(importer, subject)
        if outcome.errors or is_dry_run:
            return outcome
        with transaction.atomic():
            lock_company(company.pk)
            again = importer_of(
                company=company, subject=subject, file=file, creates_groups=creates_groups
            )
            applied = write_all(again, actor=actor, people=people, plan=plan)
            write_audit(company=company, actor=actor, events=[imported(subject, applied, None)])
    except (Unreadable, NotApplied) as problem:
        return Outcome("refused", errors=[FoundError(None, None, str(problem))])
    return Outcome("applied", applied.counts, [], len(applied.one_time_passwords))


def _looked_at(importer: Importer, subject: Subject) -> tuple[Outcome, str, set[int]]:
    """What it would do, the fingerprint of that, and the keys of the people concerned."""
    outcome, fingerprint = Outcome("previewed"), Fingerprint()
    people: set[int] = set()
    verdicts: dict[int, Verdict] = {}
    for rows in importer.planned():
        outcome.counts.add(rows)
        fingerprint.add(rows)
        people |= {row.person for row in rows if row.person is not None}
        for row in rows:
            verdicts[row.number] = row.verdict
            outcome.errors += [
                _found(row.number, problem, subject) for problem in in_order(row.errors)
            ]
    _add_late(outcome, importer.late_problems(), verdicts, subject)
    del outcome.errors[MOST_ERRORS:]
    if outcome.errors:
        outcome.status = "refused"
    return outcome, fingerprint.text(), people


def _add_late(
    outcome: Outcome,
    found: Mapping[int, CellProblem],
    verdicts: Mapping[int, Verdict],
    subject: Subject,
) -> None:
    for number, problem in found.items():
        if verdicts[number] is not Verdict.ERROR:
            outcome.counts.move_to_errors(verdicts[number])
        outcome.errors.append(_found(number, problem, subject))


def _found(number: int, problem: CellProblem, subject: Subject) -> FoundError:
    labels = LAYOUTS[subject].labels
    column = None if problem.column is None else labels[problem.column]
    return FoundError(number, column, f"{problem.cell}：{problem.text}")
