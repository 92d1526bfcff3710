"""What a move or a deletion does to approval and ordering (X7)."""

from __future__ import annotations

from collections.abc import Mapping

from groups.flows import Approver, Flow, Layout, changes_between, is_left_alone

TOP, CHILD, LOW, OTHER, DEFAULT = 1, 2, 3, 4, 9
PARENTS = {TOP: None, CHILD: TOP, LOW: CHILD, OTHER: None, DEFAULT: None}
TANAKA, SATO = Approver(11, "田中 一郎", "a001"), Approver(12, "佐藤 花子", "a002")


def layout(people: Mapping[int, tuple[Approver, ...]]) -> Layout:
    return Layout(PARENTS, people)


def text(flow: Flow) -> str:
    return " → ".join(f"{step.names}（{step.acts}）" for step in flow)


def test_X7_flow_names_who_approves_and_who_orders() -> None:
    flows = layout({TOP: (SATO,), CHILD: (TANAKA,)}).flows()

    assert text(flows[LOW]) == "田中 一郎さん（承認） → 佐藤 花子さん（承認・発注）"
    assert text(flows[OTHER]) == "管理者（承認・発注）"
    assert (
        text(layout({CHILD: (TANAKA,)}).flows()[CHILD]) == "田中 一郎さん（承認） → 管理者（発注）"
    )


def test_X7_more_than_three_names_are_counted() -> None:
    people = tuple(Approver(n, f"社員 {n}", f"a{n}") for n in range(5))

    assert text(layout({OTHER: people}).flows()[OTHER]) == (
        "社員 0さん、社員 1さん、社員 2さん ほか2名（承認・発注）"
    )


def test_X7_move_changes_the_routes_of_all_below() -> None:
    before = layout({TOP: (SATO,), CHILD: (TANAKA,)})

    changes = changes_between(before, before.after_move(CHILD, OTHER))

    assert {change.group: text(change.after) for change in changes} == {
        CHILD: "田中 一郎さん（承認） → 管理者（発注）",
        LOW: "田中 一郎さん（承認） → 管理者（発注）",
    }
    assert not any(change.leaves_alone for change in changes)


def test_X7_move_can_leave_groups_with_administrators_alone() -> None:
    before = layout({TOP: (SATO,)})

    changes = changes_between(before, before.after_move(LOW, None))

    assert [(change.group, change.leaves_alone) for change in changes] == [(LOW, True)]


def test_X7_top_group_that_gains_a_parent_loses_the_right_to_order() -> None:
    before = layout({OTHER: (TANAKA,), TOP: (SATO,)})

    [change] = changes_between(before, before.after_move(OTHER, TOP))

    assert text(change.before) == "田中 一郎さん（承認・発注）"
    assert text(change.after) == "田中 一郎さん（承認） → 佐藤 花子さん（承認・発注）"


def test_X7_move_between_groups_of_the_same_people_changes_nothing() -> None:
    before = Layout({1: None, 2: None, 3: 1}, {})

    assert changes_between(before, before.after_move(3, 2)) == []


def test_X7_deletion_takes_the_approvers_to_group1() -> None:
    before = layout({CHILD: (TANAKA,), DEFAULT: (SATO,)})
    after = before.after_deletion(CHILD, DEFAULT)

    changes = changes_between(before, after, moved={CHILD: DEFAULT})

    assert {change.group: text(change.after) for change in changes} == {
        CHILD: "田中 一郎さん、佐藤 花子さん（承認・発注）",  # its people are in グループ1 then
        LOW: "管理者（承認・発注）",
        DEFAULT: "田中 一郎さん、佐藤 花子さん（承認・発注）",
    }
    assert [change.group for change in changes if is_left_alone(change.after)] == [LOW]
    assert after.parents[LOW] == TOP
