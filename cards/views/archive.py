"""削除した社員の控え: list, detail, image, and erasing before its time (X4)."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from cards.archive_queries import (
    LONGEST_SEARCH,
    archives,
    printed_cards,
    with_deletions,
)
from cards.models import CardArchive
from cards.services.archives import erase, label_of, note_download
from companies import audit
from companies.access import administrators_only
from companies.refusals import Refused
from companies.requests import SignedInRequest

PAGE_SIZE: Final = 50
UNTICKED: Final = "名刺が消去されることを確認し、チェックを入れてください。"
# What an image of ours can be (O4); anything else is not shown.
IMAGE_TYPES: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}


def kept_archive(request: SignedInRequest, pk: int) -> CardArchive:
    rows = CardArchive.objects.for_company(request.user.company).kept()
    archive: CardArchive = get_object_or_404(rows, pk=pk)
    archive.company = request.user.company
    return archive


def search_words(request: SignedInRequest) -> str:
    return request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH]


@administrators_only
@require_GET
def archive_list(request: SignedInRequest) -> HttpResponse:
    company = request.user.company
    words = search_words(request)
    page = Paginator(archives(company, words), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = with_deletions(company, list(page.object_list))
    context = {
        "page": page,
        "rows": rows,
        "words": words,
        "shows_badge": any(row.is_linked for row in rows),
    }
    return render(request, "cards/archive_list.html", context)


@administrators_only
@require_GET
def archive_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    archive = kept_archive(request, pk)
    [row] = with_deletions(request.user.company, [archive])
    context = {
        "row": row,
        "archive": archive,
        "cards": printed_cards(archive),
        "has_image": _image_type(archive) is not None,
    }
    return render(request, "cards/archive_detail.html", context)


@administrators_only
@require_GET
def image(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """The picture as part of a page; with `download` as a file, which is noted (X6)."""
    archive = kept_archive(request, pk)
    as_file = "download" in request.GET
    if as_file and request.user.is_support_visitor:  # X11: nor does the log say that it was one
        raise PermissionDenied
    content_type = _image_type(archive)
    if content_type is None:
        raise Http404
    try:
        file = default_storage.open(archive.image)
    except OSError:
        raise Http404 from None
    if as_file:
        note_download(archive=archive, what="画像", actor=audit.person(request.user))
    suffix = PurePosixPath(archive.image).suffix.lower()
    name = f"画像_{archive.employee_id}{suffix}"
    return FileResponse(file, as_attachment=as_file, filename=name, content_type=content_type)


@administrators_only
@require_http_methods(["GET", "HEAD", "POST"])
def erasing(request: SignedInRequest, pk: int) -> HttpResponse:
    archive = kept_archive(request, pk)
    context: dict[str, Any] = {"archive": archive, "label": label_of(archive)}
    context["name"] = f"{archive.last_name} {archive.first_name}".strip()
    context["count"] = len(archive.cards)
    if request.method != "POST":
        return render(request, "cards/archive_erase.html", context)
    if archive.cards and "cards_confirmed" not in request.POST:
        context["unticked"] = UNTICKED
        return render(request, "cards/archive_erase.html", context, status=422)
    try:
        erase(archive=archive, actor=audit.person(request.user))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{label_of(archive)}の控えを消去しました。")
    return redirect("archive-list")


def _image_type(archive: CardArchive) -> str | None:
    return IMAGE_TYPES.get(PurePosixPath(archive.image).suffix.lower())
