"""Reads for the screens of 社員."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from companies.models import Company
from employees.models import Employee
from groups.tree import GroupTree


@dataclass(frozen=True, slots=True)
class ListedPerson:
    employee: Employee
    group_path: str
    full_group_path: str


def with_group_paths(people: Iterable[Employee], tree: GroupTree) -> list[ListedPerson]:
    """The people of one page, each with the path of the group."""
    return [
        ListedPerson(person, tree.short_path(person.group_id), tree.path(person.group_id))
        for person in people
    ]


def unused_initial_passwords(company: Company, days: Iterable[int]) -> dict[int, int]:
    """Of each number of days, how many people have had an unused initial password for so long.

    The login asks the same of one person (employees.initial_password.is_expired).
    """
    now = timezone.now()
    people = (
        Employee.objects.for_company(company)
        .filter(is_initial_password=True, is_active=True)
        .alias(last_used=Coalesce("last_login", "created_at"))
    )
    counts = {str(n): Count("pk", filter=Q(last_used__lte=now - timedelta(days=n))) for n in days}
    return {int(n): count for n, count in people.aggregate(**counts).items()}
