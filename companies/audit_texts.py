"""The Japanese of the audit log: what each kind of record, field and stored value is called (X6).

This app knows no other one: each app registers its own words when it is loaded
(`<app>/audit_texts.py`). tests/companies/test_audit_texts.py fails on a line without words.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from companies.models import ActorKind

# How a stored value is told: by its code, or by a function.
Values = Mapping[Any, str] | Callable[[Any], str]
NOTHING: Final = "なし"


@dataclass(frozen=True, slots=True)
class FieldText:
    label: str
    values: Values | None = None
    # Instead of before and after: of a secret only that it changed; the first one, or that of
    # the value after.
    sentences: Mapping[str, str] = field(default_factory=dict)
    # X6: blanked 90 days after the person was deleted.
    is_personal: bool = False

    def sentence(self, after: Any) -> str:
        first = next(iter(self.sentences.values()), "")
        return self.sentences.get(after, first) if isinstance(after, str) else first


@dataclass(frozen=True, slots=True)
class RecordText:
    """One kind of record that the log tells of."""

    label: str
    fields: Mapping[str, FieldText] = field(default_factory=dict)
    # Name of the page of one record, which takes its primary key; "" where it has none.
    page: str = ""
    # company id and primary keys -> of those that are there still, whether they are linked.
    existing: Callable[[int, Collection[int]], dict[int, bool]] | None = None
    # company id and words -> query set of primary keys, of those that are called so.
    called: Callable[[int, str], Any] | None = None
    # X6: its lines can name people (「姓 名（社員ID）」), who are blanked there, too.
    names_people: bool = False


RECORDS: Final[dict[str, RecordText]] = {}
# What the id of the actor of a line is the key of.
ACTORS: Final[Mapping[str, str]] = {
    ActorKind.PERSON: "employee",
    ActorKind.IMPORT: "import",
    ActorKind.SYNC: "run",
    ActorKind.WEBHOOK: "delivery",
}


def register(object_type: str, text: RecordText) -> None:
    RECORDS[object_type] = text


def add_fields(object_type: str, fields: Mapping[str, FieldText]) -> None:
    """For an app that tells of the records of a lower one."""
    known = RECORDS[object_type]
    RECORDS[object_type] = replace(known, fields={**known.fields, **fields})


def type_choices() -> list[tuple[str, str]]:
    return sorted(((key, text.label) for key, text in RECORDS.items()), key=lambda pair: pair[1])


def record_label(object_type: str) -> str:
    found = RECORDS.get(object_type)
    return found.label if found else "その他"


def field_text(object_type: str, name: str) -> FieldText:
    found = RECORDS.get(object_type)
    known = found.fields.get(name) if found else None
    return known or FieldText("その他の項目")


def in_order(object_type: str, names: Collection[str]) -> list[str]:
    """As the words were registered: a database may keep the keys of a change in any order."""
    found = RECORDS.get(object_type)
    places = {name: place for place, name in enumerate(found.fields if found else ())}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


def value_text(text: FieldText, value: Any) -> str:
    """A stored value as a person reads it."""
    if callable(text.values):
        return text.values(value)
    if text.values is not None and _is_code(value) and value in text.values:
        return text.values[value]
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, list):
        return "、".join(str(item) for item in value)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _is_code(value: Any) -> bool:
    return value is None or isinstance(value, str | int)


def day_text(value: Any) -> str:
    """2026-04-01 as 2026/04/01."""
    return str(value).replace("-", "/") if value else NOTHING


register(
    "company",
    RecordText(
        "会社",
        {
            "name": FieldText("会社名"),
            "card_email_domains": FieldText("名刺に載せるメールアドレスのドメイン"),
            "contract_ended_on": FieldText("契約の終了日", day_text),
            "force_password_change": FieldText(
                "初回ログイン時のパスワード変更", {True: "求める", False: "求めない"}
            ),
        },
    ),
)
register("audit_log", RecordText("監査ログ"))
