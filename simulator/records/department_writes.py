"""Checks of what POST, PUT and PATCH /departments take, and of what may be taken away."""

from collections.abc import Mapping

from simulator.errors import BadRequest, NonDeletableResource, invalid
from simulator.json_text import Record
from simulator.records.crew import slot_ids
from simulator.records.crew_writes import is_date
from simulator.store import Store

PRESENT = ("employed", "absent")


def department_changes(payload: Record, store: Store, key: str | None) -> Record:
    changes: Record = {}
    if "name" in payload:
        changes["name"] = _name(payload["name"])
    if "code" in payload:
        changes["code"] = _text(payload["code"])
    if payload.get("position") is not None:
        changes["position"] = _position(payload["position"])
    if "parent_id" in payload:
        changes["parent"] = _parent(payload["parent_id"], store, key)
    return changes


def check_unused(store: Store, key: str) -> None:
    """A department with children or present members stays."""
    if any(record["parent"] == key for record in store.departments.values()):
        raise NonDeletableResource("下位の部署があるため削除できません")
    if any(
        crew.get("emp_status") in PRESENT and key in slot_ids(crew) for crew in store.crews.values()
    ):
        raise NonDeletableResource("所属する従業員がいるため削除できません")


def discontinued_date(payload: Mapping[str, object], today: str) -> str:
    value = payload.get("discontinued_date")
    if not isinstance(value, str) or not is_date(value):
        raise _invalid("discontinued_date", "廃止日を入力してください。")
    if value >= today:
        raise _invalid("discontinued_date", "廃止日は過去の日付を入力してください。")
    return value


def _invalid(field: str, message: str) -> BadRequest:
    return invalid("Department", field, message)


def _name(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise _invalid("name", "部署名を入力してください。")
    if "/" in value:
        raise _invalid("name", "部署名に / は使えません。")
    return value


def _text(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise _invalid("code", "部署コードの形式が正しくありません。")
    return value


def _position(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _invalid("position", "ポジションは整数で入力してください。")
    return value


def _parent(value: object, store: Store, key: str | None) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or value not in store.departments:
        raise _invalid("parent_id", "親の部署が存在しません。")
    seen: set[str] = set()
    current: object = value
    while isinstance(current, str) and current not in seen:
        if current == key:
            raise _invalid("parent_id", "自身または下位の部署は親にできません。")
        seen.add(current)
        current = store.departments.get(current, {}).get("parent")
    return value
