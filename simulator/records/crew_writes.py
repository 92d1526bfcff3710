"""Checks and translations of what POST and PATCH /crews take."""

import re
from collections.abc import Callable
from datetime import date

from simulator.errors import invalid
from simulator.json_text import Record
from simulator.records.crew_attributes import (
    DATES,
    ENUMS,
    FLAGS,
    INTEGERS,
    READ_ONLY,
    STRINGS,
)
from simulator.records.employment import EMPLOYMENT_TYPES, PAYMENT_PERIODS, position
from simulator.store import Store

ADDRESSES = frozenset(("address", "resident_card_address", "emergency_address"))
# Once all of these are filled, none of them may be emptied again.
KEPT_TOGETHER = (
    "last_name",
    "first_name",
    "last_name_yomi",
    "first_name_yomi",
    "gender",
    "birth_at",
    "address",
)
# A crew made through the API starts empty, not with the sample values of Store.add_crew.
BLANK: Record = dict.fromkeys(
    "emp_code last_name first_name last_name_yomi first_name_yomi birth_at gender email"
    " entered_at".split()
)
OCCUPATION_LENGTH = 30
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def crew_changes(payload: Record, store: Store, slots: int) -> Record:
    """Attributes to store for a request body; keys that SmartHR does not know are ignored."""
    changes: Record = {}
    for name, value in payload.items():
        translate = _TRANSLATED.get(name)
        if translate is not None:
            changes |= translate(value, store, slots)
        elif name in READ_ONLY:
            continue
        elif _is_plain(name):
            _check(name, value)
            changes[name] = value
    return changes


def check_kept_together(existing: Record, changes: Record) -> None:
    if not all(existing.get(name) for name in KEPT_TOGETHER):
        return
    for name in KEPT_TOGETHER:
        if name in changes and not changes[name]:
            raise _invalid(name, "を入力してください。")


def _is_plain(name: str) -> bool:
    # Attachments and bank data are accepted and dropped: nobody should put those in here.
    return name in STRINGS | DATES | INTEGERS | FLAGS | ADDRESSES or name in ENUMS


def _check(name: str, value: object) -> None:
    if value is None or (value == "" and name not in INTEGERS | FLAGS | ADDRESSES):
        if name == "emp_status":
            raise _invalid(name, "を入力してください。")
        return
    if not _has_type(name, value):
        raise _invalid(name, "の形式が正しくありません。")
    if name in ENUMS and value not in ENUMS[name]:
        raise _invalid(name, "は一覧にありません。")
    if name == "occupation" and len(str(value)) > OCCUPATION_LENGTH:
        raise invalid("Crew", name, "業務内容は30文字以内で入力してください。")


def _has_type(name: str, value: object) -> bool:
    if name in FLAGS:
        return isinstance(value, bool)
    if name in INTEGERS:
        return isinstance(value, int) and not isinstance(value, bool)
    if name in ADDRESSES:
        return isinstance(value, dict)
    if not isinstance(value, str):
        return False
    return name not in DATES or is_date(value)


def is_date(text: str) -> bool:
    try:
        return DATE.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _invalid(name: str, text: str) -> Exception:
    return invalid("Crew", name, f"{name} {text}")


def _department_ids(value: object, store: Store, slots: int) -> Record:
    ids = [] if value is None else value
    if not isinstance(ids, list) or len(ids) > slots:
        raise _invalid("department_ids", "の形式が正しくありません。")
    for identity in ids:
        if identity is not None and identity not in store.departments:
            raise _invalid("department_ids", "に存在しない部署があります。")
    return {"department_ids": ids}


def _department_name(value: object, store: Store, slots: int) -> Record:
    if value is None or value == "":
        return {"department_ids": []}
    if not isinstance(value, str):
        raise _invalid("department", "の形式が正しくありません。")
    for key, record in store.departments.items():
        if record["name"] == value and record["parent"] is None:
            return {"department_ids": [key]}
    return {"department_ids": [store.add_department(value)]}


def _employment_type(value: object, store: Store, slots: int) -> Record:
    if value is None:
        return {"employment_type": None, "emp_type": None}
    for preset, record in EMPLOYMENT_TYPES.items():
        if value in (preset, record["id"]):
            return {"employment_type": record, "emp_type": preset}
    raise _invalid("employment_type_id", "は存在しません。")


def _payment_period(value: object, store: Store, slots: int) -> Record:
    for record in PAYMENT_PERIODS.values():
        if value == record["id"]:
            return {"payment_period": record}
    if value is None:
        return {"payment_period": None}
    raise _invalid("payment_period_id", "は存在しません。")


def _positions(value: object, store: Store, slots: int) -> Record:
    names = [] if value is None else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _invalid("positions", "の形式が正しくありません。")
    return {"positions": [position(name) for name in names], "position": next(iter(names), None)}


def _position(value: object, store: Store, slots: int) -> Record:
    return _positions([value] if value else [], store, slots)


def _custom_fields(value: object, store: Store, slots: int) -> Record:
    if value:
        raise _invalid("custom_fields", "に存在しないテンプレートがあります。")
    return {}


_TRANSLATED: dict[str, Callable[[object, Store, int], Record]] = {
    "department_ids": _department_ids,
    "department": _department_name,
    "employment_type_id": _employment_type,
    "emp_type": _employment_type,
    "payment_period_id": _payment_period,
    "positions": _positions,
    "position": _position,
    "custom_fields": _custom_fields,
}
