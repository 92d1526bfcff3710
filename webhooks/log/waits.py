"""When deliveries that wait are tried next, and why all of a company's wait (W8, S6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.urls import reverse
from django.utils import timezone

from companies.models import Company
from integrations.models import SmartHRIntegration
from integrations.plan import plan_of
from integrations.reason_texts import FIXED
from integrations.reasons import CONNECTION_TROUBLES, Reason
from integrations.services.connection import integration_of
from webhooks.choices import DeliveryStatus
from webhooks.log.states import is_parked, may_be_retried
from webhooks.log.texts import trouble_text
from webhooks.models import Delivery, Inbox
from webhooks.services.verdicts import Verdict, verdict_on

NONE: Final = "-"
SOON: Final = "まもなく"
AFTERWARDS: Final = {Reason.ON_HOLD, Reason.PLAN_STOPPED}


@dataclass(frozen=True, slots=True)
class Notice:
    """What concerns all deliveries of the company; said once, above the list."""

    tone: str  # of an alert
    what: str
    next: str
    address: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """How the company's deliveries as a whole stand at the moment."""

    integration: SmartHRIntegration
    verdict: Verdict
    inbox: Inbox
    now: datetime

    @property
    def refusal(self) -> str:
        """Why 「再実行」 would lead to nothing."""
        reason = self.verdict.reason
        if reason is None or reason == Reason.ON_HOLD:
            return ""
        if reason == Reason.MODE_OFF:
            return (
                "「自動同期しない」を選んでいるため、再実行できません。"
                "「変更分同期」を押すと、SmartHRの変更をまとめて反映します。"
            )
        return FIXED[reason].both

    def offers_retry(self, delivery: Delivery) -> bool:
        """Not of one that waits as all do: nothing but the end of that would help."""
        waits_like_all = self.verdict.reason is not None and not is_parked(delivery)
        return may_be_retried(delivery) and not self.refusal and not waits_like_all

    def next_try(self, delivery: Delivery) -> str:
        if delivery.status != DeliveryStatus.PENDING:
            return NONE
        if self.verdict.reason is not None:
            return "再開後" if self.verdict.reason in AFTERWARDS else NONE
        if delivery.lease is not None:
            return "処理中"
        if delivery.by_sync:
            return "次の変更分同期"
        return shown_time(self._due(delivery.not_before), self.now)

    def _due(self, not_before: datetime | None) -> datetime | None:
        times = [at for at in (not_before, self.inbox.held_until) if at is not None]
        return max(times, default=None)

    def notice(self, *, waiting: int, has_any: bool, said: str) -> Notice | None:
        """`said`: by the banner of every page, which also speaks for the plan."""
        reason = self.verdict.reason
        if reason == Reason.ON_HOLD:
            return _of_hold(self.integration, said)
        if reason == Reason.MODE_OFF and has_any:
            return _of_mode_off()
        if reason == Reason.NOT_CONNECTED and waiting:
            return _of_connection(FIXED[reason].what, FIXED[reason].next)
        if reason is None and waiting and self.inbox.holds:
            return self._of_account(said)
        return None

    def _of_account(self, said: str) -> Notice:
        reason = self.inbox.hold_reason
        text = trouble_text(reason, self.inbox.hold_detail)
        at = shown_time(self.inbox.held_until, self.now)
        again = f"次に試す時刻は{at}です。" if at != SOON else "まもなく、もう一度試します。"
        if text.what in said:
            return Notice("warning", "受信したWebhookは、接続できるまで待っています。", again)
        if reason in CONNECTION_TROUBLES:
            return _of_connection(text.what, f"{text.next}{again}")
        return Notice("warning", text.what, f"{text.next}{again}")


def outlook_of(company: Company) -> Outlook:
    integration = integration_of(company)
    inbox = Inbox.objects.for_company(company).first() or Inbox(company=company)
    return Outlook(integration, verdict_on(integration), inbox, timezone.now())


def shown_time(at: datetime | None, now: datetime) -> str:
    if at is None or at <= now:
        return SOON
    return f"{timezone.localtime(at):%Y/%m/%d %H:%M}"


def may_sync(outlook: Outlook) -> bool:
    return plan_of(outlook.integration).may_process and outlook.integration.is_connected


def _of_hold(integration: SmartHRIntegration, said: str) -> Notice:
    what = f"自動反映を{integration.held_until:%Y/%m/%d}まで一時停止しています。"
    kept, then = "受信したWebhookは保管しています。", "再開すると処理します。"
    if what in said:
        return Notice("warning", kept, then)
    return Notice(
        "warning",
        what,
        f"{kept}{then}",
        f"{reverse('smarthr-settings')}#hold",
        "一時停止を確認",
    )


def _of_mode_off() -> Notice:
    return Notice(
        "info",
        "「自動同期しない」を選んでいるため、受信したWebhookは処理しません。",
        "SmartHRでの変更は「インポート・同期実行」で取り込んでください。",
        f"{reverse('smarthr-settings')}#webhook",
        "Webhookの設定を表示",
    )


def _of_connection(what: str, advice: str) -> Notice:
    address = f"{reverse('smarthr-settings')}#connection"
    return Notice("warning", what, advice, address, "接続を確認")
