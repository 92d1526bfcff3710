"""When a deletion stops and asks (E12, G4). Pure."""


def people_limit(linked: int) -> int:
    """How many people one run deletes without asking: min(10, max(1, 5 %)), rounded down."""
    return min(10, max(1, linked * 5 // 100))


def exceeds_group_limit(count: int, linked: int) -> bool:
    """Whether more than the larger of 3 groups and 10 % of the linked ones would go."""
    return count > 3 and count * 10 > linked
