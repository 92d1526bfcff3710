"""How a company stands, worst first, and what the operator does with a contract."""

from django.db import models


class Standing(models.TextChoices):
    """What the operator's staff has to know of a company first; in the order of the list."""

    ERASURE_DUE = "erasure_due", "消去待ち"
    HALTED = "halted", "停止中"
    ASKS = "asks", "要確認"
    BROKEN = "broken", "接続エラー"
    WEBHOOK = "webhook", "Webhookエラー"
    ENDING = "ending", "まもなく終了"
    UNCONNECTED = "unconnected", "未接続"
    GOOD = "good", "正常"
    UNUSED = "unused", "利用なし"
    ENDED = "ended", "契約終了"


# Standing -> colour and icon of its label.
LOOKS = {
    Standing.ERASURE_DUE: ("danger", "trash-fill"),
    Standing.HALTED: ("danger", "x-circle-fill"),
    Standing.ASKS: ("warning", "exclamation-triangle-fill"),
    Standing.BROKEN: ("danger", "wifi-off"),
    Standing.WEBHOOK: ("danger", "x-circle-fill"),
    Standing.ENDING: ("warning", "clock"),
    Standing.UNCONNECTED: ("neutral", "dash-circle"),
    Standing.GOOD: ("success", "check-circle-fill"),
    Standing.UNUSED: ("neutral", "dash-circle"),
    Standing.ENDED: ("neutral", "slash-circle"),
}
# What waits for somebody, at the company or here.
NEEDS_SOMEBODY = (
    Standing.ERASURE_DUE,
    Standing.HALTED,
    Standing.ASKS,
    Standing.BROKEN,
    Standing.WEBHOOK,
    Standing.ENDING,
)


class PlanAct(models.TextChoices):
    """P1–P3: the same as the options of `company_plan`."""

    START = "start", "利用開始日の設定"
    CONTINUE = "continue", "継続"
    PAUSE = "pause", "処理の停止"
    RESUME = "resume", "処理の再開"
    OFF = "off", "SmartHR連携の終了"
