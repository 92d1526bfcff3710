"""Template tags of SmartHR連携: status labels, changes, reasons."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django import template
from django.template.context import Context

from companies.models import Company
from integrations.banners import banner_for, situation_of
from integrations.choices import Outcome, RunStatus
from integrations.models import RunRecord
from integrations.plan import Plan
from integrations.reason_texts import COLUMN_LABELS, ReasonText, explain

register = template.Library()

# Status -> colour and icon; the word comes from the choices.
LOOKS = {
    RunStatus.WAITING: ("neutral", "clock"),
    RunStatus.RUNNING: ("info", "arrow-repeat"),
    RunStatus.SUCCEEDED: ("success", "check-circle-fill"),
    RunStatus.NEEDS_CONFIRMATION: ("warning", "exclamation-triangle-fill"),
    RunStatus.FAILED: ("danger", "x-circle-fill"),
    RunStatus.CANCELLED: ("neutral", "slash-circle"),
    "monitor": ("success", "check-circle-fill"),
    "continued": ("success", "check-circle-fill"),
    "grace": ("warning", "exclamation-triangle-fill"),
    "ends_soon": ("warning", "exclamation-triangle-fill"),
    "paused": ("danger", "x-circle-fill"),
    "stopped": ("danger", "x-circle-fill"),
    "connected": ("success", "check-circle-fill"),
    "not_connected": ("neutral", "dash-circle"),
    Outcome.CREATED: ("info", "plus-circle-fill"),
    Outcome.UPDATED: ("info", "pencil-fill"),
    Outcome.UNCHANGED: ("neutral", "check-lg"),
    Outcome.LEFT_OUT: ("warning", "skip-forward-fill"),
    Outcome.DELETED: ("neutral", "trash-fill"),
}
# What the label of a record shows.
NAMED = frozenset({"employee_id", "last_name", "first_name", "name"})


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    before: str
    after: str


@register.inclusion_tag("components/status.html")
def status(key: str, label: str) -> dict[str, str]:
    tone, symbol = LOOKS.get(key, ("neutral", "circle"))
    return {"tone": tone, "symbol": symbol, "label": label}


@register.simple_tag(takes_context=True)
def waiting_for_confirmation(context: Context, company: Company) -> bool:
    return situation_of(context["request"], company).waits_for_confirmation


@register.simple_tag(takes_context=True)
def smarthr_plan(context: Context) -> Plan:
    """The plan of the company whose 管理者 looks at the page."""
    request = context["request"]
    return situation_of(request, request.user.company).plan


@register.inclusion_tag("components/lasting_banner.html", takes_context=True)
def lasting_banner(context: Context) -> dict[str, Any]:
    """For 管理者 who may do something about it."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or user is None or not user.is_authenticated:
        return {"banner": None}
    if not user.is_administrator or user.must_change_password:
        return {"banner": None}
    banner = banner_for(situation_of(request, user.company), request.path)
    return {"banner": banner, "path": request.path}


@register.filter
def reason_text(record: RunRecord) -> ReasonText | None:
    if not record.reason:
        return None
    return explain(record.reason, record.detail, subject=record.subject)


@register.filter
def is_linked_now(record: RunRecord) -> bool:
    """Whether the record of a report has a linked employee or group since."""
    if record.outcome == Outcome.LEFT_OUT:
        return record.object_pk is not None
    return record.outcome != Outcome.DELETED


@register.filter
def changes_of(record: RunRecord) -> list[Change]:
    """What to show of a change; of a new record not what its name says already."""
    named = NAMED if record.outcome == Outcome.CREATED else frozenset()
    return list(_changes(record.changes, leaving_out=named))


def _changes(changes: dict[str, Any], *, leaving_out: Collection[str]) -> Iterator[Change]:
    for column, label in COLUMN_LABELS.items():
        if column in changes and column not in leaving_out:
            before, after = changes[column]
            yield Change(label, _shown(column, before), _shown(column, after))


def _shown(column: str, value: Any) -> str:
    """A stored value as a person reads it; nothing is shown as "なし"."""
    if column == "is_active":
        return "できる" if value else "停止"
    if value is None or value == "":
        return "最上位" if column == "parent" else "なし"
    return str(value)
