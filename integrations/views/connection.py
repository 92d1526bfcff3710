"""What the settings page says of the connection, in its section and elsewhere on the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings

from integrations import check_texts
from integrations.health_causes import WEBHOOK_TROUBLES
from integrations.models import SmartHRIntegration
from integrations.reason_texts import FIXED, attribute_label
from integrations.reasons import Reason
from integrations.services.connection_state import ConnectionState, Verdict, connection_state
from integrations.services.first_import_notice import first_import_notice
from integrations.views.issues import issue_lines

NOT_CONNECTED = FIXED[Reason.NOT_CONNECTED]
# A test that failed is told by its problem alone.
SAID = {
    Verdict.CONNECTED: ("success", check_texts.PASSED),
    Verdict.ATTENTION: ("warning", check_texts.INCOMPLETE),
    # The findings were about a connection that somebody has changed since.
    Verdict.UNTESTED: ("warning", check_texts.CHANGED_MEANWHILE),
    Verdict.NOT_CONNECTED: ("warning", NOT_CONNECTED.both),
}


def connection_context(integration: SmartHRIntegration) -> dict[str, Any]:
    state = connection_state(integration)
    tone, said = SAID.get(state.verdict, ("", ""))
    return {
        "connection": state,
        "check_tone": tone,
        "check_said": said,
        "issues": issue_lines(state),
        "webhook_is_noticed": any(issue.cause in WEBHOOK_TROUBLES for issue in state.issues),
        "causes": "" if state.is_noticed else "".join(causes(state)),
        "advice": list(_advice(state)),
        "unreadable": [attribute_label(name) for name in state.unreadable],
        "notes": list(_notes(state)),
        "unproven": list(_unproven(state)),
        "own_ips": settings.OUTGOING_IPS,
        "is_ip_refused": state.problem_code == Reason.IP_NOT_PERMITTED,
        "notice": first_import_notice(integration, state.result),
    }


def causes(state: ConnectionState, *, with_account: bool = True) -> Iterator[str]:
    """Why the verdict is 接続エラー or 要確認, for places other than the section itself."""
    if state.problem is not None:
        yield state.problem.both
        return
    if with_account and state.is_other_account and state.account is not None:
        yield state.account.both
    if state.missing:
        yield check_texts.missing_text([line.name for line in state.missing])
    if state.unreadable:
        yield check_texts.unreadable_text(state.unreadable)
    if unknown := check_texts.explain_unknown([line.name for line in state.unknown]):
        yield unknown.both


def _advice(state: ConnectionState) -> list[str]:
    """What to do about the marks that are not good."""
    unknown = check_texts.explain_unknown([line.name for line in state.unknown])
    return [
        *([check_texts.ADD_PERMISSION] if state.missing else []),
        *([check_texts.ADD_ATTRIBUTE] if state.unreadable else []),
        *([unknown.next] if unknown else []),
    ]


def _notes(state: ConnectionState) -> list[str]:
    """What is good to know and asks for nothing."""
    result = state.result
    notes = []
    if state.account and not state.is_other_account:
        notes.append(state.account.both)
    if result and result.crews == 0 and not result.seen:
        notes.append(check_texts.NO_CREWS)
    return notes


def _unproven(state: ConnectionState) -> Iterator[str]:
    """Attributes of which nobody knows whether the token reads them."""
    if state.result and state.valueless:
        yield check_texts.valueless_text(state.valueless, state.result.seen)
    if state.untested:
        yield check_texts.untested_text(state.untested)
