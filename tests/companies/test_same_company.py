"""C1: the database itself refuses a reference that leaves its company."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.loader import MigrationLoader

from companies.models import Company, TenantOwned
from companies.same_company import add_same_company_rule, drop_same_company_rule
from employees.models import Employee, FormerEmployeeId
from groups.models import Group
from tests.factories import CompanyFactory, EmployeeFactory, GroupFactory

# (table, column, target): what the migrations promise.
RULES = [
    ("groups_group", "parent_id", "groups_group"),
    ("employees_employee", "group_id", "groups_group"),
    ("employees_formeremployeeid", "employee_id", "employees_employee"),
]


@pytest.fixture
def companies(transactional_db: None) -> tuple[Company, Company]:
    return CompanyFactory(), CompanyFactory()


def test_C1_an_employee_cannot_be_in_another_companys_group(
    companies: tuple[Company, Company],
) -> None:
    own, other = companies
    strange = GroupFactory(company=other)
    person = EmployeeFactory(company=own)

    with pytest.raises(IntegrityError), transaction.atomic():
        EmployeeFactory(company=own, group=strange)
    with pytest.raises(IntegrityError), transaction.atomic():
        Employee.objects.for_company(own).filter(pk=person.pk).update(group=strange)

    assert Employee.objects.for_company(own).get().group.company_id == own.pk


def test_C1_a_group_cannot_be_below_another_companys_group(
    companies: tuple[Company, Company],
) -> None:
    own, other = companies
    strange = GroupFactory(company=other)
    group = GroupFactory(company=own)

    with pytest.raises(IntegrityError), transaction.atomic():
        GroupFactory(company=own, parent=strange)
    with pytest.raises(IntegrityError), transaction.atomic():
        Group.objects.for_company(own).filter(pk=group.pk).update(parent=strange)

    group.refresh_from_db()
    assert group.parent is None


def test_C1_the_company_of_a_row_cannot_be_changed_under_its_references(
    companies: tuple[Company, Company],
) -> None:
    own, other = companies
    person = EmployeeFactory(company=own)

    with pytest.raises(IntegrityError), transaction.atomic():
        Employee.objects.across_companies().filter(pk=person.pk).update(company=other)


def test_C1_references_inside_a_company_are_free(companies: tuple[Company, Company]) -> None:
    own, _ = companies
    upper = GroupFactory(company=own)
    lower = GroupFactory(company=own, parent=upper)
    person = EmployeeFactory(company=own, group=lower)

    lower.parent = None
    lower.save()
    person.group = upper
    person.save()

    assert Employee.objects.for_company(own).get().group == upper


def rules_in_the_database() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint "
                "WHERE conname LIKE '%\\_same\\_company'"
            )
            return {
                (table, name.removeprefix(f"{table}_").removesuffix("_same_company"))
                for table, name in cursor.fetchall()
            }
        cursor.execute("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'")
        found: dict[tuple[str, str], set[str]] = {}
        for table, name in cursor.fetchall():
            column, _, event = name.removeprefix(f"{table}_").rpartition("_")
            found.setdefault((table, column), set()).add(event)
        return {rule for rule, events in found.items() if events == {"insert", "update"}}


@pytest.mark.django_db
def test_C1_every_rule_of_a_migration_is_in_the_database() -> None:
    """A later migration that rebuilds an SQLite table would lose its triggers."""
    assert rules_in_the_database() >= {(table, column) for table, column, _ in RULES}


def test_C1_every_reference_inside_employees_and_groups_has_its_rule() -> None:
    tenant = [m for m in apps.get_models() if issubclass(m, TenantOwned)]
    references = {
        (model._meta.db_table, field.column)
        for model in tenant
        if model in (Employee, FormerEmployeeId, Group)
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
        and isinstance(field.related_model, type)
        and issubclass(field.related_model, TenantOwned)
    }

    assert references == {(table, column) for table, column, _ in RULES}


@pytest.mark.django_db(transaction=True)
def test_C1_a_rule_can_be_dropped_and_added_again() -> None:
    table, column, target = RULES[1]
    state: Any = MigrationLoader(connection).project_state().apps
    for step, there in ((drop_same_company_rule, False), (add_same_company_rule, True)):
        with connection.schema_editor(atomic=True) as editor:
            step(table, column, target)(state, editor)
        assert ((table, column) in rules_in_the_database()) is there
