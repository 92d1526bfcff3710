"""What runs and webhooks did while nobody looked on, gathered into notices (X3, E12, S1, S5).

One notice a company and kind an hour at most, whatever the number of runs and webhooks. What a
notice tells of lies between two moments, `since` and `until` of its row, so that nothing is told
twice and nothing is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from integrations.choices import UNATTENDED, Subject, UnattendedKind
from integrations.health_causes import Cause
from integrations.models import (
    DeletionCandidate,
    HealthIssue,
    HeldLogin,
    RunRecord,
    SyncRun,
    UnattendedAct,
)
from integrations.report import RECORD_TABS
from integrations.services.health import report_issue

# What is being written at this moment is told next time.
LAG: Final = timedelta(seconds=30)
LOOKS_BACK: Final = timedelta(days=2)
EVERY: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing to tell; the same `key` counts once."""

    company_id: int
    at: datetime
    key: object
    what: str = "count"


def gather_notices() -> None:
    """Opens a notice where there is news, and brings those that did not go out up to date."""
    until = timezone.now() - LAG
    for cause, find in KINDS.items():
        newest = _newest_rows(cause)
        waiting = [_moment(row, "since") for row in newest.values() if row.closed_at is None]
        news: dict[int, list[Found]] = defaultdict(list)
        for found in find(min([until - LOOKS_BACK, *waiting])):
            news[found.company_id].append(found)
        for company_id in news.keys() | {row.company_id for row in newest.values()}:
            _gather(cause, company_id, news[company_id], newest.get(company_id), until)


def _newest_rows(cause: str) -> dict[int, HealthIssue]:
    """Of each company the one that waits for its mail, or the last that went out."""
    recent = timezone.now() - LOOKS_BACK - EVERY
    rows = HealthIssue.objects.across_companies().filter(
        Q(closed_at=None) | Q(closed_at__gt=recent), cause=cause
    )
    return {row.company_id: row for row in rows.order_by("opened_at", "pk")}


def _gather(
    cause: str,
    company_id: int,
    found: Iterable[Found],
    newest: HealthIssue | None,
    until: datetime,
) -> None:
    is_open = newest is not None and newest.closed_at is None
    since = until - LOOKS_BACK
    if newest is not None:
        since = _moment(newest, "since" if is_open else "until")
        if not is_open and newest.mailed_at and newest.mailed_at > timezone.now() - EVERY:
            return
    counts = _counts(item for item in found if since < item.at <= until)
    window = {"since": since.isoformat(), "until": until.isoformat()}
    if newest is not None and is_open:
        _bring_up_to_date(newest, counts, window)
    elif _has_news(counts):
        report_issue(company_id, cause, {**counts, **window})


def _moment(row: HealthIssue, key: str) -> datetime:
    return datetime.fromisoformat(row.detail[key])


def _bring_up_to_date(
    row: HealthIssue, counts: Mapping[str, int], window: Mapping[str, str]
) -> None:
    """One that no sender has in hand. Settled by a person meanwhile, it is not told."""
    free = HealthIssue.objects.for_company(row.company_id).filter(
        pk=row.pk, closed_at=None, claimed_at=None
    )
    if _has_news(counts):
        free.update(detail={**counts, **window})
    else:
        free.delete()


def _has_news(counts: Mapping[str, int]) -> bool:
    """That something was braked is no news without anybody who waits."""
    return any(number for what, number in counts.items() if what != "brake")


def _counts(found: Iterable[Found]) -> dict[str, int]:
    keys: dict[str, set[object]] = defaultdict(set)
    for item in found:
        keys[item.what].add(item.key)
    return {what: len(distinct) for what, distinct in keys.items()}


def _deletions(since: datetime) -> Iterable[Found]:
    """E12, G4, W7: who waits for a person's word since a run or webhook that nobody watched."""
    rows = DeletionCandidate.objects.across_companies().pending().free()
    alone = Q(run=None) | Q(run__trigger__in=UNATTENDED)
    for row in rows.filter(alone, found_at__gt=since):
        what = "people" if row.subject == Subject.EMPLOYEE else "groups"
        yield Found(row.company_id, row.found_at, row.pk, what)
    runs = _unattended_runs(since).exclude(error_detail={})
    for company_id, at, pk, detail in runs.values_list(
        "company_id", "finished_at", "pk", "error_detail"
    ):
        if detail.keys() & {"people", "groups"}:  # what the brake kept
            yield Found(company_id, at, pk, "brake")


def _logins_changed(since: datetime) -> Iterable[Found]:
    """S1."""
    records = RunRecord.objects.across_companies().filter(
        RECORD_TABS["logins"], run__in=_unattended_runs(since)
    )
    yield from _each(records.values_list("company_id", "run__finished_at", "smarthr_id"))
    acts = UnattendedAct.objects.across_companies().filter(kind=UnattendedKind.LOGIN, at__gt=since)
    yield from _each(acts.values_list("company_id", "at", "smarthr_id"))


def _logins_held(since: datetime) -> Iterable[Found]:
    """S5."""
    rows = HeldLogin.objects.across_companies().filter(found_at__gt=since)
    yield from _each(rows.values_list("company_id", "found_at", "pk"))


def _each(rows: Iterable[Any]) -> Iterable[Found]:
    """The ids of a report are texts, those of an act are not."""
    return (Found(company_id, at, str(key)) for company_id, at, key in rows)


def _unattended_runs(since: datetime) -> Any:
    return SyncRun.objects.across_companies().filter(trigger__in=UNATTENDED, finished_at__gt=since)


KINDS: Final[Mapping[str, Callable[[datetime], Iterable[Found]]]] = {
    Cause.DELETIONS_ASKED: _deletions,
    Cause.LOGINS_CHANGED: _logins_changed,
    Cause.LOGINS_HELD: _logins_held,
}
