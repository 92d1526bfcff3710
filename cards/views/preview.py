"""How a card prints: the preview on its pages, and the PDF for the printer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_POST

from cards.forms import printed_of
from cards.layout import lay_out
from cards.models import PRINTED_FIELDS, BusinessCard
from cards.pdf import CONTENT_TYPE, draw_pdf
from cards.printed import problems_of
from cards.queries import visible_cards, with_people
from cards.svg import draw_svg
from companies import audit
from companies.access import signed_in
from companies.models import AuditAction
from companies.requests import SignedInRequest
from employees.models import Employee

MOST_PAGES: Final = 200
NOT_PRINTABLE: Final = (
    "{}の名刺（{}）は印刷できないため、PDFを作っていません。{}"
    "名刺を直してから、もう一度ダウンロードしてください。"
)


def preview_of(printed: Mapping[str, str]) -> dict[str, Any]:
    """Context of cards/_preview.html."""
    spoken = "、".join(printed[name] for name in PRINTED_FIELDS if printed[name])
    drawing = draw_svg(lay_out(printed), title=f"名刺の見本：{spoken}" if spoken else "名刺の見本")
    return {"drawing": drawing, "problems": problems_of(printed)}


@signed_in
@require_POST
def preview(request: SignedInRequest) -> HttpResponse:
    """What is typed, before it is saved; keeps nothing."""
    context = preview_of(printed_of(request.POST.dict()))
    texts = {problem.field: problem.text for problem in context["problems"]}
    fields = [{"name": name, "text": texts.get(name, "")} for name in PRINTED_FIELDS]
    return render(request, "cards/_checked.html", {**context, "fields": fields})


@signed_in
@require_GET
def pdf(request: SignedInRequest) -> HttpResponse:
    """?card=1&card=2: one page each, in this order; all of them or, where one cannot be, none."""
    cards = _asked_for(request)
    for card in cards:
        if problems := problems_of(card.printed):
            text = NOT_PRINTABLE.format(
                card.employee.full_name, card.title or "肩書きなし", problems[0].text
            )
            messages.error(request, text)
            return redirect("card-edit", pk=card.pk)
    response = HttpResponse(
        draw_pdf([lay_out(card.printed) for card in cards]), content_type=CONTENT_TYPE
    )
    label = f"{cards[0].employee.label}の名刺" if len(cards) == 1 else f"名刺（{len(cards)}件）"
    event = audit.Event(
        AuditAction.DOWNLOADED, "card", cards[0].pk if len(cards) == 1 else None, label, {}
    )
    person = cast(Employee, request.user)
    audit.write_audit(company=person.company, actor=audit.person(person), events=[event])
    response["Content-Disposition"] = content_disposition_header(True, _file_name(cards))
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _asked_for(request: SignedInRequest) -> list[BusinessCard]:
    """404 as soon as one of them is none that this person sees."""
    asked = list(dict.fromkeys(request.GET.getlist("card")))
    if not 1 <= len(asked) <= MOST_PAGES:
        raise Http404
    if not all(text.isascii() and text.isdigit() and len(text) < 19 for text in asked):
        raise Http404
    keys = [int(text) for text in asked]
    visible = with_people(visible_cards(cast(Employee, request.user)))
    found = {card.pk: card for card in visible.filter(pk__in=keys)}
    if len(found) != len(set(keys)):
        raise Http404
    return [found[key] for key in keys]


def _file_name(cards: list[BusinessCard]) -> str:
    if len(cards) > 1:
        return f"名刺_{len(cards)}件.pdf"
    kept = "".join(c for c in cards[0].employee.full_name if c.isalnum())
    return f"名刺_{kept}_{cards[0].pk}.pdf"
