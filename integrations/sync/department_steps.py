"""Departments → groups: reading the list, writing the tree, deleting what vanished (G1–G8)."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from integrations.choices import Phase, RunKind, Subject
from integrations.reasons import Reason
from integrations.smarthr.records import BadRecord, Department, Page
from integrations.sync.held import department_from_json, department_to_json
from integrations.sync.ledger import Ledger, Line, StoredPage
from integrations.sync.lines import deleted_line
from integrations.sync.outcomes import StopRun
from integrations.sync.plan_deletions import exceeds_group_limit
from integrations.sync.plan_groups import missing_groups, plan_groups
from integrations.sync.progress import Listing
from integrations.sync.types import GroupPlan, GroupRow
from integrations.sync.work import Reading, Work, read_list


def read_departments(work: Work) -> None:
    """Keeps every page; parents can stand on a later page, so nothing is written yet."""
    ledger = work.ledger

    def listing() -> Listing:
        return ledger.progress.departments

    def take(page: Page[Department]) -> None:
        ledger.save_page(
            StoredPage(
                phase=Phase.DEPARTMENTS,
                reading=listing().reading,
                number=page.number,
                ids=[_raw_id(record) for record in page.items],
                total=page.total,
                held=[department_to_json(record) for record in page.items],
            )
        )

    read_list(work, Reading(Phase.DEPARTMENTS, work.client.departments_page, listing, take))


def write_groups(work: Work) -> None:
    """Creates, renames and moves groups; nothing is deleted yet (D5)."""
    ledger = work.ledger
    progress = ledger.progress
    if progress.departments.ended and progress.departments_written == progress.departments.reading:
        return
    read_departments(work)  # a second look that was cut off
    _look_again(work)

    def write() -> None:
        ledger.lock_company()
        progress = ledger.progress
        written = progress.departments_written
        pages = ledger.pages(Phase.DEPARTMENTS)
        records = [department_from_json(data) for page in pages for data in page.held]
        groups = ledger.groups()
        if not records and any(group.smarthr_id for group in groups):
            raise StopRun(Reason.EMPTY_ANSWER, confirm=True)  # G8
        plans = plan_groups(records, groups)
        ledger.write_groups(plans)
        by_pk = {group.pk: group for group in groups}
        names = {group.smarthr_id: group.name for group in groups if group.smarthr_id}
        names |= {UUID(plan.smarthr_id): plan.name for plan in plans if plan.name}
        lines = [_line(plan, by_pk, names) for plan in plans]
        met = {key for page in pages if page.reading <= written for key in page.ids}
        ledger.report(lines, met_before=met)
        progress.departments_written = progress.departments.reading

    ledger.step(write)


def _look_again(work: Work) -> None:
    """G4: a row that shifts between two pages is missing from a list whose count is right.

    So a list that lacks somebody is read twice; what any reading of the run shows is there.
    """
    ledger = work.ledger
    listing = ledger.progress.departments
    if ledger.kind == RunKind.CHANGED:
        return  # X2: it deletes nothing, whoever is missing
    if listing.short or not listed_departments(ledger) or not _vanished(ledger):
        return

    def doubt() -> None:
        if listing.uncounted:
            ledger.progress.departments.short = True  # nothing says that the list was whole
        elif listing.reading == 1:
            ledger.progress.departments.read_again(tries=1)

    ledger.step(doubt)
    read_departments(work)


def _vanished(ledger: Ledger) -> list[GroupRow]:
    """Linked groups whose department no reading showed, but for the dismissed ones."""
    dismissed = ledger.dismissed(Subject.GROUP)
    missing = missing_groups(ledger.groups(), listed_departments(ledger))
    return [group for group in missing if group.smarthr_id not in dismissed]


def refresh_departments(work: Work) -> None:
    """D6: the one department sync that a crew with an unknown department triggers."""
    ledger = work.ledger

    def begin() -> None:
        ledger.progress.departments_refreshed = True
        ledger.progress.departments.read_again(tries=1)

    kept = ledger.progress.done, ledger.progress.total
    ledger.step(begin)
    read_departments(work)
    write_groups(work)
    ledger.progress.done, ledger.progress.total = kept


def known_departments(ledger: Ledger) -> dict[UUID, int]:
    """Departments that this run has read -> their group."""
    listed = listed_departments(ledger)
    return {
        group.smarthr_id: group.pk
        for group in ledger.groups()
        if group.smarthr_id is not None and str(group.smarthr_id) in listed
    }


def listed_departments(ledger: Ledger) -> set[str]:
    return {record_id for page in ledger.pages(Phase.DEPARTMENTS) for record_id in page.ids}


def delete_vanished_groups(work: Work) -> None:
    """G4: last of all, and only after a whole list; too many wait for a person."""
    ledger = work.ledger

    def delete() -> None:
        progress = ledger.progress
        ledger.lock_company()
        listed = listed_departments(ledger)
        groups = ledger.groups()
        answered = [g.smarthr_id for g in groups if g.smarthr_id and str(g.smarthr_id) in listed]
        ledger.drop_candidates(Subject.GROUP, answered)
        if progress.is_incomplete:
            return
        vanished = _vanished(ledger)
        linked = sum(1 for group in groups if group.smarthr_id)
        if exceeds_group_limit(len(vanished), linked):
            _hold(ledger, vanished)
            progress.brakes["groups"] = {"count": len(vanished)}
            return
        # T5, X8: tied by hand, or of another account.
        _hold(ledger, [group for group in vanished if group.source_read_at is None])
        # What was held once waits for a person's word, however few vanish now.
        held = ledger.pending(Subject.GROUP)
        _delete(ledger, [group for group in vanished if group.smarthr_id not in held])

    ledger.step(delete)


def _hold(ledger: Ledger, vanished: list[GroupRow]) -> None:
    ledger.propose(
        Subject.GROUP, {group.smarthr_id: group.pk for group in vanished if group.smarthr_id}
    )


def _delete(ledger: Ledger, vanished: list[GroupRow]) -> None:
    if not vanished:
        return
    ledger.delete_groups(vanished)
    ledger.report([deleted_line(group) for group in vanished])


def _line(plan: GroupPlan, by_pk: Mapping[int, GroupRow], names: Mapping[UUID, str]) -> Line:
    changes = dict(plan.changes)
    if "parent" in changes:  # people read names, not keys
        before, after = changes["parent"]
        old = by_pk.get(before)
        changes["parent"] = (old.name if old else None, names.get(after))
    return Line(
        subject=Subject.GROUP,
        smarthr_id=plan.smarthr_id,
        label=plan.label,
        outcome=plan.outcome,
        changes=changes,
        notes=plan.notes,
        object_pk=plan.group.pk if plan.group else None,
    )


def _raw_id(record: Department | BadRecord) -> str:
    return record.raw_id if isinstance(record, BadRecord) else str(record.id)
