"""How a file names a group (B4), and the name that an export writes. Pure.

- a name: `営業部`; among groups of one name a linked one wins, then the employee's current one
- a path: `本社/営業部`; where it fits several groups the same order decides
- an exact path, for names that hold "/" and for groups with one path: it begins with "/", a "/" or
  "\\" inside a name has a "\\" before it, and "\\" with the group's number may follow:
  `/本社/営業\\/企画`, `/本社/営業部\\123`
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from bulk.reading import problems
from bulk.reading.cells import LONGEST_TEXT
from bulk.reading.problems import Unreadable
from groups.tree import SEPARATOR, GroupTree, Node
from groups.wanted import may_be_parent, problems_of_name

ESCAPE: Final = "\\"
# What a file may ask for: the path in one cell can name thousands of groups, each with its own.
MOST_NEW: Final = 150_000
LONGEST_PATHS: Final = 40_000_000  # of all new groups together


@dataclass(frozen=True, slots=True)
class Found:
    """One group; or several of which none wins; or none."""

    pk: int | None = None
    candidates: tuple[int, ...] = ()


MISSING: Final = Found()


@dataclass(frozen=True, slots=True)
class NewGroup:
    """One that a file asks for. `pk` is negative until it is made; `parent` may be one too."""

    pk: int
    name: str
    parent: int | None


@dataclass(slots=True)
class GroupNames:
    nodes: dict[int, Node]
    new: list[NewGroup] = field(default_factory=list)
    _by_name: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _by_path: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _children: dict[tuple[int | None, str], list[int]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _paths: dict[int, str] = field(default_factory=dict)
    _references: dict[int, str] = field(default_factory=dict)
    _length: int = 0

    def find(self, text: str, *, current: int | None = None) -> Found:
        """The group that a cell means; `current` is the group of the row's employee."""
        if text.startswith(SEPARATOR) and (exact := self._exact(text)):
            return self._winner(exact, current)
        if SEPARATOR in text and (found := self._by_path.get(text)):
            return self._winner(found, current)
        return self._winner(self._by_name.get(text, ()), current)

    def child(self, name: str, parent: int | None) -> int | None:
        """A group of that very name and parent; a linked one before others."""
        found = self._children.get((parent, name), ())
        linked = [pk for pk in found if self.nodes[pk].is_linked]
        return next(iter(linked or found), None)

    def reference(self, pk: int) -> str:
        """The shortest text that means this group and no other, whoever is in it.

        "" for a group so deep that no cell of Excel could hold it.
        """
        known = self._references.get(pk)
        if known is None:
            candidates = (text for text in self.texts(pk) if len(text) <= LONGEST_TEXT)
            known = next((text for text in candidates if self.find(text).pk == pk), "")
            self._references[pk] = known
        return known

    def exact_reference(self, pk: int) -> str:
        """A path that means this group, without the name alone; for the column of the parent."""
        texts = [text for text in self.texts(pk)[1:] if len(text) <= LONGEST_TEXT]
        return next((text for text in texts if self.find(text).pk == pk), "")

    def path(self, pk: int) -> str:
        """For people to read; may be that of several groups."""
        return self._paths.get(pk, self.nodes[pk].name)

    def add_path(self, text: str) -> int | None:
        """The group at the end of a path, made up where it is missing (its parents too).

        None where the text is no path of names that a group may have. Raises Unreadable.
        """
        names = _exact_parts(text)[0] if text.startswith(SEPARATOR) else text.split(SEPARATOR)
        parent: int | None = None
        missing: list[str] = []
        for name in names:
            known = None if missing else self.child(name, parent)
            if known is None:
                missing.append(name.strip())
            else:
                parent = known
        line = [*([] if parent is None else [self.nodes[parent].name]), *missing]
        is_wrong = any(problems_of_name(name) for name in missing)
        if is_wrong or any(one == other for one, other in pairwise(line)):
            return None
        if missing and parent is not None and not may_be_parent(self.nodes[parent]):
            return None
        for name in missing:
            parent = self.add(name, parent)
        return parent

    def add(self, name: str, parent: int | None) -> int:
        """Raises Unreadable."""
        pk = -len(self.new) - 1
        self.new.append(NewGroup(pk, name, parent))
        self.put(Node(pk, name, parent, None, is_linked=False, is_default=False))
        self._references.clear()
        self._length += len(self._paths.get(pk, ""))
        if len(self.new) > MOST_NEW or self._length > LONGEST_PATHS:
            raise Unreadable(problems.TOO_LARGE_UNPACKED)
        return pk

    def put(self, node: Node) -> None:
        self.nodes[node.pk] = node
        self._by_name[node.name].append(node.pk)
        self._children[node.parent_id, node.name].append(node.pk)
        above = "" if node.parent_id is None else self._paths.get(node.parent_id)
        if above is None or len(above) + len(node.name) > LONGEST_TEXT:
            return  # no cell could hold it
        path = node.name if node.parent_id is None else f"{above}{SEPARATOR}{node.name}"
        self._paths[node.pk] = path
        self._by_path[path].append(node.pk)

    def _exact(self, text: str) -> list[int]:
        parts, number = _exact_parts(text)
        level: list[int | None] = [None]
        for part in parts:
            level = [child for parent in level for child in self._children.get((parent, part), ())]
        found = [pk for pk in level if pk is not None]
        return [pk for pk in found if pk == number] if number is not None else found

    def _winner(self, found: Iterable[int], current: int | None) -> Found:
        candidates = list(found)
        pool = [pk for pk in candidates if self.nodes[pk].is_linked] or candidates
        if len(pool) == 1:
            return Found(pool[0])
        if current in pool:
            return Found(current)
        return Found(candidates=tuple(pool)) if pool else MISSING

    def texts(self, pk: int) -> list[str]:
        """Whatever may name the group, the shortest first."""
        node, line = self.nodes[pk], self._line(pk)
        exact = "".join(SEPARATOR + _escaped(name) for name in line)
        return [node.name, self._paths.get(pk, exact), exact, f"{exact}{ESCAPE}{pk}"]

    def _line(self, pk: int) -> list[str]:
        names: list[str] = []
        current: int | None = pk
        seen: set[int] = set()
        while current is not None and current not in seen:
            seen.add(current)
            names.append(self.nodes[current].name)
            current = self.nodes[current].parent_id
        return names[::-1]


def group_names(tree: GroupTree) -> GroupNames:
    names = GroupNames({})
    for node, _ in tree.walk():
        names.put(node)
    return names


def _escaped(name: str) -> str:
    return name.replace(ESCAPE, ESCAPE * 2).replace(SEPARATOR, ESCAPE + SEPARATOR)


def _exact_parts(text: str) -> tuple[list[str], int | None]:
    """Names from the top down and the number at the end; no names where it is no exact path."""
    parts: list[str] = []
    place = 0
    while place < len(text):
        character = text[place]
        if character == SEPARATOR:
            parts.append("")
        elif character == ESCAPE:
            place += 1
            rest = text[place:]
            if rest[:1] and rest[0] in (ESCAPE, SEPARATOR):
                parts[-1] += rest[0]
            elif rest.isascii() and rest.isdigit() and len(rest) <= 19:
                return parts, int(rest)
            else:
                return [], None
        else:
            parts[-1] += character
        place += 1
    return parts, None
