"""Narrowing the records of a report: by reason and by words. The state is in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from integrations.models import RunRecord, SyncRun
from integrations.reason_texts import reason_title
from integrations.report import records_of

LONGEST_SEARCH = 100
# Tab whose records have reasons to choose from.
BY_REASON = "reported"


@dataclass(frozen=True, slots=True)
class ReasonChoice:
    code: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """What is asked of one tab of a report; unknown values ask for nothing."""

    tab: str
    reason: str = ""
    words: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str], tab: str) -> ReportFilter:
        reason = query.get("reason", "") if tab == BY_REASON else ""
        words = query.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
        return cls(tab, reason[:40].replace("\x00", ""), words)

    @property
    def is_narrow(self) -> bool:
        return bool(self.reason or self.words)

    def records(self, run: SyncRun) -> QuerySet[RunRecord]:
        records = records_of(run, self.tab)
        if self.reason:
            records = records.filter(reason=self.reason)
        for word in self.words.split():
            records = records.filter(label__icontains=word)
        return records


def reason_choices(run: SyncRun) -> list[ReasonChoice]:
    """The reasons that a run reported, the most frequent first."""
    counted = (
        records_of(run, BY_REASON)
        .exclude(reason="")
        .order_by()
        .values_list("reason")
        .annotate(count=Count("pk"))
        .order_by("-count", "reason")
    )
    return [ReasonChoice(code, reason_title(code), count) for code, count in counted]
