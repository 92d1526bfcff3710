"""One job: watched while it works, then its preview, its result or its file."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from bulk.choices import JobKind, JobStatus, PartKind, Subject, Verdict
from bulk.models import Job, PreviewRow
from bulk.preview import PreviewFilter
from bulk.services import jobs
from bulk.services.applying import progress_key
from bulk.services.export_jobs import is_fetchable
from bulk.services.files import FileGone, has_file, open_file
from bulk.services.jobs import confirm_import, discard_import
from bulk.services.passwords import take_one_time_passwords
from bulk.views.exports import exports_of
from bulk.workbook import CONTENT_TYPE
from companies import audit
from companies.access import administrators_only, not_for_support
from companies.models import AuditAction
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.models import Employee

PAGE_SIZE: Final = 50
ERRORS_GONE: Final = (
    "ファイルの保存期間（24時間）が過ぎたため、ダウンロードできません。"
    "もう一度ファイルを選択してください。"
)


@administrators_only
@not_for_support
@require_GET
def export_page(request: SignedInRequest, pk: int) -> HttpResponse:
    job = _own_export(request, pk)
    context = {"job": job, "is_fetchable": is_fetchable(job), **_progress(job)}
    return render(request, "bulk/export.html", context)


@administrators_only
@require_GET
def import_page(request: SignedInRequest, pk: int) -> HttpResponse:
    job = _import(request, pk)
    context: dict[str, Any] = {"job": job, **_progress(job)}
    if job.is_active or job.status == JobStatus.FAILED:
        is_kept = job.expires_at > timezone.now() and has_file(job=job, kind=PartKind.UPLOAD)
        context["can_check_again"] = job.status == JobStatus.FAILED and is_kept
        return render(request, "bulk/import.html", context)
    rows = PreviewRow.objects.for_company(request.user.company).filter(job=job)
    narrowed = PreviewFilter.from_query(request.GET.dict(), job)
    page = Paginator(narrowed.rows(rows), PAGE_SIZE).get_page(request.GET.get("page"))
    context |= {
        "page": page,
        "filter": narrowed,
        "verdicts": [(verdict, _count(job, verdict)) for verdict in Verdict],
        "is_open": job.status == JobStatus.READY and job.expires_at > timezone.now(),
        "has_rows": job.status in {JobStatus.READY, JobStatus.DONE} and rows.exists(),
        "has_error_file": has_file(job=job, kind=PartKind.ERRORS),
        "may_take_passwords": job.confirmed_by_id == request.user.pk
        and has_file(job=job, kind=PartKind.PASSWORDS),
    }
    return render(request, "bulk/preview.html", context)


@administrators_only
@require_GET
def progress(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the page asks for every 2 seconds; the last answer brings the whole page."""
    job: Job = get_object_or_404(Job.objects.for_company(request.user.company), pk=pk)
    if job.kind == JobKind.EXPORT and job.started_by_id != request.user.pk:
        raise Http404
    if not job.is_active:
        return HttpResponseClientRefresh()
    return render(request, "bulk/_progress.html", {"job": job, **_progress(job)})


@administrators_only
@require_POST
def apply(request: SignedInRequest, pk: int) -> HttpResponse:
    job = _import(request, pk)
    try:
        confirm_import(job=job, actor=cast(Employee, request.user))
    except Refused as refusal:
        job.refresh_from_db()
        if job.status not in {JobStatus.APPLYING, JobStatus.DONE}:  # another pressed it just now
            messages.error(request, str(refusal))
    return redirect("bulk-import", pk)


@administrators_only
@require_POST
def check_again(request: SignedInRequest, pk: int) -> HttpResponse:
    try:
        jobs.check_again(job=_import(request, pk))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("bulk-import", pk)


@administrators_only
@require_POST
def discard(request: SignedInRequest, pk: int) -> HttpResponse:
    discard_import(job=_import(request, pk))
    messages.success(request, "インポートを取りやめました。何も変更していません。")
    return redirect("bulk")


@administrators_only
@not_for_support
@require_GET
def errors(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """エラーをダウンロード: the workbook with the reasons, without passwords."""
    job = _import(request, pk)
    try:
        with open_file(job=job, kind=PartKind.ERRORS) as file:
            content = file.read()
    except FileGone:
        messages.error(request, ERRORS_GONE)
        return redirect("bulk-import", pk)
    label = f"{job.get_subject_display()}のエラー（{job.errors:,}件）"
    event = audit.Event(AuditAction.DOWNLOADED, "import", job.pk, label, {})
    audit.write_audit(company=job.company_id, actor=audit.person(request.user), events=[event])
    return _attachment(content, f"{Subject(job.subject).file_label}_エラー.xlsx")


@administrators_only
@require_POST
def passwords(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """X5: once, for the person who confirmed the import."""
    job = _import(request, pk)
    try:
        content = take_one_time_passwords(job=job, actor=cast(Employee, request.user))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("bulk-import", pk)
    return _attachment(content, "一時パスワード.xlsx")


def _attachment(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def _progress(job: Job) -> dict[str, Any]:
    done = job.done
    if job.status == JobStatus.APPLYING:
        done = cache.get(progress_key(job.pk), 0)
    return {
        "done": min(done, job.total) if job.total else done,
        "seconds": (timezone.now() - job.created_at).total_seconds(),
        "is_applying": job.status == JobStatus.APPLYING,
    }


def _count(job: Job, verdict: Verdict) -> int:
    return int(getattr(job, "errors" if verdict is Verdict.ERROR else verdict.value))


def _own_export(request: SignedInRequest, pk: int) -> Job:
    job: Job | None = exports_of(request).filter(pk=pk).first()
    if job is None:
        raise Http404
    return job


def _import(request: SignedInRequest, pk: int) -> Job:
    imports = Job.objects.for_company(request.user.company).filter(kind=JobKind.IMPORT)
    job: Job = get_object_or_404(imports.select_related("company"), pk=pk)
    return job
