"""Exports: small ones at once, large ones by a worker."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import Final, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from bulk.choices import JobKind, Subject
from bulk.models import Job
from bulk.services.export import TOO_MANY_ROWS, count_rows, export
from bulk.services.export_jobs import fetch_export, is_fetchable
from bulk.services.jobs import start_export
from bulk.workbook import CONTENT_TYPE, TooManyRows
from companies import audit
from companies.access import administrators_only, not_for_support
from companies.requests import SignedInRequest
from employees.models import Employee

AT_ONCE: Final = 5_000
ACCEPTED: Final = "エクスポートを受け付けました。"
GONE: Final = (
    "ファイルの保存期間（24時間）が過ぎたため、ダウンロードできません。"
    "もう一度エクスポートしてください。"
)


@administrators_only
@not_for_support
@require_GET
def cards(request: SignedInRequest) -> HttpResponseBase:
    """名刺リスト, the backup that other screens offer."""
    return _export(request, Subject.CARDS)


@administrators_only
@require_POST
def start(request: SignedInRequest, subject: str) -> HttpResponseBase:
    return _export(request, _subject(subject))


@administrators_only
@not_for_support
@require_GET
def fetch(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """For the person who asked for it, as long as it is kept."""
    job = exports_of(request).filter(pk=pk).first()
    if job is None:
        raise Http404
    if not is_fetchable(job):
        messages.error(request, GONE)
        return redirect("bulk")
    pieces = fetch_export(job=job, actor=cast(Employee, request.user))
    response = StreamingHttpResponse(pieces, content_type=CONTENT_TYPE)
    name = file_name(Subject(job.subject))
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def exports_of(request: SignedInRequest) -> QuerySet[Job]:
    """Nobody's but the person's own."""
    jobs = Job.objects.for_company(request.user.company).select_related("company")
    found: QuerySet[Job] = jobs.filter(kind=JobKind.EXPORT, started_by=request.user.pk)
    return found


def file_name(subject: Subject) -> str:
    return f"{subject.file_label}_{timezone.localdate():%Y%m%d}.xlsx"


def _export(request: SignedInRequest, subject: Subject) -> HttpResponseBase:
    company, actor = request.user.company, cast(Employee, request.user)
    total = count_rows(company, subject)
    if total > AT_ONCE:
        job = start_export(company=company, subject=subject, actor=actor, total=total)
        messages.info(request, ACCEPTED)
        return redirect("bulk-export-job", job.pk)
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    try:
        export(company=company, subject=subject, file=file, actor=audit.person(request.user))
    except TooManyRows:
        file.close()
        messages.error(request, TOO_MANY_ROWS)
        return redirect("bulk")
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=file_name(subject), content_type=CONTENT_TYPE
    )


def _subject(word: str) -> Subject:
    try:
        return Subject(word)
    except ValueError:
        raise Http404 from None
