"""社員の情報が変わっています: taking it over, or leaving the card as it is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from cards.person import changes_of, fingerprint
from cards.services.cards import follow_person, keep_as_it_is
from cards.views.editing import visible_card
from cards.views.preview import preview_of
from companies import audit
from companies.access import signed_in
from companies.refusals import Refused
from companies.requests import SignedInRequest

NOTHING_CHANGED = "この名刺は、今の社員の情報と同じです。変更するものはありません。"


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: SignedInRequest, pk: int) -> HttpResponse:
    """Before and after side by side; then it is done."""
    card = visible_card(request, pk)
    if request.method == "POST":
        try:
            follow_person(
                card=card, shown=request.POST.get("shown", ""), actor=audit.person(request.user)
            )
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("card-edit", pk=pk)
        messages.success(request, "社員の情報を名刺に反映しました。")
        return redirect("card-edit", pk=pk)
    changes = changes_of(card, card.employee.company.card_email_domains)
    if not changes:
        messages.info(request, NOTHING_CHANGED)
        return redirect("card-edit", pk=pk)
    after = {**card.printed, **{change.field: change.after for change in changes}}
    context = {
        "card": card,
        "employee": card.employee,
        "changes": changes,
        "shown": fingerprint(changes),
        "before": preview_of(card.printed),
        "after": preview_of(after),
    }
    return render(request, "cards/follow.html", context)


@signed_in
@require_POST
def keep(request: SignedInRequest, pk: int) -> HttpResponse:
    card = visible_card(request, pk)
    try:
        keep_as_it_is(
            card=card, shown=request.POST.get("shown", ""), actor=audit.person(request.user)
        )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, "名刺はこのままにします。次に社員の情報が変わったときに、また知らせます。"
        )
    return redirect("card-edit", pk=pk)
