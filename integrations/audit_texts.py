"""What the audit log calls the things of this app (X6)."""

from collections.abc import Collection
from typing import Any

from companies.audit_texts import FieldText, RecordText, add_fields, day_text, register
from integrations.choices import DeletionPolicy, NameSource, RetiredPolicy, WebhookMode
from integrations.models import SyncRun

ON_OFF = {True: "する", False: "しない"}
YES_NO = {True: "あり", False: "なし"}


def existing_runs(company_id: int, keys: Collection[int]) -> dict[int, bool]:
    runs = SyncRun.objects.for_company(company_id).filter(pk__in=keys)
    return dict.fromkeys(runs.values_list("pk", flat=True), False)


def slot_text(slot: Any) -> str:
    return "適用しない" if slot is None else f"部署{slot}"


def days_text(days: Any) -> str:
    if days is None:
        return "未設定"
    return f"{days:,}日" if days else "なし"


def register_texts() -> None:
    fields = {
        "subdomain": FieldText("サブドメイン"),
        "token": FieldText(
            "アクセストークン",
            sentences={"変更": "アクセストークンを変更", "削除": "アクセストークンを削除"},
        ),
        "department_slot": FieldText("グループとして適用する部署", slot_text),
        "webhook_mode": FieldText("Webhook", dict(WebhookMode.choices)),
        "deletion_policy": FieldText(
            "同期で見つからなくなった従業員", dict(DeletionPolicy.choices)
        ),
        "retired_policy": FieldText("退職者の扱い", dict(RetiredPolicy.choices)),
        "name_source": FieldText("氏名に使う項目", dict(NameSource.choices)),
        "hourly_sync": FieldText("1時間ごとの変更分同期", ON_OFF),
        "nightly_sync": FieldText("夜間の同期", ON_OFF),
        "force_password_change": FieldText(
            "初回ログイン時のパスワード変更", {True: "求める", False: "求めない"}
        ),
        "initial_password_days": FieldText("初期パスワードの有効期限", days_text),
        "people": FieldText("連携している社員（名）"),
        "groups": FieldText("連携しているグループ（件）"),
        "account": FieldText("接続先の確認", {None: "未確認"}),
        "webhook_secret": FieldText(
            "シークレットトークン", sentences={"再発行": "シークレットトークンを再発行"}
        ),
        "webhook_old_secret": FieldText(
            "古いシークレットトークン", sentences={"無効": "古いシークレットトークンを無効化"}
        ),
        "held_until": FieldText("自動反映を止める期限", day_text),
        "plan_started_on": FieldText("利用の開始日", day_text),
        "plan_continued": FieldText("継続の連絡", YES_NO),
        "plan_stopped": FieldText("運営による停止", YES_NO),
    }
    register("integration", RecordText("SmartHR連携", fields))
    register("run", RecordText("同期", {}, "smarthr-run", existing_runs))
    register(
        "notification_address",
        RecordText("通知先", {"state": FieldText("状態")}, names_people=True),
    )
    # What a record here is tied to: how SmartHR calls it.
    smarthr = FieldText("SmartHRのデータ", {None: "連携なし"}, is_personal=True)
    add_fields("employee", {"smarthr": smarthr})
    add_fields("group", {"smarthr": smarthr})
