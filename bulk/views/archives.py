"""The cards of 削除した社員の控え as a file: here, since this app writes workbooks (X4)."""

from tempfile import TemporaryFile

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from bulk.services.archive_export import export_archive
from bulk.workbook import CONTENT_TYPE
from cards.models import CardArchive
from companies import audit
from companies.access import administrators_only, not_for_support
from companies.requests import SignedInRequest


@administrators_only
@not_for_support
@require_GET
def download(request: SignedInRequest, pk: int) -> HttpResponseBase:
    rows = CardArchive.objects.for_company(request.user.company).kept()
    archive = get_object_or_404(rows, pk=pk)
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    try:
        export_archive(archive=archive, file=file, actor=audit.person(request.user))
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = f"名刺の控え_{archive.employee_id}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPE)
