"""消去: asked with the company's code typed in, and what is left of it: a proof (P3)."""

from __future__ import annotations

from typing import Any, Final, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from companies.access import operators_only
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.models import Employee
from operators.contracts import erasable_on, is_erasable
from operators.forms import EraseForm
from operators.models import ErasureProof
from operators.proofs import proof_lines, what_goes
from operators.queries import customers
from operators.services.erasure import begin_erasure

PAGE_SIZE: Final = 50


@operators_only
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: SignedInRequest, pk: int) -> HttpResponse:
    company = get_object_or_404(customers(), pk=pk)
    form = EraseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            begin_erasure(
                company=company,
                confirmation=form.cleaned_data["confirmation"],
                asked_by=cast(Employee, request.user).label,
            )
        except Refused as refusal:
            form.take(refusal)
        else:
            messages.success(request, f"{company.code}の消去を受け付けました。")
            return redirect("operator-erasures")
    ended_on = company.contract_ended_on
    context: dict[str, Any] = {
        "form": form,
        "company": company,
        "from_day": erasable_on(ended_on) if ended_on else None,
        "may_erase": is_erasable(ended_on, timezone.localdate()),
        "goes": what_goes(company),
    }
    status = 422 if form.is_bound else 200
    return render(request, "operators/erase.html", context, status=status)


@operators_only
@require_GET
def erasures(request: SignedInRequest) -> HttpResponse:
    proofs = ErasureProof.objects.order_by("-begun_at", "-pk")
    page = Paginator(proofs, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [{"proof": proof, "lines": proof_lines(proof)} for proof in page.object_list]
    context = {"page": page, "rows": rows, "going": proofs.filter(done_at=None).count()}
    return render(request, "operators/erasures.html", context)
