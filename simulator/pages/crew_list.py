from collections.abc import Mapping
from dataclasses import dataclass

from simulator.account import Account
from simulator.api.listing import sorted_keys
from simulator.json_text import Record
from simulator.records.crew import slot_ids
from simulator.records.crew_attributes import ENUMS, SORTABLE
from simulator.records.crew_search import crew_tests

PER_PAGE = 50
ORDERS = {
    "emp_code": "社員番号順",
    "-updated_at": "更新が新しい順",
    "last_name_yomi,first_name_yomi": "氏名順",
    "-entered_at": "入社が新しい順",
}


@dataclass(frozen=True)
class Row:
    key: str
    crew: Record
    department: str
    other_departments: int


@dataclass(frozen=True)
class CrewList:
    rows: list[Row]
    total: int
    page: int
    pages: int
    filters: dict[str, str]
    counts: dict[str, int]
    orders: dict[str, str]

    @property
    def first(self) -> int:
        return (self.page - 1) * PER_PAGE + 1

    @property
    def is_filtered(self) -> bool:
        return any(self.filters[name] for name in ("q", "emp_status", "department_id"))


def crew_list(account: Account, query: Mapping[str, str]) -> CrewList:
    filters = _filters(query)
    tests = crew_tests({name: value for name, value in filters.items() if name != "sort"}, account)
    code = filters["q"]
    keys = [
        key
        for key, crew in account.crews.items()
        # A person types a number into the same box; SmartHR's own q does not look at it.
        if all(test(crew) for test in tests) or (code and _is_number(crew, code, filters))
    ]
    keys = sorted_keys(keys, filters["sort"], SORTABLE, account.crews.__getitem__)
    pages = max(1, -(-len(keys) // PER_PAGE))
    number = query.get("page", "1")
    page = min(pages, max(1, int(number))) if number.isdecimal() else 1
    shown = keys[(page - 1) * PER_PAGE : page * PER_PAGE]
    rows = [_row(account, key) for key in shown]
    return CrewList(rows, len(keys), page, pages, filters, _counts(account), ORDERS)


def _filters(query: Mapping[str, str]) -> dict[str, str]:
    filters = {name: query.get(name, "").strip() for name in ("q", "emp_status", "department_id")}
    if filters["emp_status"] not in ENUMS["emp_status"]:
        filters["emp_status"] = ""
    sort = query.get("sort", "")
    return filters | {"sort": sort if sort in ORDERS else "emp_code"}


def _is_number(crew: Record, code: str, filters: dict[str, str]) -> bool:
    if crew.get("emp_code") != code and crew.get("email") != code:
        return False
    status, department = filters["emp_status"], filters["department_id"]
    return (not status or crew.get("emp_status") == status) and (
        not department or department in slot_ids(crew)
    )


def _row(account: Account, key: str) -> Row:
    crew = account.crews[key]
    filled = [slot for slot in slot_ids(crew) if slot in account.departments]
    name = account.department_texts.full_name(str(filled[0])) if filled else ""
    return Row(key, crew, name, max(0, len(filled) - 1))


def _counts(account: Account) -> dict[str, int]:
    counts = dict.fromkeys(("employed", "absent", "retired"), 0)
    for crew in account.crews.values():
        status = crew.get("emp_status")
        if isinstance(status, str) and status in counts:
            counts[status] += 1
    return counts
