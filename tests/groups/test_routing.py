"""Who approves and who orders, from the tree alone (O6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groups.routing import Route, routes

TOP, CHILD, GRANDCHILD = 1, 2, 3
ALONE = {TOP: None}
PAIR = {TOP: None, CHILD: TOP}
THREE = {TOP: None, CHILD: TOP, GRANDCHILD: CHILD}
ADMINISTRATORS = None


@pytest.mark.parametrize(
    ("parents", "approving", "group", "steps", "ordered_by"),
    [
        pytest.param(ALONE, set(), TOP, (), ADMINISTRATORS, id="everyone is 申請者"),
        pytest.param(ALONE, {9}, TOP, (), ADMINISTRATORS, id="no approver in the group"),
        pytest.param(ALONE, {TOP}, TOP, (TOP,), TOP, id="an approver of the same group"),
        pytest.param(
            PAIR, {TOP, CHILD}, CHILD, (CHILD, TOP), TOP, id="own approves, the parent's orders"
        ),
        pytest.param(PAIR, {TOP}, CHILD, (TOP,), TOP, id="child without, parent with"),
        pytest.param(
            THREE,
            {TOP, CHILD, GRANDCHILD},
            GRANDCHILD,
            (GRANDCHILD, CHILD, TOP),
            TOP,
            id="grandchild, child, parent",
        ),
        # What the one rule says beyond the published examples.
        pytest.param(PAIR, {CHILD}, CHILD, (CHILD,), ADMINISTRATORS, id="root has none"),
        pytest.param(PAIR, {CHILD}, TOP, (), ADMINISTRATORS, id="below does not count"),
        pytest.param(
            THREE, {TOP, GRANDCHILD}, GRANDCHILD, (GRANDCHILD, TOP), TOP, id="a gap on the way"
        ),
        pytest.param({CHILD: 99}, {CHILD}, CHILD, (CHILD,), CHILD, id="parent unknown"),
    ],
)
def test_O6_the_tree_decides_who_approves_and_orders(
    parents: dict[int, int | None],
    approving: set[int],
    group: int,
    steps: tuple[int, ...],
    ordered_by: int | None,
) -> None:
    route = routes(parents, approving)[group]

    assert (route.steps, route.ordered_by) == (steps, ordered_by)
    assert route.is_left_alone is (steps == ())


def test_O6_own_application_of_an_approver_starts_after_their_own_step() -> None:
    found = routes(THREE, {TOP, CHILD, GRANDCHILD})

    assert found[GRANDCHILD].of_an_approver(GRANDCHILD).steps == (CHILD, TOP)
    # At the root nobody else is left: 管理者 approve and order.
    own = found[TOP].of_an_approver(TOP)
    assert (own.steps, own.ordered_by, own.is_left_alone) == ((), ADMINISTRATORS, True)


def test_O6_groups_in_a_cycle_have_a_route_each() -> None:
    found = routes({1: 2, 2: 3, 3: 1, 4: 1, 5: 5}, {1, 4})

    assert found.keys() == {1, 2, 3, 4, 5}
    assert all(len(set(route.steps)) == len(route.steps) for route in found.values())
    assert found[4].steps[0] == 4


def walked(parents: dict[int, int | None], approving: set[int], group: int) -> Route:
    """The rule, word by word."""
    way = [group]
    while (above := parents[way[-1]]) is not None:
        way.append(above)
    return Route(tuple(one for one in way if one in approving), way[-1])


@st.composite
def trees(draw: st.DrawFn) -> tuple[dict[int, int | None], set[int]]:
    size = draw(st.integers(1, 40))
    names = draw(st.permutations(range(1, size + 1)))
    parents: dict[int, int | None] = {}
    for place, name in enumerate(names):
        parents[name] = draw(st.sampled_from([None, *names[:place]]))
    order = draw(st.permutations(list(parents)))
    return {name: parents[name] for name in order}, draw(st.sets(st.sampled_from(names)))


@given(trees())
def test_O6_every_route_is_the_walk_to_the_root(
    given_tree: tuple[dict[int, int | None], set[int]],
) -> None:
    parents, approving = given_tree

    found = routes(parents, approving)

    assert found == {group: walked(parents, approving, group) for group in parents}


@given(
    st.dictionaries(st.integers(1, 12), st.none() | st.integers(1, 12)), st.sets(st.integers(1, 12))
)
def test_O6_no_set_of_parents_hangs(parents: dict[int, int | None], approving: set[int]) -> None:
    found = routes(parents, approving)

    assert found.keys() == parents.keys()
    for group, route in found.items():
        assert set(route.steps) <= approving & parents.keys()
        assert (group in route.steps) is (group in approving)


def test_O6_a_chain_of_ten_thousand_groups_needs_no_recursion() -> None:
    parents = {pk: pk - 1 or None for pk in range(1, 10_001)}

    route = routes(parents, {1, 10_000})[10_000]

    assert (route.steps, route.ordered_by) == ((10_000, 1), 1)
