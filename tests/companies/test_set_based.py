"""Many rows in one UPDATE, with the values and types of the model."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from companies import set_based
from companies.models import AuditEntry, Company
from companies.set_based import create_many, update_rows
from employees.models import Employee
from groups.models import Group
from tests.factories import CompanyFactory, EmployeeFactory, GroupFactory

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 4, 1, 1, 2, 3, 456789, tzinfo=UTC)
COLUMNS = ("last_name", "email", "is_active", "group_id", "source_updated_at", "source", "image")


def test_every_type_arrives_as_it_was_given() -> None:
    person = EmployeeFactory()
    group = GroupFactory(company=person.company)
    source = {"emp_code": "A'1", "name": '髙﨑 "%s" \\ 😀', "n": [1, None, True]}
    values: tuple[Any, ...] = ("O'Neil 髙﨑", "", False, group.pk, MOMENT, source, "images/a.png")

    assert update_rows(Employee, COLUMNS, {person.pk: values}) == 1

    stored = Employee.objects.for_company(person.company).values_list(*COLUMNS).get()
    assert stored == values


def test_nulls_can_be_set() -> None:
    person = EmployeeFactory(source_updated_at=MOMENT)
    group = GroupFactory(
        company=person.company, position=5, parent=GroupFactory(company=person.company)
    )

    update_rows(Employee, ["source_updated_at", "smarthr_id"], {person.pk: (None, None)})
    update_rows(Group, ["position", "parent", "smarthr_id"], {group.pk: (None, None, UUID(int=7))})

    person.refresh_from_db()
    group.refresh_from_db()
    assert person.source_updated_at is None
    assert (group.position, group.parent, group.smarthr_id) == (None, None, UUID(int=7))


def test_each_row_gets_its_own_values_and_others_stay() -> None:
    company = CompanyFactory()
    people = [EmployeeFactory(company=company) for _ in range(5)]
    rows = {person.pk: (f"新{number}", number % 2 == 0) for number, person in enumerate(people[:4])}

    assert update_rows(Employee, ["first_name", "is_active"], rows) == 4

    stored = dict(Employee.objects.for_company(company).values_list("pk", "first_name"))
    assert [stored[person.pk] for person in people] == ["新0", "新1", "新2", "新3", "名"]


def test_rows_that_are_gone_are_not_brought_back() -> None:
    person, gone = EmployeeFactory(), EmployeeFactory()
    key = gone.pk
    gone.delete()

    written = update_rows(Employee, ["first_name"], {person.pk: ("新",), key: ("幽霊",)})

    assert written == 1
    assert list(Employee.objects.across_companies().values_list("first_name", flat=True)) == ["新"]


def test_nothing_to_write_asks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert update_rows(Employee, ["first_name"], {}) == 0


def test_more_rows_than_one_statement_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(set_based, "ROWS", 7)
    monkeypatch.setattr(set_based, "SQLITE_PARAMETERS", 14)
    company = CompanyFactory()
    Group.objects.bulk_create([Group(company=company, name="前") for _ in range(50)])
    keys = Group.objects.for_company(company).filter(name="前").values_list("pk", flat=True)

    assert update_rows(Group, ["name"], {key: (f"後{key}",) for key in keys}) == 50

    stored = Group.objects.for_company(company).filter(is_default=False)
    assert all(group.name == f"後{group.pk}" for group in stored)


def test_thousands_of_rows_go_in_few_statements(django_assert_max_num_queries: Any) -> None:
    company = CompanyFactory()
    Group.objects.bulk_create([Group(company=company, name="前") for _ in range(3000)])
    keys = list(Group.objects.for_company(company).values_list("pk", flat=True))
    limit = 4 if connection.vendor == "postgresql" else 7

    with django_assert_max_num_queries(limit):
        assert update_rows(Group, ["name"], dict.fromkeys(keys, ("後",))) == 3001


def test_the_rules_of_the_table_hold() -> None:
    person = EmployeeFactory(role="approver", email="a@example.com")

    with pytest.raises(IntegrityError), transaction.atomic():
        update_rows(Employee, ["email"], {person.pk: ("",)})

    person.refresh_from_db()
    assert person.email == "a@example.com"


@pytest.mark.parametrize("text", ["'; DROP TABLE companies_company; --", "%(x)s %s %%", "\\'"])
def test_values_are_never_sql(text: str) -> None:
    company = CompanyFactory()

    update_rows(Company, ["name"], {company.pk: (text,)})

    company.refresh_from_db()
    assert company.name == text
    assert not AuditEntry.objects.for_company(company).exists()


@pytest.mark.parametrize("count", [3, set_based.FEW + 3])
def test_many_new_rows_arrive_as_they_were_given(count: int) -> None:
    company = CompanyFactory()
    odd = ["a\tb", "\\N", "\\", "二\n行\r\n", "𠮷 '\"%s", ""]

    create_many(
        AuditEntry,
        [
            AuditEntry(
                company=company,
                actor_kind="import",
                actor_id=None if number % 2 else number,
                actor_label=odd[number % len(odd)],
                action="created",
                object_type="employee",
                object_label=str(number),
                changes={"last_name": [None, odd[number % len(odd)]]},
            )
            for number in range(count)
        ],
    )

    rows = list(AuditEntry.objects.for_company(company).order_by("pk"))
    assert [row.object_label for row in rows] == [str(number) for number in range(count)]
    for number, row in enumerate(rows):
        text = odd[number % len(odd)]
        assert (row.actor_label, row.changes, row.object_id) == (
            text,
            {"last_name": [None, text]},
            None,
        )
        assert row.actor_id == (None if number % 2 else number)
        assert row.at is not None
