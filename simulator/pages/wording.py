from simulator.deliveries.delivery import DeliveryError

STATUSES = {"employed": "在職中", "absent": "休職中", "retired": "退職済"}
NOTICES = {
    "crew-added": "従業員を追加しました。",
    "crew-changed": "従業員情報を保存しました。",
    "crew-retired": "退職の手続きをしました。",
    "crew-rehired": "在職中に戻しました。",
    "crew-deleted": "従業員を削除しました。",
    "department-added": "部署を追加しました。",
    "department-changed": "部署を保存しました。",
    "department-discontinued": "部署を廃止しました。",
    "department-deleted": "部署を削除しました。",
    "settings-changed": "状態を変更しました。",
}
BAD_DATE = "日付は「2026-04-01」の形で入力してください。"
NO_NAME = "（氏名なし）"
NO_ANSWERS = {
    DeliveryError.TIMEOUT: "時間切れ",
    DeliveryError.NO_ANSWER: "接続できません",
    DeliveryError.DROPPED: "送信なし",
    DeliveryError.DISABLED: "無効",
}
