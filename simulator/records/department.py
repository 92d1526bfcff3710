"""Departments as JSON text, with parents nested up to the root."""

from collections.abc import Iterator

from simulator.json_text import Record, array, dumps, with_raw_members
from simulator.store import Store

COMPANY_ID = "c0000000-0000-4000-8000-000000000001"
# A path names at most this many levels, or a deep tree would send the square of its depth.
FULL_NAME_LEVELS = 20
INTERNAL = frozenset(("parent", "listed", "discontinued_date"))


class DepartmentTexts:
    """Renders one account's departments; remembers texts until a department changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._version = -1
        self._heads: dict[str, str] = {}
        self._in_crew: dict[str, str] = {}
        self._children: dict[str, list[str]] = {}

    def listed(self, key: str, parent_depth: int | None) -> str:
        """The department as /departments sends it."""
        self._refresh()
        record = self._store.departments[key]
        children = [self._child(child) for child in self._children.get(key, [])]
        raw = {"parent": self._parent(key, parent_depth), "children": array(children)}
        return self._text(record, key, raw)

    def in_crew(self, key: str, parent_depth: int | None) -> str:
        """The department as it stands inside a crew: with parents, without children."""
        self._refresh()
        if parent_depth is not None:
            return self._text_in_crew(key, parent_depth)
        if key not in self._in_crew:
            self._in_crew[key] = self._text_in_crew(key, None)
        return self._in_crew[key]

    def full_name(self, key: str) -> str:
        names = [str(self._store.departments[key]["name"])]
        for ancestor in self.ancestors(key):
            if len(names) == FULL_NAME_LEVELS:
                break
            record = self._store.departments.get(ancestor, {})
            names.append(str(record.get("name", "")))
        return "/".join(reversed(names))

    def ancestors(self, key: str) -> Iterator[str]:
        """Ids from the parent to the root, cut where one repeats; a first one is always given."""
        seen = {key}
        current = self._store.departments[key]["parent"]
        is_first = True
        while isinstance(current, str) and (is_first or current not in seen):
            yield current
            is_first = False
            seen.add(current)
            current = self._store.departments.get(current, {}).get("parent")

    def _refresh(self) -> None:
        if self._version == self._store.department_version:
            return
        self._version = self._store.department_version
        self._heads.clear()
        self._in_crew.clear()
        self._children.clear()
        for key, record in self._store.departments.items():
            parent = record["parent"]
            if isinstance(parent, str) and record.get("listed", True):
                self._children.setdefault(parent, []).append(key)

    def _text_in_crew(self, key: str, parent_depth: int | None) -> str:
        raw = {"parent": self._parent(key, parent_depth)}
        return self._text(self._store.departments[key], key, raw)

    def _text(self, record: Record, key: str, raw: dict[str, str]) -> str:
        body: Record = {"full_name": self.full_name(key), "company_id": COMPANY_ID}
        body |= {name: value for name, value in record.items() if name not in INTERNAL}
        return with_raw_members(body, {k: v for k, v in raw.items() if k not in body})

    def _parent(self, key: str, parent_depth: int | None) -> str:
        parent = self._store.departments[key]["parent"]
        if parent is not None and not isinstance(parent, str):
            return dumps(parent)
        # Joined, not nested by recursion: chains of 1,000 are asked for.
        heads: list[str] = []
        for ancestor in self.ancestors(key):
            if parent_depth is not None and len(heads) == parent_depth:
                break
            heads.append(self._head(ancestor))
        return "".join(heads) + "null" + "}" * len(heads)

    def _head(self, key: str) -> str:
        """The text of a nested department up to where its own parent stands."""
        if key not in self._heads:
            known = key in self._store.departments
            record = self._store.departments[key] if known else {}
            body = {
                "id": record.get("id", key),
                "name": record.get("name", ""),
                "full_name": self.full_name(key) if known else "",
                "position": record.get("position", 0),
                "code": record.get("code"),
                "company_id": COMPANY_ID,
            }
            self._heads[key] = dumps(body)[:-1] + ', "parent": '
        return self._heads[key]

    def _child(self, key: str) -> str:
        record = self._store.departments[key]
        full_name = self.full_name(key)
        names = ("id", "name", "position", "code", "created_at", "updated_at")
        return dumps({name: record.get(name) for name in names} | {"full_name": full_name})
