from django.db import models


class Subject(models.TextChoices):
    """What a workbook holds; the values are the words of the commands."""

    EMPLOYEES = "employees", "社員"
    GROUPS = "groups", "グループ"
    CARDS = "cards", "名刺"

    @property
    def unit(self) -> str:
        return "名" if self is Subject.EMPLOYEES else "件"

    @property
    def file_label(self) -> str:
        """The beginning of a file's name."""
        return {"employees": "社員リスト", "groups": "グループ", "cards": "名刺リスト"}[self.value]


class JobKind(models.TextChoices):
    EXPORT = "export", "エクスポート"
    IMPORT = "import", "インポート"


class JobStatus(models.TextChoices):
    WAITING = "waiting", "待機中"
    RUNNING = "running", "実行中"
    READY = "ready", "内容の確認待ち"
    APPLYING = "applying", "インポート中"
    DONE = "done", "完了"
    FAILED = "failed", "失敗"
    CANCELLED = "cancelled", "取りやめ"

    @property
    def is_active(self) -> bool:
        return self in (JobStatus.WAITING, JobStatus.RUNNING, JobStatus.APPLYING)


class PartKind(models.TextChoices):
    UPLOAD = "upload", "選択されたファイル"
    EXPORT = "export", "エクスポートしたファイル"
    ERRORS = "errors", "エラーの一覧"
    PASSWORDS = "passwords", "一時パスワード"


class Verdict(models.TextChoices):
    NEW = "new", "新規"
    CHANGED = "changed", "変更"
    UNCHANGED = "unchanged", "変更なし"
    ERROR = "error", "エラー"
