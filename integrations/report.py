"""Reads for a run's page: its report by tabs, and whether it asks about the account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from integrations.choices import PEOPLE_KINDS, Outcome, RunKind, Subject
from integrations.models import RunRecord, SmartHRIntegration, SyncRun
from integrations.reasons import Reason

_person = Q(subject=Subject.EMPLOYEE)
_group = Q(subject=Subject.GROUP)

# Tab -> which records of the run it lists.
RECORD_TABS: dict[str, Q] = {
    "asked": Q(reason=Reason.WOULD_ASK),
    "reported": (~Q(reason="") | Q(outcome=Outcome.LEFT_OUT)) & ~Q(reason=Reason.WOULD_ASK),
    "logins": _person & Q(outcome=Outcome.UPDATED, changes__has_key="employee_id"),
    "created": _person & Q(outcome=Outcome.CREATED),
    "updated": _person & Q(outcome=Outcome.UPDATED),
    "moved": _person & Q(outcome=Outcome.UPDATED, changes__has_key="group"),
    "deleted": _person & Q(outcome=Outcome.DELETED),
    "groups": _group,
}
# What needs a hand comes first; a page without a chosen tab opens on the first that has records.
TAB_LABELS = {
    "asked": "削除の確認",
    "reported": "スキップ／報告あり",
    "logins": "ログインIDの変更",
    "created": "新規",
    "updated": "更新",
    "moved": "グループの変更",
    "deleted": "削除",
    "groups": "グループ",
}
EMPTY_TEXTS = {
    "reported": "スキップや報告はありません。",
    "logins": "ログインに使う社員IDの変更はありません。",
    "created": "新しく取り込んだ社員はいません。",
    "updated": "更新した社員はいません。",
    "moved": "グループが変わった社員はいません。",
    "deleted": "削除した社員はいません。",
    "groups": "グループの変更はありません。",
}
PERSON_TABS = {"logins", "created", "updated", "moved", "deleted"}
# Shown only where they have something to say.
OPTIONAL_TABS = {"asked", "moved"}


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    label: str
    count: int
    groups: int = 0

    @property
    def people(self) -> int:
        return self.count - self.groups

    @property
    def unit(self) -> str:
        """A reported record can have more than one line."""
        is_of_people = self.key in PERSON_TABS or (self.key == "asked" and not self.groups)
        return "名" if is_of_people else "件"

    @property
    def searched(self) -> str:
        """What the labels of its records say, which are searched."""
        if self.key == "groups":
            return "グループ名"
        of_people = ["氏名", "社員ID"] if self.people else []
        if self.key == "reported":
            of_people += ["社員番号"] if self.people else []
            return "・".join([*of_people, *(["部署名"] if self.groups else [])])
        return "・".join([*of_people, *(["グループ名"] if self.groups else [])])

    @property
    def empty(self) -> str:
        return EMPTY_TEXTS.get(self.key, "該当する記録はありません。")


def tabs_of(run: SyncRun) -> list[Tab]:
    """The tabs of a report that say something for this kind of run, with their counts."""
    counts = _record_counts(run)
    return [
        Tab(key, label, counts[key], counts[f"groups_{key}"])
        for key, label in TAB_LABELS.items()
        if counts[key] or _is_always_shown(key, run.kind)
    ]


def _is_always_shown(key: str, kind: str) -> bool:
    if kind == RunKind.DELETIONS:
        return key == "deleted"
    if key in OPTIONAL_TABS or (key == "groups" and kind in PEOPLE_KINDS):
        return False
    return key not in PERSON_TABS or kind in PEOPLE_KINDS


def chosen_tab(wanted: str | None, tabs: Sequence[Tab]) -> Tab:
    """The tab of the address, else the first that has something in it."""
    by_key = {tab.key: tab for tab in tabs}
    if wanted in by_key:
        return by_key[wanted]
    return next((tab for tab in tabs if tab.count), tabs[0])


def _record_counts(run: SyncRun) -> dict[str, int]:
    rules = RECORD_TABS | {f"groups_{key}": rule & _group for key, rule in RECORD_TABS.items()}
    counts: dict[str, int] = (
        RunRecord.objects.for_company(run.company_id)
        .filter(run=run)
        .aggregate(**{key: Count("pk", filter=rule) for key, rule in rules.items()})
    )
    return counts


def asks_about_account(run: SyncRun, integration: SmartHRIntegration) -> bool:
    """T5: whether it asks, under these very settings, if the account is the right one."""
    return (
        run.error_code == Reason.OTHER_ACCOUNT
        and integration.account_unchecked
        and integration.settings_version == run.settings_version
    )


def records_of(run: SyncRun, tab: str | None) -> QuerySet[RunRecord]:
    """The records of one tab; of the whole report without one."""
    records: QuerySet[RunRecord] = RunRecord.objects.for_company(run.company_id).filter(run=run)
    return (records.filter(RECORD_TABS[tab]) if tab else records).order_by("pk")
