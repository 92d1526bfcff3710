"""通知先: up to five addresses that are told too, once whoever reads them has agreed (X3).

The link in the mail is signed and names the row; only a press of the button behind it confirms,
since mail servers open links by themselves.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from companies.audit import Actor, Event, write_audit
from companies.mails import NO_REPLY, heading, one_line
from companies.models import ActorKind, AuditAction, AuditEntry, Company
from employees.emails import is_valid_email
from integrations.models import NotificationAddress, SmartHRIntegration
from integrations.services.recipients import MOST_ADDRESSES

log = logging.getLogger(__name__)

VALID_FOR: Final = timedelta(days=7)
# Mails that ask somebody to confirm, of one company.
MOST_ASKED: Final = 20
ASKED_WITHIN: Final = timedelta(days=1)
OBJECT_TYPE: Final = "notification_address"
# Who reads the mails of an address need not be anybody that is known here.
READER: Final = Actor(ActorKind.PERSON, "通知先の受信者")
_SALT: Final = "integrations.notification_address"


class RefusedAddress(Exception):
    """`message` is Japanese: what is wrong and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def addresses_of(company: Company) -> list[NotificationAddress]:
    return list(NotificationAddress.objects.for_company(company).order_by("pk"))


def add_address(*, company: Company, email: str, actor: Actor) -> bool:
    """Asks the address to confirm; False where the mail did not go out. Raises RefusedAddress."""
    email = email.strip()
    if not is_valid_email(email):
        raise RefusedAddress("メールアドレスの形式が正しくありません。入力し直してください。")
    with transaction.atomic():
        _lock(company)
        rows = NotificationAddress.objects.for_company(company)
        if rows.filter(email__iexact=email).exists():
            raise RefusedAddress("このメールアドレスは、すでに通知先にあります。")
        if rows.count() >= MOST_ADDRESSES:
            raise RefusedAddress(
                f"通知先は{MOST_ADDRESSES}件までです。使わない通知先を外してから追加してください。"
            )
        _take_place(company)
        row = NotificationAddress.objects.create(company=company, email=email)
        _audit(company, actor, row, (None, "確認待ち"))
    return _ask(company, row)


def ask_again(*, company: Company, pk: int, actor: Actor) -> bool:
    """Another mail to one that has not confirmed; the links before it stay valid."""
    with transaction.atomic():
        _lock(company)
        rows = NotificationAddress.objects.for_company(company)
        row = rows.filter(pk=pk, confirmed_at=None).first()
        if row is None:
            raise RefusedAddress("この通知先は、すでに確認済みか、外されています。")
        _take_place(company)
        rows.filter(pk=pk).update(asked_at=timezone.now())
        _audit(company, actor, row, ("確認待ち", "確認待ち"))
    return _ask(company, row)


def remove_address(*, company: Company, pk: int, actor: Actor) -> bool:
    with transaction.atomic():
        rows = NotificationAddress.objects.for_company(company).filter(pk=pk)
        row = rows.first()
        if row is None:
            return False
        rows.delete()
        _audit(company, actor, row, (_state(row), None))
    return True


def asked_address(token: str) -> NotificationAddress | None:
    """Who is asked by a link; None for one that is forged, too old, used or taken back."""
    try:
        key = signing.loads(token, salt=_SALT, max_age=VALID_FOR)
    except signing.BadSignature:
        return None
    rows = NotificationAddress.objects.across_companies().select_related("company")
    row: NotificationAddress | None = rows.filter(pk=key, confirmed_at=None).first()
    return row


def confirm(token: str) -> NotificationAddress | None:
    """Works once. None: see `asked_address`."""
    row = asked_address(token)
    if row is None:
        return None
    rows = NotificationAddress.objects.for_company(row.company_id).filter(
        pk=row.pk, confirmed_at=None
    )
    with transaction.atomic():
        if not rows.update(confirmed_at=timezone.now()):
            return None
        _audit(row.company, READER, row, ("確認待ち", "確認済み"))
    return row


def confirmation_path(row: NotificationAddress) -> str:
    return reverse("smarthr-address-confirm", args=[signing.dumps(row.pk, salt=_SALT)])


def _state(row: NotificationAddress) -> str:
    return "確認済み" if row.confirmed_at else "確認待ち"


def _lock(company: Company) -> None:
    """One after the other, so that the limits hold."""
    rows = SmartHRIntegration.objects.for_company(company).select_for_update()
    rows.values_list("pk", flat=True).first()


def _take_place(company: Company) -> None:
    """What is asked is in the audit log, also of addresses that were removed since."""
    asked = AuditEntry.objects.for_company(company).filter(
        object_type=OBJECT_TYPE,
        changes__state__1="確認待ち",
        at__gt=timezone.now() - ASKED_WITHIN,
    )
    if asked.count() >= MOST_ASKED:
        raise RefusedAddress(
            "確認のメールを短い間に多く送ったため、今は送れません。明日やり直してください。"
        )


def _ask(company: Company, row: NotificationAddress) -> bool:
    name = one_line(company.name)
    mail = EmailMessage(
        subject=f"SmartHR連携の通知先を確認してください｜{name}",
        body=(
            f"{heading(company)}\n\n"
            f"{name}の管理者が、このメールアドレスをSmartHR連携の通知先に追加しました。\n"
            "SmartHRとの同期に問題が起きたときなどに、メールでお知らせします。\n\n"
            f"■ 次にすること\n7日以内に次のページを開き、[通知を受け取る]を押してください。\n"
            f"{settings.PUBLIC_URL}{confirmation_path(row)}\n\n"
            "■ 心当たりがないとき\n何もしないでください。通知は届きません。\n\n"
            f"{NO_REPLY}\n"
        ),
        to=[row.email],
    )
    try:
        mail.send()
    except Exception as error:  # noqa: BLE001 - the row stays; a person can ask again
        # Without its text: a mail server's names recipients.
        kind = type(error).__name__
        log.error("address %s was not asked to confirm: %s", row.pk, kind)  # noqa: TRY400
        return False
    return True


def _audit(
    company: Company,
    actor: Actor,
    row: NotificationAddress,
    states: tuple[Any, Any],
) -> None:
    event = Event(
        AuditAction.CONFIGURED,
        OBJECT_TYPE,
        row.pk,
        f"通知先 {row.email}",
        {"state": states},
    )
    write_audit(company=company, actor=actor, events=[event])
