"""How jobs and rows look."""

from collections.abc import Iterable

from django import template

from bulk.choices import JobStatus, Verdict
from bulk.models import Job, PreviewRow

register = template.Library()

STATUS_LOOKS = {
    JobStatus.WAITING: ("neutral", "clock"),
    JobStatus.RUNNING: ("info", "arrow-repeat"),
    JobStatus.READY: ("warning", "exclamation-triangle-fill"),
    JobStatus.APPLYING: ("info", "arrow-repeat"),
    JobStatus.DONE: ("success", "check-circle-fill"),
    JobStatus.FAILED: ("danger", "x-circle-fill"),
    JobStatus.CANCELLED: ("neutral", "dash-circle"),
}
VERDICT_LOOKS = {
    Verdict.NEW: ("info", "plus-circle-fill"),
    Verdict.CHANGED: ("info", "pencil-fill"),
    Verdict.UNCHANGED: ("neutral", "dash-circle"),
    Verdict.ERROR: ("danger", "x-circle-fill"),
}


@register.inclusion_tag("components/status.html")
def job_status(job: Job) -> dict[str, str]:
    status = JobStatus(job.status)
    tone, symbol = STATUS_LOOKS[status]
    if status is JobStatus.READY and job.errors:
        return {"tone": "danger", "symbol": "x-circle-fill", "label": f"エラー{job.errors:,}件"}
    return {"tone": tone, "symbol": symbol, "label": status.label}


@register.inclusion_tag("components/status.html")
def verdict(row: PreviewRow) -> dict[str, str]:
    found = Verdict(row.verdict)
    tone, symbol = VERDICT_LOOKS[found]
    return {"tone": tone, "symbol": symbol, "label": found.label}


@register.filter
def any_linked_row(rows: Iterable[PreviewRow]) -> bool:
    return any(row.is_linked for row in rows)
