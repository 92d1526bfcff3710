"""What people do to groups by hand (O2, G5, G7, C4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from companies.audit import command
from companies.models import AuditEntry, Company
from companies.refusals import Refused
from groups.models import DEFAULT_GROUP_NAME, Group
from groups.services import create_group, delete_group, move_group, rename_group
from tests.factories import (
    CompanyFactory,
    EmployeeFactory,
    GroupFactory,
    LinkedEmployeeFactory,
    LinkedGroupFactory,
    default_group_of,
)

pytestmark = pytest.mark.django_db
ACTOR = command("test")
Act = Callable[[], object]


@pytest.fixture
def company() -> Company:
    made: Company = CompanyFactory()
    return made


def make(company: Company, name: str, parent: Group | None = None) -> Group:
    return create_group(company=company, name=name, parent=parent, actor=ACTOR)


def rename(group: Group, name: str) -> None:
    rename_group(group=group, name=name, actor=ACTOR)


def move(group: Group, parent: Group | None) -> None:
    move_group(group=group, parent=parent, actor=ACTOR)


def delete(group: Group) -> None:
    delete_group(group=group, actor=ACTOR)


def tree(company: Company) -> dict[str, str | None]:
    groups = Group.objects.for_company(company).select_related("parent")
    return {group.name: group.parent.name if group.parent else None for group in groups}


def audited(company: Company) -> list[tuple[str, str, Any]]:
    entries = AuditEntry.objects.for_company(company).order_by("pk")
    return [(e.action, e.object_label, e.changes) for e in entries]


def refusal(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str, str]]:
    return [(problem.field, problem.text) for problem in refused.value.problems]


def test_O2_group_is_created_under_a_linked_one(company: Company) -> None:
    linked = LinkedGroupFactory(company=company, name="販売部門")

    group = make(company, "　臨時チーム ", linked)

    assert tree(company) == {DEFAULT_GROUP_NAME: None, "販売部門": None, "臨時チーム": "販売部門"}
    assert (group.is_linked, group.is_default) == (False, False)
    assert audited(company) == [
        ("created", "臨時チーム", {"name": [None, "臨時チーム"], "parent": [None, "販売部門"]})
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", "グループ名を入力してください。"),
        ("　 ", "グループ名を入力してください。"),
        ("営業\n部", "グループ名に改行などの使えない文字が含まれています。1行で入力してください。"),
        ("営業\x00部", "グループ名に改行などの使えない文字が含まれています。"),
        (
            "営業/一課",
            "グループ名に「/」は使えません。グループの場所を「親/子」の形で表すため",
        ),
        ("あ" * 256, "グループ名は255文字以内で入力してください。"),
    ],
)
def test_O2_name_has_to_be_one_line_that_a_path_can_hold(
    company: Company, name: str, text: str
) -> None:
    group = GroupFactory(company=company, name="営業部")

    with pytest.raises(Refused) as creation:
        make(company, name)
    with pytest.raises(Refused) as renaming:
        rename(group, name)

    for refused in (creation, renaming):
        [(field, said)] = refusal(refused)
        assert field == "name"
        assert said.startswith(text)
    assert tree(company) == {DEFAULT_GROUP_NAME: None, "営業部": None}
    assert audited(company) == []


def test_O2_longest_name_and_full_width_stroke_are_taken(company: Company) -> None:
    assert make(company, "あ" * 255).name == "あ" * 255
    assert make(company, "営業／髙﨑").name == "営業／髙﨑"


def test_O2_a_path_stays_exact(company: Company) -> None:
    top = make(company, "営業部")
    child = make(company, "一課", top)
    other = make(company, "一課")  # elsewhere: another path

    for act, field in (
        (lambda: make(company, "営業部"), "name"),
        (lambda: make(company, "一課", top), "name"),
        (lambda: make(company, "営業部", top), "name"),  # its parent's name
        (lambda: make(company, DEFAULT_GROUP_NAME), "name"),
        (lambda: rename(child, "営業部"), "name"),
        (lambda: rename(top, "一課"), "name"),  # its child's name, and a sibling's
        (lambda: rename(other, "営業部"), "name"),
        (lambda: move(other, top), "parent"),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert [place for place, _ in refusal(refused)] == [field]
    assert len(tree(company)) == 3
    assert Group.objects.for_company(company).count() == 4


def test_O2_a_linked_namesake_beside_it_does_not_matter(company: Company) -> None:
    top = LinkedGroupFactory(company=company, name="本社")
    LinkedGroupFactory(company=company, name="営業部", parent=top)

    made = make(company, "営業部", top)

    assert made.parent == top


def test_O2_group_is_renamed(company: Company) -> None:
    group = make(company, "臨時チーム")

    rename(group, "特別チーム")
    rename(group, "特別チーム")  # nothing to do

    group.refresh_from_db()
    assert group.name == "特別チーム"
    assert audited(company)[1:] == [
        ("updated", "特別チーム", {"name": ["臨時チーム", "特別チーム"]})
    ]


def test_O2_group_moves_with_all_below_it(company: Company) -> None:
    top = make(company, "本社")
    group = make(company, "営業部", top)
    make(company, "一課", group)
    other = LinkedGroupFactory(company=company, name="支社")

    move(group, other)
    move(group, other)  # nothing to do

    assert tree(company)["営業部"] == "支社"
    assert tree(company)["一課"] == "営業部"
    move(group, None)
    assert tree(company)["営業部"] is None
    assert audited(company)[3:] == [
        ("updated", "営業部", {"parent": ["本社", "支社"]}),
        ("updated", "営業部", {"parent": ["支社", None]}),
    ]


def test_O2_no_move_makes_a_cycle(company: Company) -> None:
    top = make(company, "本社")
    middle = make(company, "営業部", top)
    low = make(company, "一課", middle)
    before = tree(company)

    for parent in (top, middle, low):
        with pytest.raises(Refused) as refused:
            move(top, parent)
        assert [field for field, _ in refusal(refused)] == ["parent"]

    assert tree(company) == before


def test_G7_nothing_hangs_under_group1(company: Company) -> None:
    default, group = default_group_of(company), make(company, "営業部")

    for act in (lambda: make(company, "一課", default), lambda: move(group, default)):
        with pytest.raises(Refused) as refused:
            act()
        assert refusal(refused) == [
            (
                "parent",
                "「グループ1」の下にはグループを置けません。別の親グループを選んでください。",
            )
        ]


def test_C4_G7_group1_is_never_changed(company: Company) -> None:
    default, group = default_group_of(company), make(company, "営業部")

    acts: tuple[Act, ...] = (
        lambda: rename(default, "その他"),
        lambda: move(default, group),
        lambda: delete(default),
    )
    for act in acts:
        with pytest.raises(Refused) as refused:
            act()
        assert "はじめからあるグループのため" in str(refused.value)

    assert tree(company) == {DEFAULT_GROUP_NAME: None, "営業部": None}


def test_G5_linked_groups_are_refused(company: Company) -> None:
    linked, group = LinkedGroupFactory(company=company, name="販売部門"), make(company, "営業部")

    said = {}
    acts: dict[str, Act] = {
        "rename": lambda: rename(linked, "変更"),
        "move": lambda: move(linked, group),
        "delete": lambda: delete(linked),
    }
    for verb, act in acts.items():
        with pytest.raises(Refused) as refused:
            act()
        said[verb] = str(refused.value)

    locked = "SmartHRと連携しているため、{}は変更できません。SmartHRで変更してください。"
    assert said == {
        "rename": locked.format("グループ名"),
        "move": locked.format("親グループ"),
        "delete": "SmartHRと連携しているため、このグループは削除できません。"
        "SmartHRで部署を削除してください。",
    }
    assert tree(company) == {DEFAULT_GROUP_NAME: None, "販売部門": None, "営業部": None}


def test_G5_group_that_was_linked_meanwhile_is_refused(company: Company) -> None:
    group = make(company, "営業部")
    Group.objects.for_company(company).filter(pk=group.pk).update(
        smarthr_id="11111111-1111-4111-8111-111111111111"
    )

    with pytest.raises(Refused):
        delete(group)  # the caller's object knows nothing of it

    assert "営業部" in tree(company)


def test_O2_deleting_moves_members_to_group1_and_children_up(company: Company) -> None:
    top = LinkedGroupFactory(company=company, name="本社")
    group = make(company, "臨時チーム", top)
    make(company, "班", group)
    member = EmployeeFactory(company=company, group=group)
    linked = LinkedEmployeeFactory(company=company, group=group)

    delete(group)

    for person in (member, linked):
        person.refresh_from_db()
        assert person.group.is_default
    assert tree(company) == {DEFAULT_GROUP_NAME: None, "本社": None, "班": "本社"}
    labels = [(action, label) for action, label, _ in audited(company)[2:]]
    assert ("deleted", "臨時チーム") in labels
    assert ("updated", member.label) in labels
    assert ("updated", "班") in labels


def test_O2_deletion_that_would_make_two_of_one_path_is_refused(company: Company) -> None:
    top = make(company, "本社")
    group = make(company, "臨時", top)
    child = make(company, "一課", group)
    make(company, "一課", top)

    with pytest.raises(Refused) as refused:
        delete(group)

    assert "「一課」の名前を変更するか" in str(refused.value)
    rename(child, "新一課")
    delete(group)
    assert tree(company)["新一課"] == "本社"


def test_O2_group_that_is_gone_is_said_to_be_gone(company: Company) -> None:
    group, parent = make(company, "営業部"), make(company, "本社")
    Group.objects.for_company(company).filter(pk__in=[group.pk, parent.pk]).delete()
    left = make(company, "残る")

    acts: tuple[Act, ...] = (
        lambda: rename(group, "変更"),
        lambda: move(group, None),
        lambda: delete(group),
    )
    for act in acts:
        with pytest.raises(Refused, match="すでに削除されています"):
            act()
    for with_parent in (lambda: make(company, "一課", parent), lambda: move(left, parent)):
        with pytest.raises(Refused, match="選んだ親グループが見つかりません"):
            with_parent()


def test_C1_another_companys_group_is_no_parent(company: Company) -> None:
    stranger, group = GroupFactory(), make(company, "営業部")

    for act in (lambda: make(company, "一課", stranger), lambda: move(group, stranger)):
        with pytest.raises(Refused, match="選んだ親グループが見つかりません"):
            act()
    assert tree(company) == {DEFAULT_GROUP_NAME: None, "営業部": None}
