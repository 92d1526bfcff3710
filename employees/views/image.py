"""The image of a person, to those who may see it (O4); no file is served past this."""

from __future__ import annotations

from typing import Final

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from companies.access import shown_to_support, signed_in
from companies.requests import SignedInRequest
from employees.images import CONTENT_TYPE
from employees.models import Employee

TYPE_OF: Final = {
    "jpg": CONTENT_TYPE,
    "jpeg": CONTENT_TYPE,
    "png": "image/png",
    "webp": "image/webp",
}


@signed_in
@shown_to_support
@require_GET
def image(request: SignedInRequest, pk: int) -> FileResponse:
    """管理者 see everybody of the company, everybody else themselves (C3)."""
    person = get_object_or_404(Employee.objects.for_company(request.user.company), pk=pk)
    if not (request.user.is_administrator or person.pk == request.user.pk):
        raise Http404  # 403 would tell that there is somebody
    name = person.image.name or ""
    content_type = TYPE_OF.get(name.rpartition(".")[2].lower())
    if content_type is None:
        raise Http404
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    return response
