"""A company's rows as a sync reads and writes them, whatever the sync was started by."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from companies.audit import Actor
from companies.models import Company
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
from integrations.choices import CandidateStatus, RunKind, Subject, UnattendedKind
from integrations.models import CrewTombstone, DeletionCandidate, SmartHRIntegration, SyncRun
from integrations.reasons import Reason
from integrations.sync import group_writes, people_writes, read_before
from integrations.sync.ledger import Ledger
from integrations.sync.outcomes import StopRun
from integrations.sync.plan_ids import login_limit
from integrations.sync.recent_acts import acts_lately, note_acts
from integrations.sync.rows import count_having, group_row, holder_row, person_row
from integrations.sync.types import GroupPlan, GroupRow, Holder, Person, PersonPlan, SyncSettings


class CompanyRecords(Ledger):
    # The run that proposes deletion candidates, where there is one.
    proposed_by: SyncRun | None = None

    def __init__(
        self, company: Company, kind: RunKind, settings: SyncSettings, *, actor: Actor, version: int
    ) -> None:
        """`version`: of the company's settings that this work began with."""
        super().__init__(kind, settings)
        self.company = company
        self.actor = actor
        self.version = version

    def lock_company(self) -> None:
        """Also the last look at the settings: whoever unlinks the company (X12) saves them first
        and takes this lock then, so that nothing that was read before is written afterwards."""
        lock_company(self.company.pk)
        is_of_now = self._integration().settings_version == self.version
        if not is_of_now and not self.progress.has_deleted:  # else it goes on to its end (E12)
            raise StopRun(Reason.SETTINGS_CHANGED, confirm=False)

    # --- groups -----------------------------------------------------------------------------
    def groups(self) -> Sequence[GroupRow]:
        return [group_row(group) for group in Group.objects.for_company(self.company.pk)]

    def write_groups(self, plans: Sequence[GroupPlan]) -> None:
        group_writes.write(plans, company=self.company, actor=self.actor)

    def delete_groups(self, groups: Sequence[GroupRow]) -> None:
        keys = [group.pk for group in groups]
        dissolve_groups(company=self.company, groups=keys, actor=self.actor)

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
        rows = CrewTombstone.objects.for_company(self.company.pk)
        found: dict[UUID, datetime] = {}
        for batch in batches(crews):
            found.update(rows.filter(smarthr_id__in=batch).values_list("smarthr_id", "deleted_at"))
        return found

    def holders(self, employee_ids: Collection[str]) -> dict[str, Holder]:
        rows: list[Employee] = []
        for batch in batches(employee_ids):
            rows += self._employees().filter(employee_id__in=batch)
        created = self.created_among([row.pk for row in rows])
        return {row.employee_id: holder_row(row, created=row.pk in created) for row in rows}

    @abstractmethod
    def created_among(self, pks: Collection[int]) -> set[int]:
        """Those of the employees that this work has created."""

    def able_administrators(self) -> set[int]:
        if self.settings.retired.suspends:
            lock_company(self.company.pk)  # C6
        able = self._employees().able_administrators()
        return set(able.values_list("pk", flat=True))

    def random_id(self) -> str:
        return random_employee_id()  # a collision breaks the constraint and repeats the step

    def write_people(self, plans: Sequence[PersonPlan]) -> dict[str, int]:
        return people_writes.write(
            plans, company=self.company, settings=self.settings, actor=self.actor
        )

    def move_ids(self, moves: Mapping[UUID, str], *, provisional: Collection[UUID]) -> None:
        people = self.people(moves)
        people_writes.move_ids(
            {people[crew].pk: code for crew, code in moves.items()},
            provisional={people[crew].pk for crew in provisional},
            company=self.company,
            actor=self.actor,
        )

    def login_allowance(self) -> int:
        limit = login_limit(int(self._employees().linked().count()))
        return max(limit - acts_lately(self.company, UnattendedKind.LOGIN), 0)

    def held_logins(self) -> dict[UUID, str]:
        return read_before.held_logins(self.company)

    def hold_logins(self, held: Mapping[UUID, str]) -> None:
        read_before.hold_logins(self.company, held)

    def note_login_changes(self, crews: Collection[UUID]) -> None:
        if self.unattended:
            note_acts(self.company, UnattendedKind.LOGIN, crews)

    def delete_person(self, person: Person) -> bool:
        employee = self._employees().get(pk=person.pk)
        try:
            remove_employee(employee=employee, actor=self.actor)
        except LastAdministrator:
            return False
        people_writes.bury(company=self.company, crews=[person.smarthr_id])
        return True

    def delete_people(self, people: Sequence[Person]) -> None:
        going: list[Employee] = []
        for batch in batches([person.pk for person in people]):
            going += self._employees().filter(pk__in=batch)
        company = self.company
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
                    company_id=self.company.pk,
                    subject=subject,
                    smarthr_id=smarthr_id,
                    run=self.proposed_by,
                    **{column: pk},
                )
                for smarthr_id, pk in records.items()
                if smarthr_id not in known
            ],
            batch_size=IN_CLAUSE,
        )

    def drop_candidates(
        self, subject: Subject, answered: Collection[UUID], *, before: datetime | None = None
    ) -> None:
        known = self._candidates(subject)
        if before is not None:
            known = known.filter(found_at__lt=before)
        waiting = set(known.values_list("smarthr_id", flat=True))
        back = waiting.intersection(answered)
        for batch in batches(back):
            known.filter(smarthr_id__in=batch).delete()

    def pending_candidates(self) -> int:
        return int(DeletionCandidate.objects.for_company(self.company.pk).pending().count())

    # --- what was read before -------------------------------------------------------------------
    def watermark(self) -> datetime | None:
        return read_before.watermark_of(self.company)

    def reported(self) -> set[UUID]:
        return read_before.reported_crews(self.company)

    # --- the account ---------------------------------------------------------------------------
    def account_is_unchecked(self) -> bool:
        return self._integration().account_unchecked

    def accept_account(self) -> None:
        # Not where the subdomain or token changed this very moment: that account is another one.
        SmartHRIntegration.objects.for_company(self.company.pk).filter(
            settings_version=self.version
        ).update(account_unchecked=False)

    # --- rows -------------------------------------------------------------------------------
    def _employees(self) -> Any:
        return Employee.objects.for_company(self.company.pk)

    def _candidates(self, subject: Subject) -> Any:
        return DeletionCandidate.objects.for_company(self.company.pk).filter(subject=subject)

    def _integration(self) -> SmartHRIntegration:
        integration: SmartHRIntegration = SmartHRIntegration.objects.for_company(
            self.company.pk
        ).get()
        return integration
