"""The departments as a person sees them: parents before children, cycles set apart."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.account import Account
from simulator.json_text import Record
from simulator.records.crew import slot_ids

MAX_INDENT = 8


@dataclass(frozen=True)
class Branch:
    key: str
    department: Record
    depth: int
    members: int
    is_in_cycle: bool

    @property
    def indent(self) -> int:
        return min(self.depth, MAX_INDENT)


def department_tree(account: Account) -> list[Branch]:
    children: dict[str, list[str]] = {}
    for key in _by_position(account, list(account.departments)):
        parent = account.departments[key]["parent"]
        is_known = isinstance(parent, str) and parent in account.departments
        children.setdefault(str(parent) if is_known else "", []).append(key)
    members = _members(account)
    walked: dict[str, tuple[int, bool]] = {}
    _walk(children.get("", []), children, walked, is_in_cycle=False)
    for key in account.departments:
        # Whoever is not reached from the top stands in a cycle or below one.
        _walk([key], children, walked, is_in_cycle=True)
    return [
        Branch(key, account.departments[key], depth, members[key], is_in_cycle)
        for key, (depth, is_in_cycle) in walked.items()
    ]


def _walk(
    starts: list[str],
    children: dict[str, list[str]],
    walked: dict[str, tuple[int, bool]],
    *,
    is_in_cycle: bool,
) -> None:
    waiting = [(key, 0) for key in reversed(starts)]
    while waiting:
        key, depth = waiting.pop()
        if key in walked:
            continue
        walked[key] = (depth, is_in_cycle)
        waiting += [(child, depth + 1) for child in reversed(children.get(key, []))]


def department_options(account: Account, also: Sequence[str | None] = ()) -> list[tuple[str, str]]:
    """Choices for a select: id and full path; discontinued ones only where named in `also`."""
    return [
        (branch.key, account.department_texts.full_name(branch.key))
        for branch in department_tree(account)
        if branch.department.get("discontinued_date") is None or branch.key in also
    ]


def _by_position(account: Account, keys: list[str]) -> list[str]:
    def place(key: str) -> tuple[int, int]:
        position = account.departments[key].get("position")
        return (0, position) if isinstance(position, int) else (1, 0)

    return sorted(keys, key=place)


def _members(account: Account) -> Counter[str]:
    """Employed and absent people per department, in whichever slot."""
    members: Counter[str] = Counter()
    for crew in account.crews.values():
        if crew.get("emp_status") != "retired":
            members.update({slot for slot in slot_ids(crew) if slot is not None})
    return members
