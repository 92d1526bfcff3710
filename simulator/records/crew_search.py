"""The filters of GET /crews."""

import re
from collections.abc import Callable, Mapping

from simulator.errors import BadRequest, FieldError
from simulator.json_text import Record
from simulator.records.crew import slot_ids
from simulator.records.crew_attributes import ENUMS
from simulator.store import Store

Test = Callable[[Record], bool]
FILTERS = frozenset(
    """
    id emp_code emp_status employment_type_id user_id department_id position_id emp_type gender
    entered_at_from entered_at_to resigned_at_from resigned_at_to q prefer_business_name
    """.split()
)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def crew_tests(query: Mapping[str, str], store: Store) -> list[Test]:
    """One test per filter in the query; a crew is listed when all hold."""
    tests = [_test(name, query[name], query, store) for name in sorted(FILTERS & query.keys())]
    return [test for test in tests if test is not None]


def _test(name: str, value: str, query: Mapping[str, str], store: Store) -> Test | None:
    # An empty value is no filter; prefer_business_name only bends q.
    if not value or name == "prefer_business_name":
        return None
    if name in ("emp_status", "emp_type", "gender"):
        if value not in ENUMS[name]:
            raise _bad(name)
        return lambda crew: crew.get(name) == value
    if name.endswith(("_from", "_to")):
        return _bound(name, value)
    if name == "emp_code":
        return lambda crew: crew.get("emp_code") == value
    if name == "q":
        return _free_text(value, query.get("prefer_business_name") == "true", store)
    return _ids(name, frozenset(value.split(",")))


def _bad(name: str) -> BadRequest:
    return BadRequest(errors=[FieldError(f"{name} の値が正しくありません。", None, name)])


def _bound(name: str, value: str) -> Test:
    if not DATE.fullmatch(value):
        raise _bad(name)
    attribute, _, side = name.rpartition("_")

    def within(crew: Record) -> bool:
        found = crew.get(attribute)
        if not isinstance(found, str):
            return False
        return found >= value if side == "from" else found <= value

    return within


def _ids(name: str, wanted: frozenset[str]) -> Test:
    if name == "department_id":
        return lambda crew: any(slot in wanted for slot in slot_ids(crew))
    if name == "position_id":
        return lambda crew: any(_member(p, "id") in wanted for p in _items(crew.get("positions")))
    if name == "employment_type_id":
        return lambda crew: _member(crew.get("employment_type"), "id") in wanted
    return lambda crew: crew.get(name) in wanted if isinstance(crew.get(name), str) else False


def _free_text(text: str, prefers_business_name: bool, store: Store) -> Test:
    def found(crew: Record) -> bool:
        business = [_word(crew, "business_last_name"), _word(crew, "business_first_name")]
        legal = [_word(crew, "last_name"), _word(crew, "first_name")]
        names = ["".join(business)]
        if not (prefers_business_name and any(business)):
            names.append("".join(legal))
        names += [
            str(store.departments[slot]["name"])
            for slot in slot_ids(crew)
            if slot in store.departments
        ]
        names += [str(_member(p, "name") or "") for p in _items(crew.get("positions"))]
        return any(text.replace(" ", "").replace("\u3000", "") in name for name in names)

    return found


def _word(crew: Record, name: str) -> str:
    value = crew.get(name)
    return value if isinstance(value, str) else ""


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _member(value: object, name: str) -> object:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None
