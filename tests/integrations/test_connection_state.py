"""What the screen says of a connection: the newest look decides, and one place says it (T4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.choices import RunKind, RunStatus
from integrations.models import SmartHRIntegration, SyncRun
from integrations.services.check_result import Access, AccountMatch, CheckResult
from integrations.services.connection_state import ConnectionState, connection_state
from integrations.sync.progress import Progress
from tests.factories import CompanyFactory, IntegrationFactory, RunFactory

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
ASKED = (
    *("id", "emp_code", "emp_status", "last_name", "first_name"),
    *("email", "birth_at", "updated_at"),
)
GOOD = CheckResult(
    crews_read=Access.GRANTED,
    departments_read=Access.GRANTED,
    webhooks_read=Access.GRANTED,
    webhooks_update=Access.GRANTED,
    seen=3,
    asked=ASKED,
    crews=3,
    retired=0,
    account=AccountMatch.KNOWN,
)


def with_check(result: CheckResult | None = None, **values: Any) -> SmartHRIntegration:
    """A connection that was tested ten minutes ago."""
    kept = result.to_json() if result else {}
    at = timezone.now() - 10 * MINUTE if result else None
    return IntegrationFactory(checked_at=at, check_result=kept, **values)


def ended(
    integration: SmartHRIntegration, *, ago: timedelta, read: str = "", **values: Any
) -> SyncRun:
    """A sync that ended so long ago and read `crews` or `departments` to their end."""
    progress = Progress()
    if read:
        getattr(progress, read).ended = True
    return RunFactory(
        company=integration.company,
        finished_at=timezone.now() - ago,
        progress=progress.to_json(),
        settings_version=integration.settings_version,
        **values,
    )


def state_now(integration: SmartHRIntegration) -> ConnectionState:
    return connection_state(SmartHRIntegration.objects.across_companies().get(pk=integration.pk))


def marks(state: ConnectionState) -> list[str]:
    return [line.state.value for line in state.permissions]


def test_T4_without_connection_it_is_not_set() -> None:
    integration = SmartHRIntegration.objects.create(company=CompanyFactory())

    state = connection_state(integration)

    assert (state.verdict.label, marks(state)) == ("未設定", ["untested"] * 3)


def test_T4_without_test_it_is_set() -> None:
    state = connection_state(with_check())

    assert (state.verdict.label, marks(state), state.problem) == (
        "設定済み",
        ["untested"] * 3,
        None,
    )


@pytest.mark.parametrize(
    ("result", "chosen", "label"),
    [
        (GOOD, {}, "接続済み"),
        (replace(GOOD, departments_read=Access.MISSING), {}, "接続済み"),
        (replace(GOOD, departments_read=Access.MISSING), {"department_slot": 1}, "要確認"),
        (replace(GOOD, webhooks_update=Access.MISSING), {}, "接続済み"),
        (replace(GOOD, webhooks_update=Access.MISSING), {"webhook_mode": "auto"}, "要確認"),
        (replace(GOOD, webhooks_read=Access.UNKNOWN), {"webhook_mode": "auto"}, "要確認"),
        (replace(GOOD, unreadable=("email",)), {}, "要確認"),
        (replace(GOOD, unreadable=("business_last_name",)), {}, "接続済み"),
        (replace(GOOD, valueless=("email",)), {}, "接続済み"),
        (replace(GOOD, account=AccountMatch.NOTHING_KNOWN), {"account_unchecked": True}, "要確認"),
        (replace(GOOD, account=AccountMatch.NOTHING_KNOWN), {}, "接続済み"),
        (CheckResult(error="token_rejected"), {}, "接続エラー"),
        (CheckResult(error="connection_failed"), {}, "接続エラー"),
        (CheckResult(error="a_code_of_tomorrow"), {}, "接続エラー"),
        (CheckResult(error="maintenance"), {}, "要確認"),
        (CheckResult(error="rate_limited"), {}, "要確認"),
    ],
)
def test_T4_label_follows_from_findings_and_settings(
    result: CheckResult, chosen: dict[str, Any], label: str
) -> None:
    state = connection_state(with_check(result, **chosen))

    assert state.verdict.label == label
    assert (state.problem is not None) is bool(result.error)


def test_T4_what_a_failed_test_did_not_come_to_is_told_once() -> None:
    result = CheckResult(error="maintenance", crews_read=Access.GRANTED)

    state = connection_state(with_check(result, department_slot=1))

    assert marks(state) == ["granted", "untested", "untested"]


@pytest.mark.parametrize(
    ("error", "kind", "read", "label"),
    [
        ("maintenance", RunKind.EMPLOYEES, "crews", "接続済み"),
        ("token_rejected", RunKind.EMPLOYEES, "crews", "接続済み"),
    ],
)
def test_T4_a_later_sync_that_went_well_makes_a_failed_test_history(
    error: str, kind: RunKind, read: str, label: str
) -> None:
    integration = with_check(CheckResult(error=error))
    ended(integration, ago=MINUTE, kind=kind, read=read)

    state = state_now(integration)

    assert (state.verdict.label, state.problem) == (label, None)
    assert marks(state) == ["granted", "not_needed", "not_needed"]


@pytest.mark.parametrize(
    ("kind", "read", "found"),
    [
        (RunKind.DEPARTMENTS, "departments", ["missing", "granted", "granted"]),
        (RunKind.EMPLOYEES, "departments", ["granted", "granted", "granted"]),
        (RunKind.EMPLOYEES, "crews", ["granted", "missing", "granted"]),
    ],
)
def test_T4_what_a_later_sync_has_read_is_readable(
    kind: RunKind, read: str, found: list[str]
) -> None:
    result = replace(GOOD, crews_read=Access.MISSING, departments_read=Access.MISSING)
    integration = with_check(result, department_slot=1)
    ended(integration, ago=MINUTE, kind=kind, read=read)

    assert marks(state_now(integration)) == found


@pytest.mark.parametrize(
    "values",
    [
        {"ago": 20 * MINUTE},
        {"ago": MINUTE, "status": RunStatus.FAILED, "error_code": "incomplete_read"},
        {"ago": MINUTE, "status": RunStatus.CANCELLED},
        {"ago": MINUTE, "status": RunStatus.NEEDS_CONFIRMATION, "error_code": "other_account"},
        {"ago": MINUTE, "kind": RunKind.PREVIEW},
    ],
)
def test_T4_other_syncs_prove_nothing(values: dict[str, Any]) -> None:
    integration = with_check(CheckResult(error="token_rejected"))
    ended(integration, **values)

    assert state_now(integration).verdict.label == "接続エラー"


def test_T4_a_later_sync_that_was_refused_says_so_here() -> None:
    integration = with_check(GOOD)
    run = ended(
        integration,
        ago=MINUTE,
        status=RunStatus.FAILED,
        error_code="token_rejected",
        error_detail={"subdomain": "acme"},
    )

    state = state_now(integration)

    assert (state.verdict.label, state.met_by) == ("接続エラー", run)
    assert state.problem is not None
    assert state.problem.what.startswith("アクセストークンがSmartHRで認められませんでした。")
    assert marks(state) == ["untested"] * 3  # no ticks beside it


@pytest.mark.parametrize("code", ["connection_failed", "maintenance", "rate_limited"])
def test_T4_what_passes_by_itself_is_not_the_connection(code: str) -> None:
    integration = with_check(GOOD)
    ended(integration, ago=MINUTE, status=RunStatus.FAILED, error_code=code)

    assert state_now(integration).verdict.label == "接続済み"


def test_T4_a_permission_that_a_later_sync_missed_is_one_line() -> None:
    integration = with_check(GOOD, department_slot=1)
    ended(
        integration,
        ago=MINUTE,
        status=RunStatus.FAILED,
        error_code="permission_missing",
        error_detail={"permission": "部署:参照"},
    )

    state = state_now(integration)

    assert (state.verdict.label, state.problem) == ("要確認", None)
    assert marks(state) == ["granted", "missing", "granted"]


def test_T4_a_refusal_of_before_a_change_is_not_told_of_the_new_connection() -> None:
    integration = with_check()
    run = ended(integration, ago=MINUTE, status=RunStatus.FAILED, error_code="token_rejected")
    assert state_now(integration).problem is not None

    SyncRun.objects.filter(pk=run.pk).update(settings_version=integration.settings_version - 1)

    assert state_now(integration).verdict.label == "設定済み"


@pytest.mark.parametrize(
    ("by_test", "blank", "by_sync", "synced", "shown"),
    [
        # The test is the newer look.
        (("email",), (), [], None, ["email"]),
        ((), (), ["email"], 20, []),
        ((), ("email",), ["email"], 20, ["email"]),
        (("email",), (), ["email"], 20, ["email"]),
        (("birth_at",), (), ["email"], 20, ["birth_at"]),
        # The sync is, and it read everybody.
        (("email",), (), [], 1, []),
        ((), (), ["email"], 1, ["email"]),
        (("birth_at",), (), ["email"], 1, ["email"]),
        (("updated_at",), (), [], 1, ["updated_at"]),
        # Not needed with these settings.
        (("departments",), (), ["business_last_name"], None, []),
    ],
)
def test_T4_E11_one_list_of_what_cannot_be_read(
    by_test: tuple[str, ...],
    blank: tuple[str, ...],
    by_sync: list[str],
    synced: int | None,
    shown: list[str],
) -> None:
    result = replace(GOOD, unreadable=by_test, valueless=blank)
    integration = with_check(result, unreadable=by_sync)
    if synced is not None:
        ended(integration, ago=synced * MINUTE, read="crews")

    state = state_now(integration)

    assert list(state.unreadable) == shown
    assert set(state.valueless).isdisjoint(shown)


def test_T4_E11_without_a_test_the_last_sync_says_it() -> None:
    state = connection_state(with_check(unreadable=["email"]))

    assert (state.unreadable, state.verdict.label) == (("email",), "要確認")


def test_T4_E11_a_test_that_read_nobody_says_nothing_of_attributes() -> None:
    integration = with_check(CheckResult(error="maintenance"), unreadable=["email"])

    assert connection_state(integration).unreadable == ("email",)


def test_T4_attributes_that_a_setting_needs_since_are_untested() -> None:
    integration = with_check(GOOD, department_slot=1, name_source="business")

    state = connection_state(integration)

    assert state.untested == ("business_first_name", "business_last_name", "departments")


def test_C1_only_the_own_companys_syncs_count() -> None:
    integration = with_check(GOOD)
    other = IntegrationFactory()
    ended(other, ago=MINUTE, status=RunStatus.FAILED, error_code="token_rejected")

    assert state_now(integration).verdict.label == "接続済み"
