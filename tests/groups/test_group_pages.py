"""The pages that change groups, and that of one group (O2)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.audit import command
from companies.models import AuditEntry, Company
from employees.choices import Role
from employees.models import Employee
from groups.models import Group
from groups.services import delete_group
from tests.factories import (
    AdministratorFactory,
    CompanyFactory,
    EmployeeFactory,
    GroupFactory,
    LinkedEmployeeFactory,
    LinkedGroupFactory,
    default_group_of,
)

pytestmark = pytest.mark.django_db
ACTOR = command("test")
PAGES = ("", "rename/", "move/", "delete/")


@pytest.fixture
def administrator(client: Client) -> Employee:
    person: Employee = AdministratorFactory(company=CompanyFactory(), last_name="管理")
    client.force_login(person)
    return person


@pytest.fixture
def company(administrator: Employee) -> Company:
    return administrator.company


def approver(group: Group, last_name: str, **values: Any) -> Employee:
    return EmployeeFactory(
        company=group.company,
        group=group,
        role=Role.APPROVER,
        email="a@example.com",
        last_name=last_name,
        first_name="一郎",
        password="!",
        **values,
    )


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def parents(company: Company) -> dict[str, str | None]:
    groups = Group.objects.for_company(company).select_related("parent")
    return {group.name: group.parent.name if group.parent else None for group in groups}


# --- who may ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.APPLICANT, Role.APPROVER])
@pytest.mark.parametrize("method", ["get", "post"])
def test_O2_C3_only_administrators_open_these(client: Client, role: Role, method: str) -> None:
    group = GroupFactory(name="営業部")
    client.force_login(EmployeeFactory(company=group.company, role=role, email="a@example.com"))

    addresses = ["/groups/", "/groups/add/", *(f"/groups/{group.pk}/{page}" for page in PAGES)]
    answers = {address: getattr(client, method)(address).status_code for address in addresses}

    assert set(answers.values()) == {403}, answers
    assert "営業部" in parents(group.company)


def test_C1_another_companys_group_is_not_found(client: Client, company: Company) -> None:
    stranger, own = GroupFactory(name="他社"), GroupFactory(company=company, name="営業部")

    for page in PAGES:
        assert client.get(f"/groups/{stranger.pk}/{page}").status_code == 404
    for page in PAGES[1:]:
        data = {"name": "変更", "parent": "0", "members": "0"}
        assert client.post(f"/groups/{stranger.pk}/{page}", data).status_code == 404
    assert client.get(f"/groups/add/?parent={stranger.pk}").status_code == 404
    assert client.post("/groups/add/", {"name": "新", "parent": stranger.pk}).status_code == 422
    assert client.post(f"/groups/{own.pk}/move/", {"parent": stranger.pk}).status_code == 422
    assert parents(company) == {"グループ1": None, "営業部": None}
    assert "他社" not in text(client, "/groups/add/")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("kind", ["linked", "default"])
def test_G5_C4_locked_groups_are_refused_by_the_server(
    client: Client, company: Company, method: str, kind: str
) -> None:
    linked = LinkedGroupFactory(company=company, name="販売部門")
    GroupFactory(company=company, name="下位", parent=linked)
    group = linked if kind == "linked" else default_group_of(company)
    before = parents(company)

    for page, data in (
        ("rename/", {"name": "変更"}),
        ("move/", {"parent": "0"}),
        ("delete/", {"members": str(group.members.count())}),
    ):
        answer = getattr(client, method)(f"/groups/{group.pk}/{page}", data)
        if method == "get":
            assert (answer.status_code, answer.headers["Location"]) == (302, f"/groups/{group.pk}/")
        else:
            assert answer.status_code == 422
            said = "SmartHRと連携しているため" if kind == "linked" else "はじめからあるグループ"
            assert said in answer.content.decode()
    assert parents(company) == before
    assert not AuditEntry.objects.for_company(company).filter(object_type="group").exists()


# --- one group -------------------------------------------------------------------------------


def test_O2_detail_shows_the_route_as_steps(client: Client, company: Company) -> None:
    top = LinkedGroupFactory(company=company, name="販売部門")
    shop = GroupFactory(company=company, name="春日店", parent=top)
    approver(top, "佐藤", employee_id="a001")
    approver(shop, "田中", employee_id="a002")
    approver(shop, "停止", is_active=False)
    EmployeeFactory.create_batch(2, company=company, group=shop)

    answer = client.get(f"/groups/{shop.pk}/")
    page = answer.content.decode()

    steps = [(step.acts, [a.label for a in step.approvers]) for step, _ in answer.context["steps"]]
    assert steps == [("承認", ["田中 一郎（a002）"]), ("承認・発注", ["佐藤 一郎（a001）"])]
    assert "販売部門/春日店" in page
    assert f'<a href="/employees/?group={shop.pk}">4名</a>' in page
    assert "停止 一郎" not in page
    for verb in ("rename", "move", "delete"):
        assert f"/groups/{shop.pk}/{verb}/" in page


def test_G5_O1_detail_of_a_linked_group_says_why_it_is_locked(
    client: Client, company: Company
) -> None:
    linked = LinkedGroupFactory(company=company, name="販売部門")

    page = text(client, f"/groups/{linked.pk}/")

    assert "SmartHRと連携しているため、グループ名と親グループは変更できません。" in page
    assert "mk-badge-smarthr" in page
    assert "/rename/" not in page
    assert "/delete/" not in page


def test_O6_detail_says_that_only_administrators_approve(client: Client, company: Company) -> None:
    page = text(client, f"/groups/{default_group_of(company).pk}/")

    assert "承認者なし：このグループにも上位のグループにも、承認者がいません。" in page
    assert "はじめからあるグループです。" in page


# --- create, rename --------------------------------------------------------------------------


def test_O2_group_is_added_where_it_was_asked_for(client: Client, company: Company) -> None:
    top = LinkedGroupFactory(company=company, name="販売部門")
    page = text(client, f"/groups/add/?parent={top.pk}")
    assert f'<option value="{top.pk}" selected>販売部門（SmartHR）</option>' in page

    answer = client.post("/groups/add/", {"name": " 臨時チーム ", "parent": top.pk}, follow=True)

    made = Group.objects.for_company(company).get(name="臨時チーム")
    assert answer.redirect_chain == [(f"/groups/?at={made.pk}#group-{made.pk}", 302)]
    assert "グループ「臨時チーム」を追加しました。" in answer.content.decode()
    assert made.parent == top
    [entry] = AuditEntry.objects.for_company(company).filter(object_type="group")
    assert entry.actor_label.startswith("管理")


@pytest.mark.parametrize(
    ("data", "field", "said"),
    [
        ({"name": "", "parent": "0"}, "name", "グループ名を入力してください。"),
        ({"name": "a/b", "parent": "0"}, "name", "グループ名に「/」は使えません。"),
        ({"name": "新"}, "parent", "親グループを一覧から選んでください。"),
        ({"name": "新", "parent": "x"}, "parent", "親グループを一覧から選んでください。"),
        ({"name": "新", "parent": "9" * 30}, "parent", "親グループを一覧から選んでください。"),
        ({"name": "新", "parent": "-1"}, "parent", "親グループを一覧から選んでください。"),
        ({"name": "新", "parent": "987654"}, "parent", "選んだ親グループが見つかりません。"),
    ],
)
def test_O2_what_is_wrong_is_said_at_the_field_and_above(
    client: Client, company: Company, data: dict[str, str], field: str, said: str
) -> None:
    answer = client.post("/groups/add/", data)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>エラー：グループの追加" in page
    assert page.count(said) == 2
    assert f'href="#id_{field}"' in page
    assert f'id="id_{field}"' in page
    assert Group.objects.for_company(company).count() == 1


def test_O2_typed_values_are_kept(client: Client, company: Company) -> None:
    top = GroupFactory(company=company, name="本社")

    page = client.post("/groups/add/", {"name": "本社", "parent": top.pk}).content.decode()

    assert 'value="本社"' in page
    assert f'<option value="{top.pk}" selected>' in page


@pytest.mark.parametrize("parent", ["x", "-1", "９", "9" * 25, "9" * 5000])
def test_odd_parent_in_the_address_is_not_found(
    client: Client, company: Company, parent: str
) -> None:
    assert client.get("/groups/add/", {"parent": parent}).status_code == 404


def test_O2_group_is_renamed(client: Client, company: Company) -> None:
    group = GroupFactory(company=company, name="臨時チーム")

    refused = client.post(f"/groups/{group.pk}/rename/", {"name": "グループ1"})
    done = client.post(f"/groups/{group.pk}/rename/", {"name": "特別チーム"})

    assert refused.status_code == 422
    assert "「グループ1」というグループがあります。" in refused.content.decode()
    assert "変更するグループ：臨時チーム" in refused.content.decode()
    assert done.status_code == 302
    assert parents(company) == {"グループ1": None, "特別チーム": None}


# --- move ------------------------------------------------------------------------------------


def test_O2_picker_offers_full_paths_without_what_would_make_a_cycle(
    client: Client, company: Company
) -> None:
    top = LinkedGroupFactory(company=company, name="販売部門")
    group = GroupFactory(company=company, name="臨時チーム")
    GroupFactory(company=company, name="班", parent=group)
    GroupFactory(company=company, name="春日店", parent=top)

    answer = client.get(f"/groups/{group.pk}/move/")

    assert [choice.path for choice in answer.context["choices"]] == ["販売部門", "販売部門/春日店"]
    assert "最上位（親グループなし）（今の場所）" in answer.content.decode()


def test_X7_O2_move_shows_its_effect_first(client: Client, company: Company) -> None:
    top = LinkedGroupFactory(company=company, name="販売部門")
    group = GroupFactory(company=company, name="臨時チーム")
    approver(top, "佐藤")
    approver(group, "田中")
    EmployeeFactory(company=company, group=group, password="!")

    answer = client.get(f"/groups/{group.pk}/move/", {"parent": top.pk})

    [effect] = answer.context["effects"].shown
    page = answer.content.decode()
    assert (effect.path, effect.members, effect.leaves_alone) == ("臨時チーム", 2, False)
    assert "販売部門/臨時チーム" in page
    assert "田中 一郎さん（承認・発注）" in page
    assert "佐藤 一郎さん（承認・発注）" in page
    assert parents(company)["臨時チーム"] is None

    done = client.post(f"/groups/{group.pk}/move/", {"parent": top.pk}, follow=True)

    assert "グループ「臨時チーム」を「販売部門」の下に移動しました。" in done.content.decode()
    assert parents(company)["臨時チーム"] == "販売部門"


@pytest.mark.parametrize("method", ["get", "post"])
def test_O2_move_below_itself_is_refused(client: Client, company: Company, method: str) -> None:
    group = GroupFactory(company=company, name="臨時チーム")
    below = GroupFactory(company=company, name="班", parent=group)

    answer = getattr(client, method)(f"/groups/{group.pk}/move/", {"parent": below.pk})

    assert answer.status_code == 422
    assert "「班」はこのグループの下位にあるため" in answer.content.decode()


def test_O2_move_to_the_same_place_asks_for_another(client: Client, company: Company) -> None:
    group = GroupFactory(company=company, name="臨時チーム")

    answer = client.get(f"/groups/{group.pk}/move/", {"parent": "0"})

    assert answer.status_code == 422
    assert "今と同じ親グループです。" in answer.content.decode()


# --- delete ----------------------------------------------------------------------------------


def test_O2_X7_deletion_says_what_goes_where_and_who_approves_then(
    client: Client, company: Company
) -> None:
    group = GroupFactory(company=company, name="臨時チーム")
    below = GroupFactory(company=company, name="班", parent=group)
    approver(group, "田中")
    LinkedEmployeeFactory(company=company, group=group, password="!")
    EmployeeFactory(company=company, group=below, password="!")

    answer = client.get(f"/groups/{group.pk}/delete/")

    page = answer.content.decode()
    effects = {e.path: (e.members, e.leaves_alone) for e in answer.context["effects"].shown}
    assert (
        "臨時チームを削除しますか？　社員2名はグループ1に移ります。社員と名刺は削除されません。"
        in page
    )
    assert "下位のグループ1件は、最上位に移ります。" in page
    assert effects == {"臨時チーム/班": (1, True), "グループ1": (1, False)}
    assert "そのうち1件は承認者がいなくなり、管理者だけが承認・発注できます。" in page

    done = client.post(f"/groups/{group.pk}/delete/", {"members": "2"}, follow=True)

    assert "グループ「臨時チーム」を削除しました。" in done.content.decode()
    assert parents(company) == {"グループ1": None, "班": None}
    assert default_group_of(company).members.count() == 3


def test_O2_deletion_asks_again_when_the_number_has_changed(
    client: Client, company: Company
) -> None:
    group = GroupFactory(company=company, name="臨時チーム")
    EmployeeFactory.create_batch(3, company=company, group=group, password="!")

    answer = client.post(f"/groups/{group.pk}/delete/", {"members": "2"})

    assert answer.status_code == 422
    assert "移る社員の人数が変わりました。" in answer.content.decode()
    assert 'name="members" value="3"' in answer.content.decode()
    assert "臨時チーム" in parents(company)


def test_O2_deleting_twice_is_not_found(client: Client, company: Company) -> None:
    group = GroupFactory(company=company)
    client.post(f"/groups/{group.pk}/delete/", {"members": "0"})

    assert client.post(f"/groups/{group.pk}/delete/", {"members": "0"}).status_code == 404


# --- speed -----------------------------------------------------------------------------------


def test_number_of_queries_does_not_grow(client: Client, company: Company) -> None:
    def queries(query: str) -> dict[str, int]:
        top = GroupFactory(company=company)
        found = {}
        for page in ("", "rename/", "move/", f"move/{query}", "delete/"):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"/groups/{top.pk}/{page}").status_code == 200
            found[page] = len(captured)
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/groups/add/").status_code == 200
        delete_group(group=top, actor=ACTOR)
        return {**found, "add/": len(captured)}

    first = GroupFactory(company=company)
    query = f"?parent={first.pk}"
    approver(first, "佐藤")
    few = queries(query)
    for number in range(30):
        approver(GroupFactory(company=company, parent=first), f"田中{number}")
    many = queries(query)

    assert many == few
