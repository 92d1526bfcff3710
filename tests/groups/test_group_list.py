"""グループ: the tree as a page."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from companies.models import Company
from employees.choices import Role
from groups.models import Group
from groups.rows import DEEPEST, Row
from tests.factories import (
    AdministratorFactory,
    CompanyFactory,
    EmployeeFactory,
    GroupFactory,
    LinkedGroupFactory,
)

pytestmark = pytest.mark.django_db
# session, person, dot, plan, running sync, groups, members, approvers
QUERIES = 8


@pytest.fixture
def company(client: Client) -> Company:
    company = CompanyFactory()
    client.force_login(AdministratorFactory(company=company))
    return company


def rows(client: Client, query: str = "") -> list[Row]:
    return list(client.get(f"/groups/{query}").context["found"].rows)


def text(client: Client, query: str = "") -> str:
    return client.get(f"/groups/{query}").content.decode()


def approver(group: Group, **values: object) -> None:
    EmployeeFactory(
        company=group.company, group=group, role=Role.APPROVER, email="a@example.com", **values
    )


@pytest.mark.parametrize("at", ["x", "9" * 25, "9" * 5000])
def test_odd_place_in_the_address_shows_the_tree(client: Client, company: Company, at: str) -> None:
    assert client.get("/groups/", {"at": at}).status_code == 200


def test_O2_list_shows_the_tree_with_members(client: Client, company: Company) -> None:
    top = LinkedGroupFactory(company=company, name="販売部門", position=1)
    below = LinkedGroupFactory(company=company, name="福岡エリア", parent=top)
    GroupFactory(name="他社のグループ")
    EmployeeFactory.create_batch(2, company=company, group=top)
    EmployeeFactory.create_batch(3, company=company, group=below)

    assert [(r.name, r.members, r.members_below, r.has_children) for r in rows(client)] == [
        ("販売部門", 2, 5, True),
        ("福岡エリア", 3, 3, False),
        ("グループ1", 1, 1, False),
    ]
    assert f'href="/employees/?group={top.pk}&amp;below=1"' in text(client)
    assert f'href="/employees/?group={below.pk}"' in text(client)


def test_O6_list_says_who_approves_and_orders(client: Client, company: Company) -> None:
    top = GroupFactory(company=company, name="本社")
    middle = GroupFactory(company=company, name="営業部", parent=top)
    low = GroupFactory(company=company, name="一課", parent=middle)
    alone = GroupFactory(company=company, name="臨時")
    headless = GroupFactory(company=company, name="工場")
    shift = GroupFactory(company=company, name="一班", parent=headless)
    approver(top)
    approver(middle)
    approver(middle)
    approver(middle, is_active=False)  # C3: no approver
    approver(shift)
    EmployeeFactory(company=company, group=alone)

    said = {row.name: (row.approval, row.is_warned) for row in rows(client)}

    nobody = "承認者なし（管理者が承認・発注）"
    assert said == {
        "本社": ("承認者1名・発注者1名", False),
        "営業部": ("承認者2名・発注者1名", False),
        "一課": ("承認者2名（営業部）・発注者1名", False),
        "臨時": (nobody, True),
        "工場": (nobody, False),  # nobody is in it who could apply
        "一班": ("承認者1名・発注は管理者", False),
        "グループ1": (nobody, True),
    }
    assert low.pk
    assert client.get("/groups/").context["found"].left_alone == 2
    assert "承認者がいないグループが2件あります。" in text(client)


def test_O1_G5_badge_and_no_buttons_on_linked_groups(client: Client, company: Company) -> None:
    linked = LinkedGroupFactory(company=company, name="販売部門")
    made = GroupFactory(company=company, name="臨時チーム")

    page = text(client)

    assert page.count("mk-badge-smarthr") == 2  # the legend and the linked one
    assert f'href="{made.pk}/rename/"' in page
    assert f'href="{made.pk}/move/"' in page
    assert f'href="{made.pk}/delete/"' in page
    assert f'href="{linked.pk}/' in page
    assert f'href="{linked.pk}/rename/"' not in page
    assert f'href="{linked.pk}/delete/"' not in page


def test_C4_default_group_says_that_it_stays(client: Client, company: Company) -> None:
    default = Group.objects.for_company(company).get()

    assert "はじめからあるグループです。削除できません。" in text(client)
    assert f'href="{default.pk}/delete/"' not in text(client)


def test_O2_search_shows_matches_with_what_is_above_them(client: Client, company: Company) -> None:
    top = GroupFactory(company=company, name="販売部門")
    area = GroupFactory(company=company, name="福岡エリア", parent=top)
    shop = GroupFactory(company=company, name="ＡＢＣ店", parent=area)
    GroupFactory(company=company, name="別の店", parent=shop)
    GroupFactory(company=company, name="開発部")

    found = rows(client, "?q=abc")  # full width or not, capital or small

    assert [(r.name, r.is_match, r.path, r.is_open) for r in found] == [
        ("販売部門", False, "", True),
        ("福岡エリア", False, "", True),
        ("ＡＢＣ店", True, "販売部門/福岡エリア/ＡＢＣ店", True),
    ]
    assert "該当1件 / 6件" in text(client, "?q=abc")
    assert 'value="abc"' in text(client, "?q=abc")


def test_O2_search_without_a_match(client: Client, company: Company) -> None:
    assert "該当するグループはありません。条件を変えて検索してください。" in text(client, "?q=x")


def test_O2_two_levels_are_open_when_there_are_many(client: Client, company: Company) -> None:
    top = GroupFactory(company=company, name="本社")
    middle = GroupFactory(company=company, name="営業部", parent=top)
    low = GroupFactory(company=company, name="一課", parent=middle)
    GroupFactory(company=company, name="一係", parent=low)

    few = {row.name for row in rows(client) if row.is_open and row.has_children}
    Group.objects.bulk_create(Group(company=company, name=f"G{n}") for n in range(100))
    many = {row.name for row in rows(client) if row.is_open and row.has_children}
    at_low = {row.name for row in rows(client, f"?at={low.pk}") if row.is_open and row.has_children}

    assert few == {"本社", "営業部", "一課"}
    assert many == {"本社"}
    assert at_low == {"本社", "営業部"}
    # Closed for those with scripts only: the page has everything.
    assert "一係" in text(client)


def test_names_are_text_and_not_markup(client: Client, company: Company) -> None:
    bad = "<script>alert(1)</script>"
    top = GroupFactory(company=company, name=f"{bad}1")
    approver(top)
    low = GroupFactory(company=company, name=f"{bad}2", parent=top)

    page = text(client, f"?q={bad[:7]}&at={low.pk}") + text(client, f"{low.pk}/")

    assert bad not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize("at", ["x", "0", "-1", "９", "9" * 40])
def test_an_odd_address_opens_the_tree_all_the_same(
    client: Client, company: Company, at: str
) -> None:
    assert client.get("/groups/", {"at": at}).status_code == 200


@pytest.mark.parametrize("groups", [1, 30])
def test_number_of_queries_does_not_grow(
    client: Client,
    company: Company,
    groups: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    parent = GroupFactory(company=company)
    for group in LinkedGroupFactory.create_batch(groups, company=company, parent=parent):
        approver(group, password="!")

    with django_assert_num_queries(QUERIES):
        client.get("/groups/")


class Lists(HTMLParser):
    """How deep the lists of the tree stand in each other, and whether every one ends."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.deepest = self.rows = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in {"ul", "li"}:
            self.open.append(tag)
            self.deepest = max(self.deepest, self.open.count("ul"))
            self.rows += (dict(attributes).get("id") or "").startswith("group-")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"ul", "li"}:
            assert self.open.pop() == tag


def test_two_thousand_groups_a_thousand_deep(client: Client, company: Company) -> None:
    Group.objects.bulk_create(Group(company=company, name=f"深{n}") for n in range(2000))
    chain = list(Group.objects.for_company(company).filter(is_default=False)[:1000])
    for above, below in pairwise(chain):
        below.parent = above
    Group.objects.bulk_update(chain, ["parent"], batch_size=500)

    page = text(client)

    lists = Lists()
    lists.feed(page[page.index("data-tree aria-label") - 60 : page.index("</main>")])
    assert (lists.open, lists.rows) == ([], 2001)
    assert lists.deepest == DEEPEST + 1
    assert "2,001件" in page
    assert "401階層目：深" in page
