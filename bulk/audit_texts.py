"""What the audit log calls the things of this app (X6)."""

from companies.audit_texts import RecordText, register


def register_texts() -> None:
    register("employees", RecordText("社員リスト"))
    register("groups", RecordText("グループの一覧"))
    register("import", RecordText("一括処理のインポート", page="bulk-import"))
