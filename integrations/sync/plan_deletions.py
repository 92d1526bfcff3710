"""When a deletion stops and asks, and whom it leaves (E12, G4, C6). Pure."""

from collections.abc import Iterable, Set


def people_limit(linked: int) -> int:
    """How many people one run deletes without asking: min(10, max(1, 5 %)), rounded down."""
    return min(10, max(1, linked * 5 // 100))


def exceeds_group_limit(count: int, linked: int) -> bool:
    """Whether more than the larger of 3 groups and 10 % of the linked ones would go."""
    return count > 3 and count * 10 > linked


def held_administrators(going: Iterable[int], able: Set[int]) -> set[int]:
    """Who of them stays because nobody else could log in as 管理者 (C6); empty or one person."""
    return set() if able - set(going) else set(sorted(able)[:1])
