"""Template tags of SmartHR連携: status labels, changes, reasons."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template.context import Context

from companies.models import Company
from employees import queries
from integrations.banners import banner_for, situation_of
from integrations.choices import Outcome, RunKind, RunStatus
from integrations.forms import EXPIRIES
from integrations.models import RunRecord, SyncRun
from integrations.plan import Plan
from integrations.reason_text import ReasonText
from integrations.reasons import Reason
from integrations.record_changes import Change, changes_of
from integrations.record_links import Link, links_of
from integrations.texts_by_kind import outcome_label, text_of

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
    "held": ("warning", "pause-circle-fill"),
    "connected": ("success", "check-circle-fill"),
    "not_connected": ("neutral", "dash-circle"),
    "notice": ("info", "info-circle-fill"),
    "untested": ("neutral", "check-circle"),
    "attention": ("warning", "exclamation-triangle-fill"),
    "broken": ("danger", "x-circle-fill"),
    "granted": ("success", "check-circle-fill"),
    "missing": ("danger", "x-circle-fill"),
    "unknown": ("warning", "question-circle-fill"),
    "not_needed": ("neutral", "dash-circle"),
    "webhook_off": ("neutral", "dash-circle"),
    "webhook_registered": ("success", "check-circle-fill"),
    "webhook_failed": ("danger", "x-circle-fill"),
    "webhook_waiting": ("warning", "clock"),
    "webhook_confirmed": ("success", "check-circle-fill"),
    "tied": ("success", "link-45deg"),
    "namesake": ("warning", "exclamation-triangle-fill"),
    "pending": ("info", "clock"),
    "retrying": ("warning", "arrow-repeat"),
    "processed": ("neutral", "check-lg"),
    "ignored": ("neutral", "dash-circle"),
    Outcome.CREATED: ("info", "plus-circle-fill"),
    Outcome.UPDATED: ("info", "pencil-fill"),
    Outcome.UNCHANGED: ("neutral", "check-lg"),
    Outcome.LEFT_OUT: ("warning", "skip-forward-fill"),
    Outcome.DELETED: ("neutral", "trash-fill"),
}


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


@register.simple_tag(takes_context=True)
def running_sync(context: Context, company: Company) -> SyncRun | None:
    """The run that is going on, to be found again from every page (T6)."""
    return situation_of(context["request"], company).active


@register.simple_tag
def unused_initial_passwords(company: Company) -> list[tuple[int, int]]:
    """Of each expiry that would keep people out at the moment: its days, and how many people."""
    choices = {*EXPIRIES, company.initial_password_days or 0} - {0}
    found = queries.unused_initial_passwords(company, sorted(choices))
    return [(days, people) for days, people in found.items() if people]


@register.filter
def reason_text(record: RunRecord, run: SyncRun | None = None) -> ReasonText | None:
    """Of a report of `run`, in its words."""
    return text_of(record, run.kind if run else "")


@register.inclusion_tag("components/status.html")
def outcome(record: RunRecord) -> dict[str, str]:
    """What a run did with the record, or would do."""
    asks = record.reason == Reason.WOULD_ASK
    return status(RunStatus.NEEDS_CONFIRMATION if asks else record.outcome, outcome_label(record))


@register.filter
def is_linked_now(record: RunRecord, run: SyncRun) -> bool:
    """Whether the record of a report has a linked employee or group since."""
    if record.outcome == Outcome.LEFT_OUT or run.kind == RunKind.PREVIEW:
        return record.object_pk is not None  # what a preview would create is not there
    return record.outcome != Outcome.DELETED


@register.filter
def any_linked(records: Sequence[RunRecord], run: SyncRun) -> bool:
    return any(is_linked_now(record, run) for record in records)


@register.filter(name="changes_of")
def changes_filter(record: RunRecord) -> list[Change]:
    return changes_of(record)


@register.simple_tag
def record_links(record: RunRecord, site: str) -> list[Link]:
    return links_of(record, site)
