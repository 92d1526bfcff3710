"""Mails about troubles and notices: once, and weekly while a trouble lasts (X3)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from companies.mails import NO_REPLY, heading, one_line, page
from integrations.health_causes import NOTICES, Cause, shared_cause
from integrations.health_texts import message_of, shown_time
from integrations.models import HealthIssue
from integrations.plan import plan_of
from integrations.services.common_causes import ended_common_causes, note_common_causes
from integrations.services.health import TOLD, close_disproved
from integrations.services.recipients import (
    addresses,
    administrators,
    confirmed_addresses,
    operators,
)
from integrations.services.unattended_notices import gather_notices

log = logging.getLogger(__name__)

# What follows within it is told by the same mail, and what is over by then by none.
SETTLES: Final = timedelta(minutes=5)
WEEKLY: Final = timedelta(days=7)
DAILY: Final = timedelta(days=1)
# Between two mails of the same notice.
NOTICE_EVERY: Final = timedelta(hours=1)
# A claim this old without a mail is of a sender that died.
FORSAKEN: Final = timedelta(minutes=12)


def send_due_mails() -> None:
    """What is due and did not go out, of every company. Two at once do no harm."""
    close_disproved()
    gather_notices()
    theirs, ended = note_common_causes(), ended_common_causes()
    for row in _candidates():
        if row.cause in theirs or _was_the_operators(row, ended):
            continue
        if not (_is_served(row) and _is_due(row)):
            continue
        try:
            _send(row)
        except Exception as error:  # noqa: BLE001 - the other companies have to be told too
            # Without its text: a mail server's names recipients.
            kind = type(error).__name__
            log.error("mail about issue %s was not sent: %s", row.pk, kind)  # noqa: TRY400


def _candidates() -> list[HealthIssue]:
    now = timezone.now()
    free = Q(claimed_at=None) | Q(claimed_at__lte=now - FORSAKEN)
    rows = HealthIssue.objects.across_companies().filter(free, closed_at=None)
    companies = rows.select_related("company__smarthr_integration")
    return list(companies.order_by("opened_at", "pk"))


def _is_served(row: HealthIssue) -> bool:
    """Nothing is synced, and so nothing to be put right, while the plan allows nothing (P2, P3)."""
    integration = getattr(row.company, "smarthr_integration", None)
    is_served = integration is not None and plan_of(integration).may_process
    return is_served or shared_cause(row.cause) is not None


def _was_the_operators(row: HealthIssue, ended: Mapping[str, datetime]) -> bool:
    """Not seen again since most companies had it: it may be over here, too."""
    until = ended.get(row.cause)
    return until is not None and row.opened_at <= until and row.seen_at <= until


def _is_due(row: HealthIssue) -> bool:
    now = timezone.now()
    if row.cause in NOTICES:
        every = DAILY if row.cause == Cause.WEBHOOK_HEALED else NOTICE_EVERY
        return not _was_told_since(row, now - every)
    if row.mailed_at is None:
        # One that comes and goes is told of once a day; what was parked again is new work.
        is_new = row.cause == Cause.DELIVERIES_PARKED or not _was_told_since(row, now - DAILY)
        return row.opened_at <= now - SETTLES and is_new
    if row.cause == Cause.DELIVERIES_PARKED and _has_grown(row):
        return row.mailed_at <= now - DAILY
    return row.mailed_at <= now - WEEKLY


def _was_told_since(row: HealthIssue, moment: datetime) -> bool:
    """Whether a mail about the cause went out, also about one that is over."""
    rows = HealthIssue.objects.for_company(row.company_id).filter(cause=row.cause)
    return bool(rows.filter(mailed_at__gt=moment).exists())


def _has_grown(row: HealthIssue) -> bool:
    return (row.detail.get("count") or 0) > (row.detail.get(TOLD) or 0)


def _send(row: HealthIssue) -> None:
    """Claimed, mailed, marked: no transaction is open while the mail server answers.

    A mail that was refused gives the claim back. A process that is killed between the mail and the
    mark mails once more.
    """
    mail = _mail(row)
    if not mail.recipients():
        return
    now = timezone.now()
    rows = HealthIssue.objects.for_company(row.company_id).filter(pk=row.pk)
    as_read = rows.filter(claimed_at=row.claimed_at, mailed_at=row.mailed_at, closed_at=None)
    if not as_read.update(claimed_at=now):  # another was faster, or it is over
        return
    mine = rows.filter(claimed_at=now)
    try:
        mail.send()
    except Exception:
        mine.update(claimed_at=None)
        raise
    _mark(mine, row)


def _mark(mine: Any, sent: HealthIssue) -> None:
    with transaction.atomic():
        row = mine.select_for_update().first()
        if row is None:
            return
        row.mailed_at, row.claimed_at = timezone.now(), None
        row.detail = {**row.detail, TOLD: sent.detail.get("count", 0)}
        if row.cause in NOTICES:  # told, and so over
            row.closed_at = row.mailed_at
        row.save(update_fields=["mailed_at", "claimed_at", "closed_at", "detail"])


def _mail(row: HealthIssue) -> EmailMessage:
    """One message for all, so that it goes out to everybody or to nobody."""
    company, message = row.company, message_of(row.cause, row.detail)
    is_operators = shared_cause(row.cause) is not None
    to = addresses(operators()) if is_operators else administrators(company)
    # 通知先 may be people outside; nobody is told who else is one.
    others = [] if is_operators else confirmed_addresses(company)
    name, label = message.page
    since = "から続いています。" if row.mailed_at else ""
    when = f"{shown_time(row.opened_at)}{since}"
    body = (
        f"{heading(company)}\n\n"
        f"■ 起きたこと\n{message.text.what}\n\n"
        f"■ 気づいた日時\n{when}\n\n"
        f"■ 次にすること\n{message.text.next}\n\n"
        f"{label}\n{page(name)}\n\n"
        f"{NO_REPLY}\n"
    )
    return EmailMessage(
        subject=f"{message.subject}｜{one_line(company.name)}",
        body=body,
        to=to,
        bcc=[address for address in others if address not in to],
    )
