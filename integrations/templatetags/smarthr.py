"""Template tags of SmartHR連携: status labels, changes, reasons."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django import template

from companies.models import Company
from integrations.choices import Outcome, RunStatus
from integrations.models import DeletionCandidate, RunRecord
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
    "connected": ("success", "check-circle-fill"),
    "not_connected": ("neutral", "dash-circle"),
    "tied": ("success", "link-45deg"),
    "namesake": ("warning", "exclamation-triangle-fill"),
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


@register.simple_tag
def waiting_for_confirmation(company: Company) -> bool:
    found: bool = DeletionCandidate.objects.for_company(company).pending().exists()
    return found


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
