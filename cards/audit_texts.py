"""What the audit log calls the things of this app (X4, X6)."""

from companies.audit_texts import FieldText, RecordText, add_fields, register


def register_texts() -> None:
    register("cards", RecordText("名刺リスト"))
    add_fields(
        "employee",
        {
            "archive": FieldText("控え"),
            "restored_cards": FieldText("復元した名刺（件）"),
            "restored_image": FieldText("復元した画像", {True: "あり", False: "なし"}),
            "restored_onto": FieldText("復元先の社員ID"),
        },
    )
