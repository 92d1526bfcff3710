"""How the connection stands: the last 接続テスト, and what a sync has shown since (T4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from integrations.check_texts import account_text, explain_failure
from integrations.choices import GOOD_STATUSES, SYNC_KINDS, RunKind, WebhookMode
from integrations.health_texts import text_of_cause
from integrations.models import HealthIssue, SmartHRIntegration, SyncRun
from integrations.reason_text import ReasonText
from integrations.reason_texts import explain
from integrations.reasons import CONNECTION_TROUBLES, Reason
from integrations.services.check_result import Access, AccountMatch, CheckResult
from integrations.services.health import named_permissions, open_issues
from integrations.services.permission_lines import Line, PermissionLine, permission_lines
from integrations.services.snapshot import sync_settings
from integrations.smarthr.errors import CREWS_READ, DEPARTMENTS_READ
from integrations.sync.unreadable import watched

# Nothing is wrong with the settings.
PASSING = frozenset({Reason.RATE_LIMITED, Reason.MAINTENANCE})
# A sync that ended with one of these has not shown that it reads the right account.
PROVES_NOTHING = frozenset({Reason.OTHER_ACCOUNT, Reason.EMPTY_ANSWER})
RIGHTS = {CREWS_READ: "crews_read", DEPARTMENTS_READ: "departments_read"}


class Verdict(StrEnum):
    NOT_CONNECTED = "not_connected"
    UNTESTED = "untested"
    CONNECTED = "connected"
    ATTENTION = "attention"  # something needed is missing, or nobody could find out
    BROKEN = "broken"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Verdict.NOT_CONNECTED: "未設定",
    Verdict.UNTESTED: "設定済み",
    Verdict.CONNECTED: "接続済み",
    Verdict.ATTENTION: "要確認",
    Verdict.BROKEN: "接続エラー",
}


@dataclass(frozen=True, slots=True)
class ConnectionState:
    verdict: Verdict
    permissions: tuple[PermissionLine, ...]
    # Attributes of crews by SmartHR's names, as the newest look shows them (E11).
    unreadable: tuple[str, ...]
    checked_at: datetime | None
    result: CheckResult | None
    problem: ReasonText | None = None
    problem_code: str = ""
    # The sync that met the problem, where it was no test.
    met_by: SyncRun | None = None
    # X3: the hourly look met it; the page says so above its sections.
    is_noticed: bool = False
    issues: tuple[HealthIssue, ...] = ()
    account: ReasonText | None = None
    # Blank for everybody on the page that the test read.
    valueless: tuple[str, ...] = ()
    # Needed since a setting was changed, after the test.
    untested: tuple[str, ...] = ()
    # T5: it knows none of the linked ids, and nobody has confirmed it.
    is_other_account: bool = False

    @property
    def missing(self) -> list[PermissionLine]:
        return [line for line in self.permissions if line.state == Line.MISSING]

    @property
    def unknown(self) -> list[PermissionLine]:
        """Needed ones of which the test learnt nothing although it came to its end."""
        return [line for line in self.permissions if line.state == Line.UNKNOWN]


def connection_state(integration: SmartHRIntegration) -> ConnectionState:
    result = CheckResult.from_json(integration.check_result) if integration.checked_at else None
    return state_of(integration, result, integration.checked_at if result else None)


def state_of(
    integration: SmartHRIntegration, result: CheckResult | None, checked_at: datetime | None
) -> ConnectionState:
    run = _newest_run(integration, checked_at) if integration.is_connected else None
    if result is not None and run is not None:
        result = _outdone(result, run)
    if result is not None and checked_at is not None:
        result = _registered(result, integration, checked_at)
    text, code, met_by = _problem(integration, result, run)
    issues = tuple(open_issues(integration.company_id)) if integration.is_connected else ()
    permissions = permission_lines(integration, None if met_by else result)
    noticed = _noticed(issues, permissions) if text is None else None
    if noticed is not None:
        text, code = text_of_cause(noticed.cause, noticed.detail), noticed.cause
    unreadable = _unreadable(integration, result, checked_at)
    state = ConnectionState(
        verdict=Verdict.UNTESTED,
        # Marks of an older test would contradict what stopped the sync.
        permissions=permission_lines(integration, None) if noticed else permissions,
        unreadable=unreadable,
        checked_at=checked_at,
        result=result,
        problem=text,
        problem_code=code,
        met_by=met_by,
        is_noticed=noticed is not None,
        issues=issues,
    )
    if result is not None:
        state = replace(
            state,
            account=account_text(result.account, is_accepted=not integration.account_unchecked),
            is_other_account=result.account == AccountMatch.NOTHING_KNOWN
            and integration.account_unchecked,
            valueless=_wanted(integration, set(result.valueless) - set(unreadable)),
            untested=_wanted(integration, _watched(integration) - set(result.asked))
            if result.asked
            else (),
        )
    return replace(state, verdict=_verdict(state, integration))


def _newest_run(integration: SmartHRIntegration, after: datetime | None) -> SyncRun | None:
    """The newest sync that ended since the test; without one, under the settings of now."""
    runs = SyncRun.objects.for_company(integration.company_id).filter(
        kind__in=SYNC_KINDS, finished_at__isnull=False
    )
    since = (
        runs.filter(settings_version=integration.settings_version)
        if after is None
        else runs.filter(finished_at__gt=after)
    )
    run: SyncRun | None = since.order_by("-finished_at").first()
    return run


def _outdone(result: CheckResult, run: SyncRun) -> CheckResult:
    """What is left of a test's findings after a later sync."""
    if run.error_code == Reason.PERMISSION_MISSING:
        right = RIGHTS.get(run.error_detail.get("permission", ""))
        lost: dict[str, Any] = {right: Access.MISSING} if right else {}
        return replace(result, error="", **lost)
    is_good = run.status in GOOD_STATUSES
    if not is_good or run.error_code in PROVES_NOTHING:
        return result
    granted: dict[str, Any] = {}
    if run.kind == RunKind.EMPLOYEES:
        granted["crews_read"] = Access.GRANTED
    if (run.progress.get("departments") or {}).get("ended"):
        granted["departments_read"] = Access.GRANTED
    return replace(result, error="", **granted)


def _registered(
    result: CheckResult, integration: SmartHRIntegration, checked_at: datetime
) -> CheckResult:
    """What is left of a test's findings after a later look at our webhook (W2)."""
    looked_at = integration.webhook_checked_at
    if integration.webhook_mode != WebhookMode.AUTO or looked_at is None or looked_at < checked_at:
        return result
    if not integration.webhook_problem:
        return replace(result, webhooks_read=Access.GRANTED, webhooks_update=Access.GRANTED)
    if integration.webhook_problem == Reason.PERMISSION_MISSING:
        return replace(result, webhooks_read=Access.MISSING, webhooks_update=Access.MISSING)
    return result


def _problem(
    integration: SmartHRIntegration, result: CheckResult | None, run: SyncRun | None
) -> tuple[ReasonText | None, str, SyncRun | None]:
    """Its text and code, and the sync that met it."""
    if run is not None and run.error_code in CONNECTION_TROUBLES and not _is_a_line(run, result):
        return explain(run.error_code, run.error_detail, subject=""), run.error_code, run
    if result is not None and result.error:
        detail = {"subdomain": result.subdomain}
        text = explain_failure(result.error, detail, retry_at=result.retry_at)
        return text, result.error, None
    return None, "", None


def _noticed(
    issues: tuple[HealthIssue, ...], lines: tuple[PermissionLine, ...]
) -> HealthIssue | None:
    """What the hourly look met since, for any later good look would have closed it (X3)."""
    missing = {line.name for line in lines if line.state == Line.MISSING}
    return next(
        (
            issue
            for issue in issues
            if issue.cause in CONNECTION_TROUBLES and not is_told_by_lines(issue, missing)
        ),
        None,
    )


def is_told_by_lines(issue: HealthIssue, missing: set[str]) -> bool:
    """Whether the lines of a test name all the permissions that the issue is about."""
    named = set(named_permissions(issue.detail))
    return issue.cause == Reason.PERMISSION_MISSING and bool(named) and named <= missing


def _is_a_line(run: SyncRun, result: CheckResult | None) -> bool:
    """Beside a test's findings a missing permission is one of their lines."""
    return result is not None and run.error_code == Reason.PERMISSION_MISSING


def _watched(integration: SmartHRIntegration) -> set[str]:
    # A sync does without `updated_at`, if it has to, and does not look after it.
    return {*watched(sync_settings(integration)), "updated_at"}


def _wanted(integration: SmartHRIntegration, names: set[str]) -> tuple[str, ...]:
    return tuple(sorted(names & _watched(integration)))


def _unreadable(
    integration: SmartHRIntegration, result: CheckResult | None, checked_at: datetime | None
) -> tuple[str, ...]:
    """One list: the newer look decides, but a page on which all is blank proves nothing."""
    from_sync, from_test = set(integration.unreadable), set[str]()
    if result is not None and result.seen:
        from_test = set(result.unreadable)
        if (from_sync or from_test) and _has_read_people_since(integration, checked_at):
            from_test &= {"updated_at"}
        else:
            from_sync -= set(result.asked) - set(result.valueless)
    return _wanted(integration, from_sync | from_test)


def _has_read_people_since(integration: SmartHRIntegration, moment: datetime | None) -> bool:
    runs = SyncRun.objects.for_company(integration.company_id).filter(
        kind=RunKind.EMPLOYEES, finished_at__gt=moment, progress__crews__ended=True
    )
    return bool(runs.exists())


def _verdict(state: ConnectionState, integration: SmartHRIntegration) -> Verdict:
    if not integration.is_connected:
        return Verdict.NOT_CONNECTED
    if state.problem is not None:
        is_mild = state.problem_code in {*PASSING, Reason.PERMISSION_MISSING}
        return Verdict.ATTENTION if is_mild else Verdict.BROKEN
    if state.missing or state.unreadable or state.unknown or state.is_other_account:
        return Verdict.ATTENTION
    return Verdict.UNTESTED if state.result is None else Verdict.CONNECTED
