"""Verbs of the group tree (G4, C4)."""

from __future__ import annotations

from typing import Any

import pytest

from companies.audit import command
from companies.models import AuditEntry, Company
from groups.models import DEFAULT_GROUP_NAME, Group
from groups.services import dissolve_groups
from tests.factories import CompanyFactory, EmployeeFactory, GroupFactory

pytestmark = pytest.mark.django_db
ACTOR = command("test")


@pytest.fixture
def company() -> Company:
    made: Company = CompanyFactory()
    return made


def chain(company: Company, *names: str) -> list[Group]:
    groups: list[Group] = []
    for name in names:
        parent = groups[-1] if groups else None
        groups.append(GroupFactory(company=company, name=name, parent=parent))
    return groups


def dissolve(company: Company, *groups: Group) -> None:
    dissolve_groups(company=company, groups=[group.pk for group in groups], actor=ACTOR)


def tree(company: Company) -> dict[str, str | None]:
    groups = Group.objects.for_company(company).select_related("parent")
    return {group.name: group.parent.name if group.parent else None for group in groups}


def audited(company: Company) -> list[tuple[str, str, str, Any]]:
    entries = AuditEntry.objects.for_company(company).order_by("object_type", "object_label")
    return [(e.action, e.object_type, e.object_label, e.changes) for e in entries]


def test_C4_every_company_has_group1_from_the_start(company: Company) -> None:
    group = Group.objects.for_company(company).get()

    assert (group.name, group.is_default, group.parent) == (DEFAULT_GROUP_NAME, True, None)


def test_G4_members_go_to_group1_and_children_move_up(company: Company) -> None:
    top, middle, lower, below = chain(company, "本部", "部", "課", "班")
    member = EmployeeFactory(company=company, group=middle)
    stays = EmployeeFactory(company=company, group=below)

    dissolve(company, middle, lower)

    member.refresh_from_db()
    stays.refresh_from_db()
    assert member.group.is_default
    assert stays.group == below
    assert tree(company) == {DEFAULT_GROUP_NAME: None, "本部": None, "班": "本部"}
    assert sorted(audited(company), key=str) == [
        ("deleted", "group", "課", {"name": ["課", None]}),
        ("deleted", "group", "部", {"name": ["部", None]}),
        ("updated", "employee", member.label, {"group": ["部", DEFAULT_GROUP_NAME]}),
        ("updated", "group", "班", {"parent": ["課", "本部"]}),
    ]
    assert top.pk in set(Group.objects.for_company(company).values_list("pk", flat=True))


def test_G4_a_whole_branch_goes_and_its_children_become_top_level(company: Company) -> None:
    groups = chain(company, "本部", "部", "課", "班")

    dissolve(company, *groups[:3])

    assert tree(company) == {DEFAULT_GROUP_NAME: None, "班": None}


def test_C4_group1_cannot_be_dissolved(company: Company) -> None:
    default = Group.objects.for_company(company).get()
    member = EmployeeFactory(company=company)

    dissolve(company, default)

    member.refresh_from_db()
    assert member.group == default
    assert audited(company) == []


def test_C1_another_companys_groups_are_not_touched(company: Company) -> None:
    stranger = GroupFactory()

    dissolve(company, stranger)

    stranger.refresh_from_db()
    assert audited(company) == []


def test_G4_groups_that_are_gone_already_do_no_harm(company: Company) -> None:
    group = GroupFactory(company=company)

    dissolve_groups(company=company, groups=[group.pk, 10**9], actor=ACTOR)
    dissolve_groups(company=company, groups=[], actor=ACTOR)

    assert tree(company) == {DEFAULT_GROUP_NAME: None}


def test_G4_a_chain_of_1000_groups_goes_without_recursion(company: Company) -> None:
    groups: list[Group] = []
    for number in range(1000):
        parent = groups[-1] if groups else None
        groups.append(Group.objects.create(company=company, name=f"g{number}", parent=parent))
    kept = GroupFactory(company=company, name="残る", parent=groups[-1])

    dissolve(company, *groups)

    kept.refresh_from_db()
    assert tree(company) == {DEFAULT_GROUP_NAME: None, "残る": None}
