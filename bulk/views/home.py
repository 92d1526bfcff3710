"""一括処理: the page where exports and imports begin and are found again."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from bulk.choices import JobKind, JobStatus, Subject
from bulk.forms import ImportForm
from bulk.models import Job
from bulk.services.jobs import start_import
from bulk.uploads import LimitedUploadHandler
from companies.access import administrators_only
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.models import Employee

SHOWN: Final = 10


@administrators_only
@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    subject = request.GET.get("subject")
    known = subject if subject in Subject.values else Subject.EMPLOYEES
    return _page(request, ImportForm(initial={"subject": known}))


@csrf_exempt  # the handler has to be in place before the check below reads the body
@administrators_only
@require_http_methods(["POST"])
def upload(request: SignedInRequest) -> HttpResponseBase:
    request.upload_handlers = [LimitedUploadHandler(request)]
    return _take(request)


@csrf_protect
def _take(request: SignedInRequest) -> HttpResponseBase:
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        job = start_import(
            company=request.user.company,
            subject=Subject(form.cleaned_data["subject"]),
            file=form.cleaned_data["file"],
            file_name=form.cleaned_data["file"].name,
            creates_groups=form.cleaned_data["creates_groups"],
            actor=cast(Employee, request.user),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, status=422)
    messages.info(request, "ファイルを受け付けました。内容を確認しています。")
    return redirect("bulk-import", job.pk)


def _page(request: SignedInRequest, form: ImportForm, status: int = 200) -> HttpResponse:
    jobs = Job.objects.for_company(request.user.company)
    own_exports = jobs.filter(
        kind=JobKind.EXPORT, started_by=request.user.pk, expires_at__gt=timezone.now()
    )
    imports = jobs.filter(kind=JobKind.IMPORT)
    context: dict[str, Any] = {
        "form": form,
        "subjects": [Subject.GROUPS, Subject.EMPLOYEES, Subject.CARDS],
        "exports": list(own_exports.order_by("-created_at")[:SHOWN]),
        "imports": list(imports.order_by("-created_at")[:SHOWN]),
        "active": imports.filter(
            status__in=[JobStatus.WAITING, JobStatus.RUNNING, JobStatus.APPLYING]
        ).first(),
    }
    return render(request, "bulk/home.html", context, status=status)
