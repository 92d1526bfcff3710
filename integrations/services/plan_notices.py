"""P2: 管理者 are told by mail 60 and 14 days before the period ends, and when the pause begins."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, Final

from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from companies.mails import NO_REPLY, heading, one_line, page
from companies.models import Company
from integrations.choices import PlanNotice
from integrations.models import SentPlanNotice, SmartHRIntegration
from integrations.plan import Plan, PlanState, plan_of, shown
from integrations.reason_text import SUPPORT
from integrations.services.recipients import addresses, administrators, operators

log = logging.getLogger(__name__)

# A claim this old without a mail is of a sender that died; the beat comes by every hour.
FORSAKEN: Final = timedelta(minutes=50)


def send_due_notices() -> None:
    """What is due and did not go out, of every company. Two at once do no harm."""
    for company_id in _companies_to_tell():
        try:
            _send(company_id)
        except Exception as error:  # noqa: BLE001 - the other companies have to be told too
            # Without its text: a mail server's names recipients.
            kind = type(error).__name__
            log.error("plan notice of company %s was not sent: %s", company_id, kind)  # noqa: TRY400


def _companies_to_tell() -> list[int]:
    today = timezone.localdate()
    started = SmartHRIntegration.objects.across_companies().filter(
        plan_started_on__lte=today, plan_continued_at=None, plan_stopped_at=None
    )
    claims = SentPlanNotice.objects.across_companies()
    in_hand = Q(claimed_at__gt=timezone.now() - FORSAKEN)
    told = claims.filter(~Q(sent_at=None) | in_hand)
    known = set(told.values_list("company_id", "notice", "period_end"))
    plans = [(row.company_id, plan_of(row, today=today)) for row in started.iterator()]
    return [
        company_id
        for company_id, plan in plans
        if plan.due_notice is not None and (company_id, plan.due_notice, plan.end) not in known
    ]


def _send(company_id: int) -> None:
    """Claimed, mailed, marked as sent: no transaction is open while the mail server answers.

    A mail that was refused gives the claim back. A process that is killed between the mail and the
    mark mails once more, an hour later.
    """
    integration = SmartHRIntegration.objects.for_company(company_id).select_related("company").get()
    plan = plan_of(integration)
    notice = plan.due_notice
    if notice is None:  # the operator's word came just now
        return
    mail = _mail(integration.company, plan, notice)
    if not mail.recipients():
        return
    claim = _claimed(integration.company, plan, notice)
    if claim is None:  # another was faster
        return
    try:
        mail.send()
    except Exception:
        claim.delete()
        raise
    claim.update(sent_at=timezone.now())


def _claimed(company: Company, plan: Plan, notice: PlanNotice) -> Any:
    """The row of the notice as long as it is ours; None where it is somebody else's."""
    now = timezone.now()
    key = {"company": company, "notice": notice, "period_end": plan.end}
    row = SentPlanNotice.objects.for_company(company).filter(**key)
    if not row.filter(sent_at=None, claimed_at__lte=now - FORSAKEN).update(claimed_at=now):
        try:
            with transaction.atomic():
                SentPlanNotice.objects.create(**key, claimed_at=now)
        except IntegrityError:
            return None
    return row.filter(claimed_at=now)


def _mail(company: Company, plan: Plan, notice: PlanNotice) -> EmailMessage:
    """One message for all, so that it goes out to everybody or to nobody."""
    is_pause = notice == PlanNotice.PAUSED
    text = _pause_text(plan) if is_pause else _end_text(plan)
    return EmailMessage(
        subject=f"{_subject(plan, notice)}｜{one_line(company.name)}",
        body=f"{heading(company)}\n\n{text}\n\n{_ending()}",
        to=administrators(company),
        bcc=addresses(operators().exclude(company=company)) if is_pause else [],
    )


def _subject(plan: Plan, notice: PlanNotice) -> str:
    if notice == PlanNotice.PAUSED:
        return "SmartHR連携を停止しました"
    ended = plan.state == PlanState.GRACE
    return f"無料モニター期間が{shown(plan.end)}に終了し{'ました' if ended else 'ます'}"


def _end_text(plan: Plan) -> str:
    by = plan.grace_end if plan.state == PlanState.GRACE else plan.end
    return f"""SmartHR連携の{plan.sentence}

■ 続けるとき
{shown(by)}までに、{SUPPORT}に連絡してください。終了後の費用は年間{plan.fee:,}円（税込）です。

■ 続けないとき
手続きは不要です。{shown(plan.grace_end)}までは、今までどおり使えます（猶予期間）。
{shown(plan.pauses_on)}にSmartHR連携を停止します。停止しても、社員・グループ・名刺は削除されません。"""


def _pause_text(plan: Plan) -> str:
    return f"""SmartHR連携を{shown(plan.pauses_on)}に停止しました。
無料モニター期間が{shown(plan.end)}に終了し、{shown(plan.grace_end)}までに継続の連絡がなかったためです。

停止中は、SmartHRとの同期をしません。社員・グループ・名刺は削除されません。
SmartHRと連携した社員とグループは、引き続き名刺管理では変更・削除できません。

■ 続けるとき
{SUPPORT}に連絡してください。期限はありません。費用は年間{plan.fee:,}円（税込）です。
再開のときは、はじめに差分プレビューで、SmartHRとの違いを確認できます。"""


def _ending() -> str:
    return f"""契約の内容
{page("smarthr-settings")}

{NO_REPLY}
"""
