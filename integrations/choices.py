from django.db import models


class WebhookMode(models.TextChoices):
    """W1."""

    OFF = "off", "自動同期しない"
    AUTO = "auto", "自動同期する(Webhookを自動で登録)"
    MANUAL = "manual", "自動同期する(Webhookを手動で登録)"


class DeletionPolicy(models.TextChoices):
    """E12: what happens to people whom a full sync no longer finds."""

    CONFIRM = "confirm", "確認してから削除"
    AUTO = "auto", "自動で削除"


class RetiredPolicy(models.TextChoices):
    """E13: 退職者の扱い."""

    IMPORT = "import", "取り込む"
    SKIP = "skip", "新規に取り込まない"
    SUSPEND = "suspend", "ログインを停止する"
    SKIP_SUSPEND = "skip_suspend", "新規に取り込まず、ログインを停止する"

    @property
    def skips_new(self) -> bool:
        return self in {RetiredPolicy.SKIP, RetiredPolicy.SKIP_SUSPEND}

    @property
    def suspends(self) -> bool:
        return self in {RetiredPolicy.SUSPEND, RetiredPolicy.SKIP_SUSPEND}


class NameSource(models.TextChoices):
    """E14: 氏名に使う項目."""

    LEGAL = "legal", "姓名"
    BUSINESS = "business", "ビジネスネーム"


class RunKind(models.TextChoices):
    DEPARTMENTS = "departments", "部署⇒グループ"
    EMPLOYEES = "employees", "従業員リスト⇒社員リスト"
    CHANGED = "changed", "変更分同期"  # X2
    # Work beside the syncs that lives like one: in the background, one at a time a company.
    DELETIONS = "deletions", "承認した削除"
    FIRST_IMPORT = "first_import", "はじめての取り込みの確認"
    RELINK = "relink", "付け替えの確認"
    PREVIEW = "preview", "差分プレビュー"

    @property
    def headline(self) -> str:
        return f"{self.label}の同期" if self in WHOLE_KINDS else str(self.label)


# What a person starts with 「インポート・同期実行」: they read whole lists.
WHOLE_KINDS = (RunKind.DEPARTMENTS, RunKind.EMPLOYEES)
SYNC_KINDS = (*WHOLE_KINDS, RunKind.CHANGED)
PEOPLE_KINDS = (RunKind.EMPLOYEES, RunKind.CHANGED)
# They only read, and propose ties (X8, X12).
SURVEY_KINDS = (RunKind.FIRST_IMPORT, RunKind.RELINK)
# They change nothing but their own rows.
READING_KINDS = (*SURVEY_KINDS, RunKind.PREVIEW)


class Trigger(models.TextChoices):
    SCREEN = "screen", "画面"
    COMMAND = "command", "コマンド"
    SCHEDULE = "schedule", "予定"
    WEBHOOK = "webhook", "Webhook"


# S5: nobody looks on.
UNATTENDED = (Trigger.SCHEDULE, Trigger.WEBHOOK)


class RunStatus(models.TextChoices):
    WAITING = "waiting", "待機中"
    RUNNING = "running", "実行中"
    SUCCEEDED = "succeeded", "完了"
    NEEDS_CONFIRMATION = "needs_confirmation", "要確認"
    FAILED = "failed", "失敗"
    CANCELLED = "cancelled", "中止"


GOOD_STATUSES = (RunStatus.SUCCEEDED, RunStatus.NEEDS_CONFIRMATION)
ACTIVE_STATUSES = (RunStatus.WAITING, RunStatus.RUNNING)


class Phase(models.TextChoices):
    """Steps of a run, in order."""

    ACCOUNT = "account", "接続先の確認"
    DEPARTMENTS = "departments", "部署の読み込み"
    GROUPS = "groups", "グループへの反映"
    CREWS = "crews", "従業員の読み込み"
    CHANGES = "changes", "変更された従業員の読み込み"
    PEOPLE = "people", "社員への反映"
    DELETIONS = "deletions", "いなくなった従業員の確認"
    IDS = "ids", "社員IDの確定"
    GROUP_DELETIONS = "group_deletions", "なくなった部署の確認"
    LOOKUPS = "lookups", "SmartHRでの再確認"
    REMOVALS = "removals", "削除"
    SURVEY = "survey", "従業員の読み込み"
    MATCHES = "matches", "候補の確認"
    DONE = "done", "完了"


GROUP_PHASES = (Phase.ACCOUNT, Phase.DEPARTMENTS, Phase.GROUPS)
PEOPLE_PHASES = (Phase.CREWS, Phase.PEOPLE, Phase.DELETIONS, Phase.IDS)


def phases_of(kind: RunKind, slot: int | None, *, with_groups: bool = False) -> tuple[Phase, ...]:
    """The steps of a run, in order; the employee sync includes the departments where D5 says so,
    and `with_groups`.

    A preview goes through the steps of the sync that it tells about.
    """
    if kind == RunKind.FIRST_IMPORT:
        return (Phase.SURVEY, Phase.MATCHES, Phase.DONE)
    if kind == RunKind.RELINK:
        return (Phase.SURVEY, Phase.DEPARTMENTS, Phase.MATCHES, Phase.DONE)
    if kind == RunKind.DEPARTMENTS:
        return (*GROUP_PHASES, Phase.GROUP_DELETIONS, Phase.DONE)
    if kind == RunKind.CHANGED:  # the steps for groups do nothing where there is none to compare
        return (*GROUP_PHASES, Phase.CHANGES, Phase.PEOPLE, Phase.IDS, Phase.DONE)
    if kind == RunKind.DELETIONS:
        return (Phase.ACCOUNT, Phase.LOOKUPS, Phase.REMOVALS, Phase.DONE)
    if slot is None and not with_groups:
        return (Phase.ACCOUNT, *PEOPLE_PHASES, Phase.DONE)
    return (*GROUP_PHASES, *PEOPLE_PHASES, Phase.GROUP_DELETIONS, Phase.DONE)


class Subject(models.TextChoices):
    EMPLOYEE = "employee", "従業員"
    GROUP = "group", "部署"


class Outcome(models.TextChoices):
    """What a run did with one record."""

    CREATED = "created", "新規"
    UPDATED = "updated", "更新"
    UNCHANGED = "unchanged", "変更なし"
    LEFT_OUT = "skipped", "スキップ"
    DELETED = "deleted", "削除"


class CandidateStatus(models.TextChoices):
    PENDING = "pending", "要確認"
    DISMISSED = "dismissed", "削除しない"


class TieStatus(models.TextChoices):
    """X8, X12: what became of a proposal to tie a record here to one of SmartHR's."""

    PROPOSED = "proposed", "候補"
    TIED = "tied", "紐付け済み"
    UNDONE = "undone", "取り消し済み"


class MatchedBy(models.TextChoices):
    """What a record here and one of SmartHR's have in common, the strongest sign first."""

    EMP_CODE = "emp_code", "社員番号"
    EMAIL = "email", "メールアドレス"
    NAME = "name", "氏名"
    PATH = "path", "部署の階層"


class NotTied(models.TextChoices):
    """Why a chosen tie was not made or not undone, as a sentence about the record that is named."""

    GONE = "gone", "すでに削除されています。"
    ALREADY = "already", "すでに選んだSmartHRのデータと連携しています。"
    LINKED = "linked", "ほかの操作で連携が変わりました。"
    TAKEN = "taken", "選んだSmartHRのデータは、すでに別の社員・グループと連携しています。"
    TWO_THERE = "two_there", "SmartHRのデータを2つ以上選んでいます。1つだけ選んでください。"
    TWO_HERE = "two_here", "同じSmartHRのデータに2つ以上を選んでいます。1つだけ選んでください。"


class PlanNotice(models.TextChoices):
    """P2: what 管理者 are told about the end of the monitor period, once each."""

    SIXTY_DAYS = "sixty_days", "60日前"
    FOURTEEN_DAYS = "fourteen_days", "14日前"
    PAUSED = "paused", "停止"


class UnattendedKind(models.TextChoices):
    """What webhooks do within a rolling hour is limited (E12, W7, S5)."""

    DELETION = "deletion", "社員の削除"
    LOGIN = "login", "社員IDの変更"
