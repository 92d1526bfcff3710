"""What a text about a reason is made of, and the phrases that many of them share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SUPPORT = "名刺管理サポート"
AGAIN = "もう一度同期してください。"
LATER = "時間をおいて、もう一度同期してください。"
NOTHING_TO_DO = "対応は不要です。"
NOTHING_KNOWN = "連携しているデータが、このSmartHRに1件もありません。"
CHECK_ACCOUNT = "サブドメインとアクセストークンを確認してください。"
NUMBER_RULE = "半角英数字3〜24文字（記号は @ . _ -、先頭と末尾は英数字）"

Detail = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReasonText:
    what: str
    next: str

    @property
    def both(self) -> str:
        return f"{self.what}{self.next}"
