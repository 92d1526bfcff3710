"""A run that only reads, and proposes which records here are which of SmartHR's (X8, X12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from integrations.choices import MatchedBy, Outcome, Phase, RunKind, Subject
from integrations.reasons import Reason
from integrations.smarthr.errors import PermissionMissing
from integrations.smarthr.records import Crew, Department, Page
from integrations.sync.database import DatabaseLedger
from integrations.sync.department_steps import read_departments
from integrations.sync.held import department_from_json
from integrations.sync.ledger import Ledger, Line, StoredPage
from integrations.sync.newest import newest_of_each
from integrations.sync.people_steps import raw_id
from integrations.sync.plan_ties import (
    CrewThere,
    LinkedHere,
    RecordThere,
    Relink,
    department_paths,
    plan_first_import,
    plan_relink,
)
from integrations.sync.progress import Listing
from integrations.sync.survey_rows import SurveyRows, crew_from_row, crew_to_row
from integrations.sync.types import Note
from integrations.sync.work import Reading, Work, read_list

# X10: no birth date, since nobody is created.
FIELDS = ("id", "emp_code", "emp_status", "last_name", "first_name", "email")


def survey_crews(work: Work) -> None:
    """Every crew of the account; an account that knows none of ours is no reason to stop (T5)."""
    ledger = work.ledger

    def listing() -> Listing:
        return ledger.progress.crews

    def read(number: int) -> Page[Crew]:
        return work.client.crews_page(number, fields=FIELDS)

    def take(page: Page[Crew]) -> None:
        ledger.save_page(
            StoredPage(
                phase=Phase.SURVEY,
                reading=listing().reading,
                number=page.number,
                ids=[raw_id(record) for record in page.items],
                total=page.total,
                held=[crew_to_row(record) for record in page.items if isinstance(record, Crew)],
            )
        )

    reading = Reading(
        phase=Phase.SURVEY,
        reader=read,
        listing=listing,
        take=take,
        hold=ledger.hold_page,
        held=ledger.page_in_hand,
    )
    read_list(work, reading)


def survey_departments(work: Work) -> None:
    """X12: only where groups are linked; a token that may not read them leaves the people."""
    ledger = work.ledger
    if not any(group.smarthr_id for group in ledger.groups()):
        return
    try:
        read_departments(work)
    except PermissionMissing:
        ledger.step(lambda: ledger.progress.survey.update(departments_unreadable=1))


def find_matches(work: Work) -> None:
    """One step: the proposals, the lines of the report and the counts, or none of them."""
    ledger = work.ledger
    if ledger.progress.is_incomplete:
        return  # who is missing from the list would look unmatched
    rows = _rows(ledger)
    is_first = ledger.kind == RunKind.FIRST_IMPORT
    ledger.step(lambda: _first_import(ledger, rows) if is_first else _relink(ledger, rows))


def _rows(ledger: Ledger) -> SurveyRows:
    if not isinstance(ledger, DatabaseLedger):
        raise TypeError("a survey has no dry run: it writes nothing but proposals")
    return SurveyRows(ledger.run)


def _first_import(ledger: Ledger, rows: SurveyRows) -> None:
    linked = rows.linked_crews()
    plan = plan_first_import(
        rows.people_by_hand(), (crew for crew in _crews(ledger) if crew.id not in linked)
    )
    rows.propose(Subject.EMPLOYEE, plan.matches)
    ledger.progress.survey = plan.counts


def _relink(ledger: Ledger, rows: SurveyRows) -> None:
    crews = {crew.id: crew for crew in _crews(ledger)}
    people = plan_relink(
        rows.linked_people(),
        (RecordThere(crew.id, crew.label, crew.number.strip()) for crew in crews.values()),
        MatchedBy.EMP_CODE,
    )
    counts = {
        **ledger.progress.survey,
        "crews": len(crews),
        "retired": sum(crew.is_retired for crew in crews.values()),
        **_keep(ledger, rows, Subject.EMPLOYEE, people),
    }
    if ledger.progress.departments.ended:
        paths = department_paths(_departments(ledger))
        there = (RecordThere(key, path[-1], path) for key, path in paths.items())
        groups = plan_relink(rows.linked_groups(), there, MatchedBy.PATH)
        shown = [replace(m, label="/".join(paths[m.id])) for m in groups.matches]
        groups = replace(groups, matches=shown)
        kept = _keep(ledger, rows, Subject.GROUP, groups)
        counts |= {f"groups_{name}": number for name, number in kept.items()}
    ledger.progress.survey = counts


def _keep(ledger: Ledger, rows: SurveyRows, subject: Subject, plan: Relink) -> dict[str, int]:
    rows.propose(subject, plan.matches)
    ledger.add_lines(
        [
            *_lines(subject, plan.ambiguous, Reason.TIE_AMBIGUOUS),
            *_lines(subject, plan.unmatched, Reason.TIE_UNMATCHED),
        ]
    )
    return {
        "proposed": len(plan.matches),
        "ambiguous": len(plan.ambiguous),
        "unmatched": len(plan.unmatched),
    }


def _lines(subject: Subject, records: Sequence[LinkedHere], reason: Reason) -> list[Line]:
    return [
        Line(
            subject=subject,
            smarthr_id=str(record.id),
            label=record.label,
            outcome=Outcome.LEFT_OUT,
            notes=(Note(reason),),
            object_pk=record.pk,
        )
        for record in records
    ]


def _crews(ledger: Ledger) -> list[CrewThere]:
    """Of the reading whose count is right; a row that shifted between its pages counts once."""
    pages = ledger.pages(Phase.SURVEY, ledger.progress.crews.reading)
    distinct: dict[UUID, CrewThere] = {}
    for page in pages:
        distinct |= {crew.id: crew for crew in map(crew_from_row, page.held)}
    return list(distinct.values())


def _departments(ledger: Ledger) -> list[Department]:
    pages = ledger.pages(Phase.DEPARTMENTS, ledger.progress.departments.reading)
    records = (department_from_json(data) for page in pages for data in page.held)
    return newest_of_each(record for record in records if isinstance(record, Department))
