"""B4: how a file names a group, and that an export names each of them exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulk.planning.group_names import GroupNames, group_names
from groups.tree import GroupTree, Node


def tree(*groups: tuple[int, str, int | None, bool]) -> GroupNames:
    return group_names(
        GroupTree(
            Node(pk, name, parent, None, is_linked=is_linked, is_default=False)
            for pk, name, parent, is_linked in groups
        )
    )


NAMES = tree(
    (1, "本社", None, True),
    (2, "営業部", 1, True),
    (3, "大阪支店", None, True),
    (4, "営業部", 3, True),
    (5, "臨時", None, False),
    (6, "営業部", 5, False),
    (7, "経理部", 1, True),
    (8, "経理部", None, False),
    (9, "企画/広報", 1, True),
    (10, "企画", 1, True),
    (11, "広報", 10, False),
    (12, "課", 5, False),
    (13, "課", 3, False),
    (14, "/社外", None, False),
)


@pytest.mark.parametrize(
    ("text", "current", "pk"),
    [
        ("本社", None, 1),
        ("経理部", None, 7),  # the linked one
        ("経理部", 8, 7),  # though the employee is in the other
        ("本社/営業部", None, 2),
        ("営業部", 4, 4),  # among linked ones the current one
        ("営業部", 6, None),  # which a hand-made one is not
        ("営業部", None, None),
        ("臨時/営業部", None, 6),  # a path is exact
        ("課", 13, 13),
        ("課", None, None),
        ("本社/企画/広報", None, 9),  # two paths in one text: the linked one
        ("/本社/企画/広報", None, 11),
        ("/本社/企画\\/広報", None, 9),
        ("/経理部", None, 8),
        ("/経理部\\8", None, 8),
        ("/経理部\\7", None, None),  # that number stands elsewhere
        ("/社外", None, 14),
        ("企画/広報", None, 9),
        ("ない", None, None),
        ("本社/", None, None),
        ("", None, None),
    ],
)
def test_B4_a_cell_means_a_group(text: str, current: int | None, pk: int | None) -> None:
    assert NAMES.find(text, current=current).pk == pk


def test_B4_several_linked_ones_are_all_named() -> None:
    found = NAMES.find("営業部")

    named = {NAMES.reference(pk) for pk in found.candidates}
    assert named == {"本社/営業部", "大阪支店/営業部"}


def test_B4_an_export_writes_the_shortest_exact_name() -> None:
    assert [NAMES.reference(pk) for pk in (1, 7, 8, 9, 11, 14)] == [
        "本社",
        "経理部",
        "/経理部",
        "企画/広報",
        "広報",
        "/社外",
    ]


def test_B4_groups_of_one_path_have_their_number() -> None:
    twins = tree((1, "本社", None, True), (2, "課", 1, True), (3, "課", 1, False))

    assert [twins.reference(pk) for pk in (2, 3)] == ["課", "/本社/課\\3"]
    assert [twins.exact_reference(pk) for pk in (2, 3)] == ["本社/課", "/本社/課\\3"]


names = st.text(st.sampled_from("ab/\\1 \n=𠮷"), min_size=1, max_size=4)


@st.composite
def trees(draw: st.DrawFn) -> GroupNames:
    groups: list[tuple[int, str, int | None, bool]] = []
    for pk in range(1, draw(st.integers(1, 9)) + 1):
        parent = draw(st.none() | st.integers(1, pk - 1)) if pk > 1 else None
        groups.append((pk, draw(names), parent, draw(st.booleans())))
    return tree(*groups)


@given(trees(), st.data())
def test_B2_every_reference_means_its_group_and_no_other(
    made: GroupNames, data: st.DataObject
) -> None:
    current = data.draw(st.none() | st.sampled_from(sorted(made.nodes)))
    for pk in made.nodes:
        assert made.find(made.reference(pk), current=current).pk == pk
        assert made.find(made.exact_reference(pk)).pk == pk


def test_a_group_too_deep_for_a_cell_has_no_reference() -> None:
    line = [(pk, f"{pk:0255}", pk - 1 or None, False) for pk in range(1, 200)]
    twins = [(pk + 1000, name, parent and parent + 1000, False) for pk, name, parent, _ in line]
    deep = tree(*line, *twins)

    assert deep.reference(199) == ""
    assert deep.reference(1) == "/" + line[0][1] + "\\1"
