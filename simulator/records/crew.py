"""Crews as JSON text."""

from dataclasses import dataclass
from enum import StrEnum

from simulator.json_text import Record, array, dumps, with_raw_members
from simulator.records.crew_attributes import unset_values
from simulator.records.department import DepartmentTexts
from simulator.store import Store
from simulator.tokens import HiddenAs, Token

UNSET = unset_values()
INTERNAL = ("department_ids",)
NAME_PARTS = ("last_name", "first_name", "last_name_yomi", "first_name_yomi")
# As the value of an attribute: leave the key out of the answer.
OMIT = object()


class SlotShape(StrEnum):
    PADDED = "padded"
    TRIMMED = "trimmed"


@dataclass(frozen=True)
class CrewShape:
    """What one request gets to see of a crew."""

    token: Token
    fields: frozenset[str] | None = None
    slots: int = 3
    slot_shape: SlotShape = SlotShape.PADDED
    parent_depth: int | None = None


class CrewTexts:
    def __init__(self, store: Store, departments: DepartmentTexts) -> None:
        self._store = store
        self._departments = departments

    def text(self, key: str, shape: CrewShape) -> str:
        record = self._store.crews[key]
        body = UNSET | preferred_names(record) | record
        body["department"] = record.get("department", self._first_department(record))
        visible = _visible(body, shape)
        is_raw = "departments" in record or "departments" in shape.token.hidden_attributes
        if is_raw or "departments" not in visible:
            return dumps(visible)
        del visible["departments"]
        return with_raw_members(visible, {"departments": self._slots(record, shape)})

    def _first_department(self, record: Record) -> str | None:
        slots = slot_ids(record)
        if not slots or slots[0] not in self._store.departments:
            return None
        return self._departments.full_name(slots[0])

    def _slots(self, record: Record, shape: CrewShape) -> str:
        known = self._store.departments
        slots = [slot if slot in known else None for slot in slot_ids(record)[: shape.slots]]
        if shape.slot_shape is SlotShape.PADDED:
            slots += [None] * (shape.slots - len(slots))
        else:
            while slots and slots[-1] is None:
                slots.pop()
        return array(
            "null" if slot is None else self._departments.in_crew(slot, shape.parent_depth)
            for slot in slots
        )


def slot_ids(record: Record) -> list[str | None]:
    slots = record.get("department_ids")
    if not isinstance(slots, list):
        return []
    return [slot if isinstance(slot, str) else None for slot in slots]


def preferred_names(record: Record) -> Record:
    """Business name first, part by part. Whether SmartHR falls back by part is not documented."""
    return {
        f"preferred_{part}": record.get(f"business_{part}") or record.get(part)
        for part in NAME_PARTS
    }


def _visible(body: Record, shape: CrewShape) -> Record:
    for name in INTERNAL:
        body.pop(name, None)
    if shape.fields is not None:
        body = {name: value for name, value in body.items() if name in shape.fields}
    for name in shape.token.hidden_attributes & body.keys():
        if shape.token.hidden_as is HiddenAs.OMIT:
            del body[name]
        else:
            body[name] = None
    return {name: value for name, value in body.items() if value is not OMIT}
