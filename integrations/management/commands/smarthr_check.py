"""smarthr_check --company CODE: 接続テスト."""

from typing import Any

from django.utils import timezone

from companies.commands import CompanyCommand, Exit
from integrations.check_texts import (
    ADD_ATTRIBUTE,
    ADD_PERMISSION,
    NO_CREWS,
    crews_text,
    explain_unknown,
    valueless_text,
)
from integrations.choices import RunStatus
from integrations.reason_texts import attribute_label
from integrations.services.check import check_connection
from integrations.services.check_result import CheckResult
from integrations.services.connection import integration_of
from integrations.services.connection_state import ConnectionState, state_of

EXITS = {
    RunStatus.SUCCEEDED: Exit.DONE,
    RunStatus.NEEDS_CONFIRMATION: Exit.NEEDS_PERSON,
    RunStatus.FAILED: Exit.FAILED,
}


class Command(CompanyCommand):
    help = "Tests the connection to SmartHR: permissions, readable attributes, counts."
    error_fields = {
        "permissions": {},
        "unreadable": [],
        "without_value": [],
        "crews": None,
        "retired": None,
        "account": None,
    }

    def run(self, **options: Any) -> None:
        company = self.company(options)
        started = timezone.now()
        result = check_connection(company=company)
        state = state_of(integration_of(company), result, started)
        status = _status(state)
        self.say(EXITS[status], _data(status, state, result), _text(status, state, result))


def _status(state: ConnectionState) -> RunStatus:
    if state.problem is not None or (state.unknown and not state.missing):
        return RunStatus.FAILED
    needs_person = state.missing or state.unreadable or state.is_other_account
    return RunStatus.NEEDS_CONFIRMATION if needs_person else RunStatus.SUCCEEDED


def _error(state: ConnectionState) -> str | None:
    problem = state.problem or explain_unknown([line.name for line in state.unknown])
    return problem.both if problem else None


def _data(status: RunStatus, state: ConnectionState, result: CheckResult) -> dict[str, Any]:
    return {
        "status": status,
        "permissions": {line.name: line.state for line in state.permissions},
        "unreadable": list(state.unreadable),
        "without_value": list(state.valueless),
        "crews": result.crews,
        "retired": result.retired,
        "account": result.account,
        "error": _error(state),
    }


def _text(status: RunStatus, state: ConnectionState, result: CheckResult) -> str:
    lines = [f"結果: {status.label}"]
    if error := _error(state):
        lines.append(error)
    lines += [f"{line.name}: {line.words}" for line in state.permissions if line.words]
    lines += [ADD_PERMISSION] if state.missing else []
    lines += [f"従業員項目 {attribute_label(name)}: 読めません" for name in state.unreadable]
    lines += [ADD_ATTRIBUTE] if state.unreadable else []
    if state.valueless:
        lines.append(valueless_text(state.valueless, result.seen))
    if result.crews is not None:
        lines.append(crews_text(result.crews, result.retired))
    if result.crews == 0:
        lines.append(NO_CREWS)
    if state.account:
        lines.append(state.account.both)
    return "\n".join(lines)
