"""契約: the plan of a customer and its end, each change asked first and with a reason (P1–P3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from companies.access import operators_only
from companies.models import Company
from companies.refusals import Refused
from companies.requests import SignedInRequest
from employees.models import Employee
from integrations.plan import Plan, plan_of
from integrations.services.connection import integration_of
from operators.choices import PlanAct
from operators.contracts import has_ended
from operators.forms import ContractEndForm, OperatorForm, ReasonForm, StartForm
from operators.queries import customers
from operators.services.actors import support
from operators.services.contracts import act_on_plan, set_contract_end


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    button: str
    done: str


WORDS: Final = {
    PlanAct.START: Words(
        "開始日から1年間が無料モニター期間です。今の開始日を変えると、期間も変わります。",
        "開始日を保存",
        "利用開始日を保存しました。",
    ),
    PlanAct.CONTINUE: Words(
        "無料モニター期間の終了後も継続する連絡を受けたことを記録しますか？　"
        "終了後の費用は年間11,000円（税込）です。",
        "継続を記録",
        "継続を記録しました。",
    ),
    PlanAct.PAUSE: Words(
        "SmartHR連携の処理を停止しますか？　受信したWebhookは保管します。"
        "社員・グループ・名刺は削除しません。",
        "処理を停止",
        "処理を停止しました。",
    ),
    PlanAct.RESUME: Words(
        "SmartHR連携の処理を再開しますか？　一度でも同期した会社は、差分プレビューから始まります。",
        "処理を再開",
        "処理を再開しました。",
    ),
    PlanAct.OFF: Words(
        "SmartHR連携を終了しますか？　同期だけを止めます。"
        "設定は残り、社員・グループ・名刺は削除しません。",
        "SmartHR連携を終了",
        "SmartHR連携を終了しました。",
    ),
}


def acts_for(plan: Plan, company: Company) -> list[PlanAct]:
    """What changes anything; nothing begins again after the contract has ended."""
    is_used = plan.start is not None
    goes_on = not has_ended(company.contract_ended_on, plan.today)
    offered = {
        PlanAct.START: goes_on,
        PlanAct.CONTINUE: goes_on and is_used and not plan.continued,
        PlanAct.PAUSE: is_used and not plan.stopped,
        PlanAct.RESUME: goes_on and plan.stopped,
        PlanAct.OFF: is_used,
    }
    return [act for act, is_offered in offered.items() if is_offered]


@operators_only
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: SignedInRequest, pk: int, act: str) -> HttpResponse:
    company = get_object_or_404(customers(), pk=pk)
    if act not in PlanAct.values:
        raise Http404
    chosen, now = PlanAct(act), plan_of(integration_of(company))
    if request.method != "POST" and chosen not in acts_for(now, company):
        return redirect("operator-company", pk)
    kind: type[OperatorForm] = StartForm if chosen == PlanAct.START else ReasonForm
    form = kind(request.POST if request.method == "POST" else None, initial={"start": now.start})
    if form.is_valid():
        try:
            done = act_on_plan(
                company=company,
                act=chosen,
                actor=support(cast(Employee, request.user)),
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.take(refusal)
        else:
            said = WORDS[chosen].done if done.changed else "すでにこの内容です。変更はありません。"
            messages.success(request, said)
            return redirect("operator-company", pk)
    context: dict[str, Any] = {"form": form, "company": company, "plan": now}
    context |= {"act": chosen, "words": WORDS[chosen], "is_risky": chosen == PlanAct.OFF}
    status = 422 if form.is_bound else 200
    return render(request, "operators/plan.html", context, status=status)


@operators_only
@require_http_methods(["GET", "HEAD", "POST"])
def contract_end(request: SignedInRequest, pk: int) -> HttpResponse:
    """P3: the last day of the contract, set, changed or taken back."""
    company = get_object_or_404(customers(), pk=pk)
    takes_back = "take_back" in request.GET or "take_back" in request.POST
    if takes_back and company.contract_ended_on is None:
        return redirect("operator-company", pk)
    kind: type[OperatorForm] = ReasonForm if takes_back else ContractEndForm
    typed = request.POST if request.method == "POST" else None
    form = kind(typed, initial={"ended_on": company.contract_ended_on})
    if form.is_valid():
        try:
            set_contract_end(
                company=company,
                ended_on=form.cleaned_data.get("ended_on"),
                actor=support(cast(Employee, request.user)),
                reason=form.cleaned_data["reason"],
            )
        except Refused as refusal:
            form.take(refusal)
        else:
            done = "取り消しました" if takes_back else "保存しました"
            messages.success(request, f"契約終了日を{done}。")
            return redirect("operator-company", pk)
    context = {"form": form, "company": company, "takes_back": takes_back}
    status = 422 if form.is_bound else 200
    return render(request, "operators/contract_end.html", context, status=status)
