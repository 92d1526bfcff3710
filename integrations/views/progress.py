"""What the screens show of a run: phases, numbers, sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations.choices import SYNC_KINDS, Outcome, Phase, RunKind, RunStatus, phases_of
from integrations.models import SmartHRIntegration, SyncRun
from integrations.reason_texts import ReasonText, attribute_label, explain, explain_deletions
from integrations.reasons import Reason

ANNOUNCED_EVERY = 25  # per cent
PHASE_UNITS = {
    Phase.DEPARTMENTS: "件",
    Phase.GROUPS: "件",
    Phase.GROUP_DELETIONS: "件",
    Phase.CREWS: "名",
    Phase.PEOPLE: "名",
    Phase.DELETIONS: "名",
    Phase.IDS: "名",
    Phase.LOOKUPS: "件",
}
WAITING_FOR = {
    Reason.RATE_LIMITED: "SmartHRへの問い合わせが上限に達したため、待っています。",
    Reason.MAINTENANCE: "SmartHRがメンテナンス中のため、待っています。",
}
BRAKE_CODES = {"people": Reason.DELETION_BRAKE, "groups": Reason.GROUP_DELETION_BRAKE}


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
        name = self.run.get_kind_display()
        return f"{name}の同期" if self.run.kind in SYNC_KINDS else name

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
            numbers = (self.run.phase_done, self.run.phase_total) if state == "now" else (0, None)
            lines.append(PhaseLine(phase.label, state, *numbers, PHASE_UNITS.get(phase, "")))
        return lines

    def _phase(self) -> Phase:
        return Phase(self.run.phase)

    def _phases(self) -> tuple[Phase, ...]:
        """The steps of this run, also where the slot was changed after its start."""
        kind, slot = RunKind(self.run.kind), self.slot
        steps = phases_of(kind, slot)
        return steps if self._phase() in steps else phases_of(kind, 1)

    @property
    def people(self) -> CountLine:
        return CountLine("従業員", "名", **self._counts("employees"))

    @property
    def departments(self) -> CountLine:
        return CountLine("部署", "件", **self._counts("departments"))

    @property
    def count_lines(self) -> list[CountLine]:
        if self.run.kind == RunKind.DELETIONS:
            return []  # a page of its own words
        if self.run.kind == RunKind.DEPARTMENTS:
            return [self.departments]
        both = [self.people, self.departments]
        return both if self.departments.read or self.slot is not None else [self.people]

    @property
    def main_counts(self) -> CountLine:
        return next(iter(self.count_lines), self.people)

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
        why = WAITING_FOR.get(Reason(run.error_code), "") if _is_reason(run.error_code) else ""
        return f"{why}{day}{at:%H:%M}頃に、自動で続きから再開します。"

    @property
    def problem(self) -> ReasonText | None:
        """What stopped it, or what a person has to look at."""
        run = self.run
        if not run.error_code or run.error_code in BRAKE_CODES.values():
            return None
        detail: dict[str, Any] = {**(run.error_detail or {}), "run": run.pk}
        if run.kind == RunKind.DELETIONS:
            return explain_deletions(run.error_code, detail)
        return explain(run.error_code, detail, subject="")

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
    def unreadable(self) -> list[str]:
        return [attribute_label(name) for name in self.run.unreadable or ()]

    def asks_about(self, integration: SmartHRIntegration) -> bool:
        """T5: whether this run, under these very settings, asks if the account is the right one."""
        return (
            self.run.error_code == Reason.OTHER_ACCOUNT
            and integration.account_unchecked
            and integration.settings_version == self.run.settings_version
        )

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


def _is_reason(code: str) -> bool:
    return code in Reason.__members__.values()
