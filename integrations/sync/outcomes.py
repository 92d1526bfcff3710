"""How a sync ends before its last step."""

from __future__ import annotations

from typing import Any

from integrations.reasons import Reason


class StopRun(Exception):
    """The run ends here; what it has written stays."""

    def __init__(self, reason: Reason, *, confirm: bool, **detail: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        # Whether a person has to decide (要確認), or the run failed.
        self.confirm = confirm
        self.detail = detail
