"""What a survey reads of a company, what it keeps of a crew, and the proposals that it writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Min

from companies.models import Company
from employees.choices import Role
from employees.models import Employee
from groups.models import Group
from groups.queries import group_tree
from integrations.choices import Subject
from integrations.models import SyncRun, Tie
from integrations.smarthr.records import Crew, Text
from integrations.sync import values as rule
from integrations.sync.crew_values import label_of
from integrations.sync.plan_person import RETIRED
from integrations.sync.plan_ties import CrewThere, LinkedHere, Match, PersonHere

BATCH = 1000
LABEL_LENGTH = 600
# Longer than any two names here, so that nothing is the same only because it was cut.
TEXT_LENGTH = 1000
# Whoever decides has to know: a sync can stop the login of a retired person (E13).
RETIRED_MARK = "・退職済み"


def made_by_hand(company: Company | int) -> Any:
    """Employees who are not linked; not the first 管理者, who was made with the company (T7)."""
    people = Employee.objects.for_company(company)
    first = people.filter(role=Role.ADMINISTRATOR).aggregate(first=Min("pk"))["first"]
    return people.filter(smarthr_id=None).exclude(pk=first)


def crew_to_row(crew: Crew) -> dict[str, Any]:
    """What is compared of a crew, cut to what the columns here can hold."""

    def text(*values: Text) -> str:
        joined = " ".join(rule.text_or_empty(value) for value in values)
        return rule.storable(joined.strip(), TEXT_LENGTH)

    is_retired = crew.emp_status == RETIRED
    return {
        "id": str(crew.id),
        "label": label_of(crew) + (RETIRED_MARK if is_retired else ""),
        "number": text(crew.emp_code),
        "email": text(crew.email),
        "name": text(crew.last_name, crew.first_name),
        "is_retired": is_retired,
    }


def crew_from_row(row: Mapping[str, Any]) -> CrewThere:
    return CrewThere(**{**row, "id": UUID(row["id"])})


class SurveyRows:
    """The rows of one survey."""

    def __init__(self, run: SyncRun) -> None:
        self.run = run

    def linked_crews(self) -> set[UUID]:
        linked = Employee.objects.for_company(self.run.company_id).linked()
        return set(linked.values_list("smarthr_id", flat=True))

    def people_by_hand(self) -> list[PersonHere]:
        columns = ("pk", "employee_id", "email", "last_name", "first_name")
        rows = made_by_hand(self.run.company_id).order_by("pk").values_list(*columns)
        return [
            PersonHere(pk, number, email, f"{last} {first}")
            for pk, number, email, last, first in rows.iterator()
        ]

    def linked_people(self) -> list[LinkedHere]:
        """By the 社員番号 that SmartHR last said, else by 社員ID."""
        people = Employee.objects.for_company(self.run.company_id).linked().order_by("pk")
        columns = ("pk", "employee_id", "last_name", "first_name", "smarthr_id", "source")
        return [
            LinkedHere(
                person.pk,
                person.label,
                person.smarthr_id,
                person.source.get("emp_code") or person.employee_id,
            )
            for person in people.only(*columns).iterator()
        ]

    def linked_groups(self) -> list[LinkedHere]:
        """By the names from the top of the tree down."""
        tree = group_tree(self.run.company)
        groups = Group.objects.for_company(self.run.company_id).linked().order_by("pk")
        return [
            LinkedHere(
                pk, tree.path(pk), smarthr_id, tuple(node.name for node in tree.ancestors(pk))
            )
            for pk, smarthr_id in groups.values_list("pk", "smarthr_id")
            if smarthr_id is not None
        ]

    def propose(self, subject: Subject, matches: Sequence[Match]) -> None:
        column = "employee_id" if subject == Subject.EMPLOYEE else "group_id"
        Tie.objects.bulk_create(
            [
                Tie(
                    company_id=self.run.company_id,
                    run=self.run,
                    subject=subject,
                    smarthr_id=match.id,
                    label=match.label[:LABEL_LENGTH],
                    matched=[kind.value for kind in match.matched],
                    previous_id=match.previous_id,
                    **{column: match.pk},
                )
                for match in matches
            ],
            batch_size=BATCH,
        )
