"""What of a preview is shown: by verdict and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from bulk.choices import JobStatus, Verdict
from bulk.models import Job


@dataclass(frozen=True, slots=True)
class PreviewFilter:
    verdict: str = ""
    words: str = ""
    shows_unchanged: bool = False

    @classmethod
    def from_query(cls, query: Mapping[str, str], job: Job) -> Self:
        """Errors first, as long as they keep everything else from being applied."""
        verdict = query.get("verdict")
        if verdict is None:
            verdict = Verdict.ERROR if job.errors and job.status == JobStatus.READY else ""
        return cls(
            verdict=verdict if verdict in Verdict.values else "",
            words=query.get("q", "").replace("\x00", "").strip()[:100],
            shows_unchanged="unchanged" in query or verdict == Verdict.UNCHANGED,
        )

    @property
    def is_narrow(self) -> bool:
        return bool(self.words or self.verdict)

    def rows(self, rows: Any) -> Any:
        if self.verdict:
            rows = rows.filter(verdict=self.verdict)
        elif not self.shows_unchanged:
            rows = rows.exclude(verdict=Verdict.UNCHANGED)
        if self.words:
            rows = rows.filter(label__icontains=self.words)
        return rows.order_by("number")
