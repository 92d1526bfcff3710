"""グループ."""

from itertools import pairwise

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from companies.models import Company
from groups.models import Group
from tests.factories import (
    AdministratorFactory,
    CompanyFactory,
    EmployeeFactory,
    GroupFactory,
    LinkedGroupFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(client: Client) -> Company:
    company = CompanyFactory()
    client.force_login(AdministratorFactory(company=company))
    return company


def test_list_shows_the_tree_with_members(client: Client, company: Company) -> None:
    top = LinkedGroupFactory(company=company, name="販売部門", position=1)
    below = LinkedGroupFactory(company=company, name="福岡エリア", parent=top)
    GroupFactory(name="他社のグループ")
    EmployeeFactory.create_batch(2, company=company, group=top)
    EmployeeFactory.create_batch(3, company=company, group=below)

    rows = client.get("/groups/").context["page"].object_list

    assert [(r.node.name, r.depth, r.members, r.members_below) for r in rows] == [
        ("販売部門", 0, 2, 5),
        ("福岡エリア", 1, 3, 3),
        ("グループ1", 0, 1, 1),
    ]


def test_default_group_says_that_it_stays(client: Client, company: Company) -> None:
    assert "はじめからあるグループです。削除できません。" in client.get("/groups/").content.decode()


@pytest.mark.parametrize("groups", [1, 30])
def test_number_of_queries_does_not_grow(
    client: Client,
    company: Company,
    groups: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    parent = GroupFactory(company=company)
    for group in LinkedGroupFactory.create_batch(groups, company=company, parent=parent):
        EmployeeFactory(company=company, group=group, password="!")

    with django_assert_num_queries(7):  # session, person, dot, plan, running sync, groups, members
        client.get("/groups/")


def test_two_thousand_groups_a_thousand_deep(client: Client, company: Company) -> None:
    Group.objects.bulk_create(Group(company=company, name=f"深{n}") for n in range(2000))
    chain = list(Group.objects.for_company(company).filter(is_default=False)[:1000])
    for above, below in pairwise(chain):
        below.parent = above
    Group.objects.bulk_update(chain, ["parent"], batch_size=500)

    response = client.get("/groups/", {"page": 3})

    text = response.content.decode()
    assert response.status_code == 200
    assert "2,001件" in text
    assert "401階層目：深" in text
    assert len(response.context["page"].object_list) == 200
