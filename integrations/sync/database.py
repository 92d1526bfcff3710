"""The ledger of a real run: rows, in short transactions, under a lease."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone

from companies.audit import Actor
from companies.models import ActorKind
from companies.set_based import IN_CLAUSE, batches
from employees.identifiers import random_employee_id
from employees.models import Employee
from employees.services.removal import (
    LastAdministrator,
    lock_company,
    remove_employee,
    remove_employees,
)
from groups.models import Group
from groups.services import dissolve_groups
from integrations.choices import (
    SYNC_KINDS,
    CandidateStatus,
    Outcome,
    Phase,
    RunKind,
    RunStatus,
    Subject,
)
from integrations.models import (
    CrewTombstone,
    DeletionCandidate,
    RunPage,
    RunRecord,
    SmartHRIntegration,
    SyncRun,
)
from integrations.smarthr.records import Crew, Page
from integrations.sync import approvals, group_writes, people_writes
from integrations.sync.held import page_from_json, page_to_json
from integrations.sync.lease import hold_lease, rows_of
from integrations.sync.ledger import LeaseLost, Ledger, Line, StoredPage
from integrations.sync.progress import Progress
from integrations.sync.rows import count_having, group_row, holder_row, person_row
from integrations.sync.types import GroupPlan, GroupRow, Holder, Person, PersonPlan, SyncSettings

TRIES = 3


class DatabaseLedger(Ledger):
    def __init__(self, run: SyncRun, lease: UUID, settings: SyncSettings) -> None:
        super().__init__(RunKind(run.kind), settings)
        self.run = run
        self.lease = lease
        self.actor = Actor(ActorKind.SYNC, f"{_noun(run)} #{run.pk}", run.pk)
        self.requests: Callable[[], int] = lambda: run.requests
        self.progress = Progress.from_json(run.progress)
        if run.counts:
            self.counts = copy.deepcopy(run.counts)

    # --- steps ------------------------------------------------------------------------------
    def step(self, work: Callable[[], None]) -> None:
        for tries_left in reversed(range(TRIES)):
            before = self.progress.to_json(), copy.deepcopy(self.counts)
            try:
                with transaction.atomic():
                    hold_lease(self.run, self.lease, to_its_end=self.progress.has_deleted)
                    work()
                    self._save()
            except (IntegrityError, OperationalError) as error:
                # Somebody else took a 社員ID or a crew between our read and our write, or two
                # transactions waited for each other: plan again on what is there now.
                self.progress, self.counts = Progress.from_json(before[0]), before[1]
                if not tries_left or not _can_be_repeated(error):
                    raise
            except BaseException:
                self.progress, self.counts = Progress.from_json(before[0]), before[1]
                raise
            else:
                return

    def lock_company(self) -> None:
        lock_company(self.run.company_id)

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

    # --- groups -----------------------------------------------------------------------------
    def groups(self) -> Sequence[GroupRow]:
        return [group_row(group) for group in Group.objects.for_company(self.run.company_id)]

    def write_groups(self, plans: Sequence[GroupPlan]) -> None:
        group_writes.write(plans, company=self.run.company, actor=self.actor)

    def delete_groups(self, groups: Sequence[GroupRow]) -> None:
        keys = [group.pk for group in groups]
        dissolve_groups(company=self.run.company, groups=keys, actor=self.actor)

    # --- people -----------------------------------------------------------------------------
    def people(self, crews: Collection[UUID]) -> dict[UUID, Person]:
        found: dict[UUID, Person] = {}
        for batch in batches(crews):
            rows = self._employees().filter(smarthr_id__in=batch)
            for employee in rows.select_for_update().order_by("pk"):
                found[employee.smarthr_id] = person_row(employee)
        return found

    def linked_crews(self) -> dict[UUID, datetime | None]:
        linked = self._employees().linked()
        return dict(linked.values_list("smarthr_id", "source_read_at").iterator())

    def linked_having(self, attribute: str) -> int:
        return count_having(self._employees().linked(), attribute)

    def tombstones(self, crews: Collection[UUID]) -> dict[UUID, datetime]:
        rows = CrewTombstone.objects.for_company(self.run.company_id)
        found: dict[UUID, datetime] = {}
        for batch in batches(crews):
            found.update(rows.filter(smarthr_id__in=batch).values_list("smarthr_id", "deleted_at"))
        return found

    def holders(self, employee_ids: Collection[str]) -> dict[str, Holder]:
        rows: list[Employee] = []
        for batch in batches(employee_ids):
            rows += self._employees().filter(employee_id__in=batch)
        created: set[int] = set()
        for pks in batches([row.pk for row in rows]):
            records = RunRecord.objects.for_company(self.run.company_id).filter(
                run=self.run, outcome=Outcome.CREATED, subject=Subject.EMPLOYEE
            )
            keys = records.filter(object_pk__in=pks).values_list("object_pk", flat=True)
            created |= {key for key in keys if key is not None}
        return {row.employee_id: holder_row(row, created=row.pk in created) for row in rows}

    def able_administrators(self) -> set[int]:
        if self.settings.retired.suspends:
            lock_company(self.run.company_id)  # C6
        able = self._employees().able_administrators()
        return set(able.values_list("pk", flat=True))

    def random_id(self) -> str:
        return random_employee_id()  # a collision breaks the constraint and repeats the step

    def write_people(self, plans: Sequence[PersonPlan]) -> dict[str, int]:
        return people_writes.write(
            plans, company=self.run.company, settings=self.settings, actor=self.actor
        )

    def move_ids(self, moves: Mapping[UUID, str], *, provisional: Collection[UUID]) -> None:
        people = self.people(moves)
        people_writes.move_ids(
            {people[crew].pk: code for crew, code in moves.items()},
            provisional={people[crew].pk for crew in provisional},
            company=self.run.company,
            actor=self.actor,
        )

    def delete_person(self, person: Person) -> bool:
        employee = self._employees().get(pk=person.pk)
        try:
            remove_employee(employee=employee, actor=self.actor)
        except LastAdministrator:
            return False
        people_writes.bury(company=self.run.company, crews=[person.smarthr_id])
        return True

    def delete_people(self, people: Sequence[Person]) -> None:
        going: list[Employee] = []
        for batch in batches([person.pk for person in people]):
            going += self._employees().filter(pk__in=batch)
        company = self.run.company
        remove_employees(company_id=company.pk, employees=going, actor=self.actor)
        people_writes.bury(company=company, crews=[person.smarthr_id for person in people])

    # --- deletion candidates ----------------------------------------------------------------
    def pending(self, subject: Subject) -> set[UUID]:
        return set(self._candidates(subject).pending().values_list("smarthr_id", flat=True))

    def dismissed(self, subject: Subject) -> set[UUID]:
        rows = self._candidates(subject).filter(status=CandidateStatus.DISMISSED)
        return set(rows.values_list("smarthr_id", flat=True))

    def propose(self, subject: Subject, records: Mapping[UUID, int]) -> None:
        column = "employee_id" if subject == Subject.EMPLOYEE else "group_id"
        known = set(self._candidates(subject).values_list("smarthr_id", flat=True))
        DeletionCandidate.objects.bulk_create(
            [
                DeletionCandidate(
                    company_id=self.run.company_id,
                    subject=subject,
                    smarthr_id=smarthr_id,
                    run=self.run,
                    **{column: pk},
                )
                for smarthr_id, pk in records.items()
                if smarthr_id not in known
            ],
            batch_size=IN_CLAUSE,
        )

    def drop_candidates(self, subject: Subject, answered: Collection[UUID]) -> None:
        waiting = set(self._candidates(subject).values_list("smarthr_id", flat=True))
        back = waiting.intersection(answered)
        for batch in batches(back):
            self._candidates(subject).filter(smarthr_id__in=batch).delete()

    def pending_candidates(self) -> int:
        return int(DeletionCandidate.objects.for_company(self.run.company_id).pending().count())

    def approved(self, subject: Subject) -> set[UUID]:
        return approvals.approved(self.run, subject)

    def note_approved(self, subject: Subject, records: Mapping[int, str]) -> None:
        approvals.note(self.run, subject, records)

    def release_approved(self) -> None:
        approvals.release(self.run)

    # --- the account and the report -----------------------------------------------------------
    def account_is_unchecked(self) -> bool:
        return self._integration().account_unchecked

    def accept_account(self) -> None:
        # Not where the subdomain or token changed this very moment: that account is another one.
        SmartHRIntegration.objects.for_company(self.run.company_id).filter(
            settings_version=self.run.settings_version
        ).update(account_unchecked=False)

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

    # --- rows -------------------------------------------------------------------------------
    def _employees(self) -> Any:
        return Employee.objects.for_company(self.run.company_id)

    def _candidates(self, subject: Subject) -> Any:
        return DeletionCandidate.objects.for_company(self.run.company_id).filter(subject=subject)

    def _integration(self) -> SmartHRIntegration:
        integration: SmartHRIntegration = SmartHRIntegration.objects.for_company(
            self.run.company_id
        ).get()
        return integration


def _noun(run: SyncRun) -> str:
    return "同期" if run.kind in SYNC_KINDS else str(run.get_kind_display())


def _can_be_repeated(error: Exception) -> bool:
    """A lost connection is not repeated here: another worker takes the run over."""
    return isinstance(error, IntegrityError) or connection.is_usable()
