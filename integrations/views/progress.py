"""What the screens show of a run: phases, numbers, sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.choices import (
    GOOD_STATUSES,
    READING_KINDS,
    SURVEY_KINDS,
    SYNC_KINDS,
    Outcome,
    Phase,
    RunKind,
    RunStatus,
    Trigger,
    phases_of,
)
from integrations.models import SmartHRIntegration, SyncRun
from integrations.reason_text import ReasonText
from integrations.reason_texts import attribute_label, explain
from integrations.reasons import CONNECTION_TROUBLES, Reason
from integrations.report import asks_about_account
from integrations.services.snapshot import PREVIEWED_SLOT, WITH_GROUPS
from integrations.texts_by_kind import text_of_run

ANNOUNCED_EVERY = 25  # per cent
PHASE_UNITS = {
    Phase.DEPARTMENTS: "件",
    Phase.GROUPS: "件",
    Phase.GROUP_DELETIONS: "件",
    Phase.CREWS: "名",
    Phase.CHANGES: "名",
    Phase.PEOPLE: "名",
    Phase.DELETIONS: "名",
    Phase.IDS: "名",
    Phase.SURVEY: "名",
    Phase.LOOKUPS: "件",
    Phase.REMOVALS: "件",
}
WAITING_FOR: dict[str, str] = {
    Reason.RATE_LIMITED: "SmartHRへの問い合わせが上限に達したため、待っています。",
    Reason.MAINTENANCE: "SmartHRがメンテナンス中のため、待っています。",
}
BRAKE_CODES = {
    "people": Reason.DELETION_BRAKE,
    "groups": Reason.GROUP_DELETION_BRAKE,
    "logins": Reason.LOGIN_BRAKE,
}


@dataclass(frozen=True, slots=True)
class PhaseLine:
    label: str
    state: str  # done, now, later
    done: int = 0
    total: int | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class CountLine:
    """The numbers of one kind of records."""

    noun: str
    unit: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    deleted: int = 0

    @property
    def read(self) -> int:
        return self.created + self.updated + self.unchanged + self.skipped

    @property
    def looked_at(self) -> int:
        """Of approved deletions: who is deleted is not among those read."""
        return self.read + self.deleted

    @property
    def written(self) -> int:
        return self.created + self.updated + self.deleted


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with everything that its page and the settings page say about it."""

    run: SyncRun
    slot: int | None

    @property
    def title(self) -> str:
        return RunKind(self.run.kind).headline

    @property
    def only_reads(self) -> bool:
        return self.run.kind in READING_KINDS

    @property
    def is_survey(self) -> bool:
        return self.run.kind in SURVEY_KINDS

    @property
    def is_preview(self) -> bool:
        return self.run.kind == RunKind.PREVIEW

    @property
    def goes_to_its_end(self) -> bool:
        """E12: it has deleted somebody, so that it can no longer be cancelled."""
        return self.run.is_active and bool((self.run.progress or {}).get("has_deleted"))

    @property
    def noun(self) -> str:
        if self.run.kind == RunKind.DELETIONS:
            return "削除"
        return "確認" if self.only_reads else "同期"

    @property
    def survey(self) -> Mapping[str, int]:
        """What a survey counted (T7, X12)."""
        return (self.run.progress or {}).get("survey") or {}

    @property
    def people_left(self) -> int:
        """X12: linked people for whom nobody can be offered."""
        return self.survey.get("ambiguous", 0) + self.survey.get("unmatched", 0)

    @property
    def groups_left(self) -> int:
        return self.survey.get("groups_ambiguous", 0) + self.survey.get("groups_unmatched", 0)

    @property
    def elapsed(self) -> timedelta:
        return (self.run.finished_at or timezone.now()) - self.run.started_at

    @property
    def seconds(self) -> float:
        return self.elapsed.total_seconds()

    @property
    def phases(self) -> list[PhaseLine]:
        shown: list[Phase] = [phase for phase in self._phases() if phase != Phase.DONE]
        here = shown.index(self._phase()) if self._phase() in shown else len(shown)
        lines = []
        for number, phase in enumerate(shown):
            state = "done" if number < here else "now" if number == here else "later"
            lines.append(self._line(phase, state))
        return lines

    def _line(self, phase: Phase, state: str) -> PhaseLine:
        numbers: tuple[int, int | None] = (0, None)
        if state == "now":
            numbers = self.run.phase_done, self.run.phase_total
        elif state == "done":
            numbers = (self.run.progress or {}).get("finished", {}).get(phase.value, 0), None
        return PhaseLine(phase.label, state, *numbers, PHASE_UNITS.get(phase, ""))

    def _phase(self) -> Phase:
        return Phase(self.run.phase)

    def _phases(self) -> tuple[Phase, ...]:
        """The steps of this run, also where the slot was changed after its start."""
        kind, slot = RunKind(self.run.kind), self.run.options.get(PREVIEWED_SLOT, self.slot)
        steps = phases_of(kind, slot, with_groups=WITH_GROUPS in self.run.options)
        return steps if self._phase() in steps else phases_of(kind, 1)

    @property
    def people(self) -> CountLine:
        return CountLine("従業員", "名", **self._counts("employees"))

    @property
    def departments(self) -> CountLine:
        return CountLine("部署", "件", **self._counts("departments"))

    @property
    def count_lines(self) -> list[CountLine]:
        if self.run.kind == RunKind.DELETIONS or self.is_survey:
            return []  # pages of their own words
        if self.run.kind == RunKind.DEPARTMENTS:
            return [self.departments]
        both = [self.people, self.departments]
        return both if self.departments.read or self.slot is not None else [self.people]

    @property
    def status_label(self) -> str:
        """完了（スキップ3名）: the word of the status, with what was left out."""
        label, counts = self.run.get_status_display(), self.main_counts
        is_told = self.run.status == RunStatus.SUCCEEDED and counts.skipped
        return f"{label}（スキップ{counts.skipped:,}{counts.unit}）" if is_told else label

    @property
    def result(self) -> str:
        """新規12・更新30・スキップ3・削除0; nothing for what counts no such records."""
        if self.run.kind == RunKind.DELETIONS:
            people, groups = self.people.deleted, self.departments.deleted
            return f"社員の削除{people:,}名・グループの削除{groups:,}件"
        if self.run.kind not in SYNC_KINDS:
            return ""
        counts = self.main_counts
        return (
            f"新規{counts.created:,}・更新{counts.updated:,}"
            f"・スキップ{counts.skipped:,}・削除{counts.deleted:,}"
        )

    @property
    def main_counts(self) -> CountLine:
        return self.count_lines[0] if self.count_lines else self.people

    def _counts(self, which: str) -> dict[str, int]:
        stored: Mapping[str, int] = (self.run.counts or {}).get(which) or {}
        names = (
            Outcome.CREATED,
            Outcome.UPDATED,
            Outcome.UNCHANGED,
            Outcome.LEFT_OUT,
            Outcome.DELETED,
        )
        return {name.value: int(stored.get(name.value, 0)) for name in names}

    @property
    def waiting_text(self) -> str:
        """Why it does not move, and when it goes on."""
        run = self.run
        if run.status != RunStatus.WAITING:
            return ""
        if run.not_before is None or run.not_before <= timezone.now():
            return "まもなく始まります。"
        at = timezone.localtime(run.not_before)
        day = "" if at.date() == timezone.localdate() else f"{at:%Y/%m/%d} "
        why = WAITING_FOR.get(run.error_code, "")
        return f"{why}{day}{at:%H:%M}頃に、自動で続きから再開します。"

    @property
    def problem(self) -> ReasonText | None:
        """What stopped it, or what a person has to look at."""
        run = self.run
        if not run.error_code or run.error_code in BRAKE_CODES.values():
            return None
        detail: dict[str, Any] = {**(run.error_detail or {}), "run": run.pk}
        return text_of_run(run.kind, run.error_code, detail)

    @property
    def is_connection_trouble(self) -> bool:
        """Whether the same would happen again until the connection is put right."""
        return self.run.status == RunStatus.FAILED and self.run.error_code in CONNECTION_TROUBLES

    @property
    def brakes(self) -> list[ReasonText]:
        """Deletions that were more than a run may do unasked (E12, G4)."""
        kept: Mapping[str, Any] = (self.run.progress or {}).get("brakes") or {}
        kept = {**kept, **(self.run.error_detail or {})}
        return [
            explain(code, kept.get(which) or {}, subject="")
            for which, code in BRAKE_CODES.items()
            if which in kept or code == self.run.error_code
        ]

    @property
    def holds_logins(self) -> bool:
        """S5: it has held a mass change of 社員ID back."""
        return "logins" in ((self.run.progress or {}).get("brakes") or {})

    @property
    def repaired(self) -> str:
        """X2: what a comparison of everything that started by itself has put right; nothing of one
        that did not come to its end."""
        run = self.run
        is_nightly = run.kind == RunKind.EMPLOYEES and run.trigger == Trigger.SCHEDULE
        if not is_nightly or run.error_code or run.status not in GOOD_STATUSES:
            return ""
        if count := self.people.written + self.departments.written:
            return f"予定の照合で、SmartHRとの差を{count:,}件直しました。"
        return "予定の照合で、直すところはありませんでした。"

    @property
    def unreadable(self) -> list[str]:
        return [attribute_label(name) for name in self.run.unreadable or ()]

    def asks_about(self, integration: SmartHRIntegration) -> bool:
        """T5: whether this run, under these very settings, asks if the account is the right one."""
        return asks_about_account(self.run, integration)

    @property
    def announcement(self) -> str:
        """For screen readers: each phase and each quarter, not every number."""
        if not self.run.is_active:
            return f"{self.title}：{self.run.get_status_display()}"
        if self.waiting_text:
            return self.waiting_text
        run, part = self.run, ""
        if run.phase_total:
            percent = 100 * run.phase_done // run.phase_total
            part = f" {min(percent, 100) // ANNOUNCED_EVERY * ANNOUNCED_EVERY}%"
        return f"{run.get_phase_display()}{part}"
