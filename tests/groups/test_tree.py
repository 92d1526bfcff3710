"""The tree in memory: order, paths, sums (G7)."""

from groups.tree import GroupTree, Node


def node(
    pk: int,
    name: str = "",
    parent: int | None = None,
    *,
    position: int | None = None,
    linked: bool = False,
    default: bool = False,
) -> Node:
    return Node(pk, name or f"group{pk}", parent, position, linked, default)


def names(tree: GroupTree) -> list[str]:
    return [node.name for node, _ in tree.walk()]


def test_siblings_stand_in_order() -> None:
    tree = GroupTree(
        [
            node(1, "グループ1", default=True),
            node(2, "b", position=0),
            node(3, "a"),
            node(4, "z", linked=True, position=1),
            node(5, "y", linked=True, position=1),
            node(6, "d", linked=True),
            node(7, "c", linked=True),
            node(8, "x", linked=True, position=2),
        ]
    )

    assert names(tree) == ["y", "z", "x", "c", "d", "a", "b", "グループ1"]


def test_children_follow_their_parent_with_their_depth() -> None:
    tree = GroupTree([node(3, "c", 2), node(1, "a"), node(2, "b", 1), node(4, "d")])

    assert [(item.name, depth) for item, depth in tree.walk()] == [
        ("a", 0),
        ("b", 1),
        ("c", 2),
        ("d", 0),
    ]


def test_path_goes_from_the_top() -> None:
    tree = GroupTree([node(1, "販売部門"), node(2, "福岡エリア", 1), node(3, "春日店", 2)])

    assert tree.path(3) == "販売部門/福岡エリア/春日店"
    assert tree.short_path(3) == "販売部門/福岡エリア/春日店"


def test_long_path_is_shortened_in_the_middle() -> None:
    tree = GroupTree([node(pk, f"g{pk}", pk - 1 or None) for pk in range(1, 7)])

    assert tree.short_path(6) == "g1/…/g5/g6"
    assert tree.path(6) == "g1/g2/g3/g4/g5/g6"


def test_sums_include_everybody_below() -> None:
    tree = GroupTree([node(1), node(2, parent=1), node(3, parent=2), node(4)])

    assert tree.sums({1: 1, 3: 5, 4: 2}) == {1: 6, 2: 5, 3: 5, 4: 2}


def test_depth_of_a_thousand_needs_no_recursion() -> None:
    tree = GroupTree([node(pk, parent=pk - 1 or None) for pk in range(1, 1001)])

    assert [depth for _, depth in tree.walk()] == list(range(1000))
    assert tree.sums({1000: 3})[1] == 3
    assert tree.path(1000).count("/") == 999


def test_groups_of_a_cycle_are_still_seen() -> None:
    tree = GroupTree([node(1), node(2, parent=3), node(3, parent=2)])

    assert sorted(item.pk for item, _ in tree.walk()) == [1, 2, 3]
    assert tree.path(2) == "group3/group2"
    assert tree.sums({2: 1}) == {1: 0, 2: 1, 3: 0}
