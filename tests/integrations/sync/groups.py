"""What the tests of the rules about groups and deletions share."""

from __future__ import annotations

from typing import Any

from groups.models import Group
from tests.integrations.conftest import Answer, Customer


def planned_and_synced_groups(customer: Customer) -> Answer:
    """部署⇒グループ after its dry run; both have to say the same (X1)."""
    return planned_and_run(customer, "departments")


def planned_and_run(customer: Customer, *arguments: str) -> Answer:
    plan = customer.sync(*arguments, "--dry-run")
    answer = customer.sync(*arguments)
    assert (plan.code, without_run(plan)) == (answer.code, without_run(answer))
    assert plan["run"] is None
    return answer


def without_run(answer: Answer) -> dict[str, Any]:
    return {**answer.data, "run": None}


def linked_tree(customer: Customer) -> dict[str, str | None]:
    """Name -> name of the parent, of the linked groups; for trees without equal names."""
    groups = Group.objects.for_company(customer.company).linked().select_related("parent")
    return {group.name: group.parent.name if group.parent else None for group in groups}
