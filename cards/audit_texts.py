"""What the audit log calls the things of this app (X4, X6)."""

from collections.abc import Iterator
from typing import Any, Final

from cards.models import PRINTED_FIELDS, BusinessCard
from companies.audit_texts import FieldText, RecordText, add_fields, register

NAMING: Final = frozenset({"last_name", "first_name", "name_romaji", "email"})


def _labels() -> Iterator[tuple[str, str]]:
    for name in PRINTED_FIELDS:
        field: Any = BusinessCard._meta.get_field(name)
        yield name, str(field.verbose_name)


def register_texts() -> None:
    register("cards", RecordText("名刺リスト"))
    # Its lines are called after the person whose card it is.
    fields = {name: FieldText(label, is_personal=name in NAMING) for name, label in _labels()}
    register("card", RecordText("名刺", fields, "card-edit", names_people=True))
    add_fields(
        "employee",
        {
            "archive": FieldText("控え"),
            "restored_cards": FieldText("復元した名刺（件）"),
            "restored_image": FieldText("復元した画像", {True: "あり", False: "なし"}),
            "restored_onto": FieldText("復元先の社員ID"),
        },
    )
