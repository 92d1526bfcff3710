"""Reads for the screens of 社員."""

from collections.abc import Iterable
from dataclasses import dataclass

from companies.models import Company
from employees.models import Employee, EmployeeQuerySet
from groups.queries import group_tree


@dataclass(frozen=True, slots=True)
class ListedPerson:
    employee: Employee
    group_path: str
    full_group_path: str


def listed_people(company: Company) -> EmployeeQuerySet:
    people: EmployeeQuerySet = (
        Employee.objects.for_company(company)
        .defer("password", "source")
        .order_by("last_name", "first_name", "pk")
    )
    return people


def with_group_paths(people: Iterable[Employee], *, company: Company) -> list[ListedPerson]:
    """The people of one page, each with the path of the group: one query for all groups."""
    tree = group_tree(company)
    return [
        ListedPerson(person, tree.short_path(person.group_id), tree.path(person.group_id))
        for person in people
    ]
