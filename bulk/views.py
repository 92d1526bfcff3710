"""一括処理."""

from tempfile import TemporaryFile

from django.contrib import messages
from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET

from bulk.services.export import TOO_MANY_ROWS, export_cards
from bulk.workbook import CONTENT_TYPE, TooManyRows
from companies import audit
from companies.access import administrators_only, not_for_support
from companies.requests import SignedInRequest


@administrators_only
@not_for_support
@require_GET
def cards(request: SignedInRequest) -> HttpResponseBase:
    """名刺リスト as a file, which is written whole before the first byte is sent."""
    file = TemporaryFile()  # noqa: SIM115  # the response closes it
    try:
        export_cards(company=request.user.company, file=file, actor=audit.person(request.user))
    except TooManyRows:
        file.close()
        messages.error(request, TOO_MANY_ROWS)
        return redirect("home")
    except BaseException:
        file.close()
        raise
    file.seek(0)
    name = f"名刺リスト_{timezone.localdate():%Y%m%d}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=CONTENT_TYPE)
