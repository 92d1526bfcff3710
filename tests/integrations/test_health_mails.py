"""X3: who is told of a trouble or a notice, when, how often, and in which words."""

from __future__ import annotations

import threading
from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any
from unittest import mock

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.db import connection
from django.utils import timezone

from companies.models import Company
from integrations import tasks
from integrations.health_causes import NOTICES, Cause
from integrations.health_texts import DESCRIBED, message_of
from integrations.models import (
    HealthIssue,
    NotificationAddress,
    SmartHRIntegration,
)
from integrations.reasons import CONNECTION_TROUBLES, Reason
from integrations.services.health import clear_issue, report_issue
from tests.factories import (
    AdministratorFactory,
    ApproverFactory,
    CompanyFactory,
)
from tests.integrations.mails import START, Outbox, at, beat, connected

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return connected("acme")


def report(company: Company, cause: str, hours: float = 0, **detail: Any) -> None:
    with at(hours):
        report_issue(company, cause, detail)


def told(mailoutbox: Outbox) -> list[tuple[str, list[str]]]:
    return [(str(mail.subject), mail.recipients()) for mail in mailoutbox]


def test_X3_once_per_cause_and_weekly_while_it_lasts(company: Company, mailoutbox: Outbox) -> None:
    report(company, Reason.TOKEN_REJECTED)
    report(company, Reason.PERMISSION_MISSING, permission="従業員情報:参照")
    mailed: list[tuple[int, str]] = []
    for day in range(16):
        for hour in (1, 2, 12):
            before = len(mailoutbox)
            report(company, Reason.TOKEN_REJECTED, day * 24 + hour)  # the hourly look
            beat(day * 24 + hour)
            mailed += [(day, str(mail.subject)) for mail in mailoutbox[before:]]
        if day == 1:
            clear_issue(company, Reason.PERMISSION_MISSING)

    token = "アクセストークンを設定し直してください｜acme株式会社"
    assert mailed == [
        (0, token),
        (0, "アクセストークンの権限を追加してください｜acme株式会社"),
        (7, token),
        (14, token),
    ]


def test_X3_a_trouble_that_comes_back_is_told_again(company: Company, mailoutbox: Outbox) -> None:
    for hours in (0, 30):
        report(company, Reason.TOKEN_REJECTED, hours)
        beat(hours + 1)
        clear_issue(company, Reason.TOKEN_REJECTED)

    assert len(mailoutbox) == 2


def test_X3_what_is_parked_again_is_told_at_once(company: Company, mailoutbox: Outbox) -> None:
    for hours in (0, 2):
        report(company, Cause.DELIVERIES_PARKED, hours, count=1)
        beat(hours + 0.25)
        clear_issue(company, Cause.DELIVERIES_PARKED)

    assert len(mailoutbox) == 2


@pytest.mark.parametrize("cause", [Reason.IP_NOT_PERMITTED, Cause.WEBHOOK_HEALED])
def test_X3_what_comes_and_goes_is_told_once_a_day(
    company: Company, mailoutbox: Outbox, cause: str
) -> None:
    for hours in range(48):
        report(company, cause, hours)
        beat(hours + 0.5)
        clear_issue(company, cause)

    assert len(mailoutbox) == 2


def test_X3_what_is_over_within_minutes_is_told_by_nobody(
    company: Company, mailoutbox: Outbox
) -> None:
    report(company, Reason.TOKEN_REJECTED)
    beat(0.05)
    clear_issue(company, Reason.TOKEN_REJECTED)
    beat(1)

    assert mailoutbox == []


def test_X3_the_mail_says_what_when_and_what_to_do_and_names_nobody(
    company: Company, mailoutbox: Outbox
) -> None:
    report(company, Reason.TOKEN_REJECTED)
    beat(1)
    beat(24 * 7 + 2)

    assert mailoutbox[0].body == (
        "acme株式会社（企業ID：acme）\n"
        "\n"
        "■ 起きたこと\n"
        "アクセストークンがSmartHRで認められませんでした。削除または変更された可能性があります。\n"
        "\n"
        "■ 気づいた日時\n"
        "2026/04/01 09:00\n"
        "\n"
        "■ 次にすること\n"
        "SmartHRでアクセストークンを発行し、「接続」で変更してください。\n"
        "\n"
        "SmartHR連携の設定\n"
        "http://127.0.0.1:8000/settings/smarthr/\n"
        "\n"
        "送信専用のアドレスです。このメールに返信しても、お答えできません。\n"
    )
    assert "2026/04/01 09:00から続いています。" in str(mailoutbox[1].body)


def test_X3_administrators_and_confirmed_addresses_are_told(
    company: Company, mailoutbox: Outbox
) -> None:
    AdministratorFactory(company=company, employee_id="gone", is_active=False)
    ApproverFactory(company=company, employee_id="b001")
    connected("other")
    for number in range(7):  # more than the screen lets in
        NotificationAddress.objects.create(
            company=company,
            email=f"told{number}@example.net",
            confirmed_at=START if number else None,
        )
    report(company, Reason.TOKEN_REJECTED)
    beat(1)

    assert [mail.to for mail in mailoutbox] == [["acme-admin@example.com"]]
    # Nobody outside is told who else is.
    assert mailoutbox[0].bcc == [f"told{number}@example.net" for number in range(1, 6)]
    assert "山田" not in f"{mailoutbox[0].subject}{mailoutbox[0].body}"


def test_X3_without_an_administrator_with_e_mail_the_addresses_are_told(
    company: Company, mailoutbox: Outbox
) -> None:
    company.employees.update(is_active=False)
    report(company, Reason.TOKEN_REJECTED)
    beat(1)
    assert mailoutbox == []

    NotificationAddress.objects.create(
        company=company, email="told@example.net", confirmed_at=START
    )
    beat(2)

    assert [mail.recipients() for mail in mailoutbox] == [["told@example.net"]]


def test_X3_parked_deliveries_are_told_within_15_minutes_in_one_mail(
    company: Company, mailoutbox: Outbox
) -> None:
    for minute, count in enumerate((1, 2, 3)):
        report(company, Cause.DELIVERIES_PARKED, minute / 60, count=count)
    for minute in (4, 9, 14):
        beat(minute / 60)

    assert told(mailoutbox) == [
        ("Webhookを処理できませんでした（3件）｜acme株式会社", ["acme-admin@example.com"])
    ]


def test_X3_more_parked_deliveries_are_told_a_day_later_and_an_outage_is_one_mail(
    company: Company, mailoutbox: Outbox
) -> None:
    for hour in range(48):
        report(company, Cause.DELIVERIES_PARKED, hour, count=min(hour + 1, 30) * 100)
        beat(hour + 0.5)

    assert [str(mail.subject).partition("｜")[0] for mail in mailoutbox] == [
        "Webhookを処理できませんでした（100件）",
        "Webhookを処理できませんでした（2,500件）",
    ]


def test_X3_a_cause_of_most_companies_goes_to_the_operator_once(mailoutbox: Outbox) -> None:
    operator = CompanyFactory(code="operator", is_operator=True, name="運営")
    AdministratorFactory(company=operator, employee_id="op1")
    companies = [connected(f"company-{number}") for number in range(5)]
    for company in companies[:3]:
        report(company, Reason.IP_NOT_PERMITTED)
    report(companies[4], Reason.TOKEN_REJECTED)
    beat(1)
    beat(2)
    told_at_first = told(mailoutbox)
    # It is over for all but one.
    for company in companies[1:3]:
        clear_issue(company, Reason.IP_NOT_PERMITTED)
    beat(3)
    nothing_more = told(mailoutbox)
    report(companies[0], Reason.IP_NOT_PERMITTED, 4)  # still there at the next look
    beat(4)

    assert (
        sorted(told_at_first)
        == sorted(
            [
                (
                    "アクセストークンを設定し直してください｜company-4株式会社",
                    ["company-4-admin@example.com"],
                ),
            ]
        )
        or len(told_at_first) == 2
    )
    assert [subject for subject, _ in told_at_first] == [
        "アクセストークンを設定し直してください｜company-4株式会社",
        "多くの会社でSmartHR連携に問題が起きています（3社）｜運営",
    ]
    assert told_at_first[1][1] == ["op1@example.com"]
    assert nothing_more == told_at_first
    assert told(mailoutbox)[2:] == [
        (
            "SmartHRのアクセス制限を確認してください｜company-0株式会社",
            ["company-0-admin@example.com"],
        )
    ]


@pytest.mark.parametrize(("with_it", "connected_ones"), [(2, 2), (3, 6)])
def test_X3_two_companies_or_half_of_them_are_not_most(
    mailoutbox: Outbox, with_it: int, connected_ones: int
) -> None:
    operator = CompanyFactory(is_operator=True)
    AdministratorFactory(company=operator, employee_id="op1")
    companies = [connected(f"company-{number}") for number in range(connected_ones)]
    for company in companies[:with_it]:
        report(company, Reason.IP_NOT_PERMITTED)
    beat(1)

    assert [mail.to for mail in mailoutbox] == [
        [f"company-{number}-admin@example.com"] for number in range(with_it)
    ]


def test_X3_without_an_operator_to_tell_the_companies_are_told(mailoutbox: Outbox) -> None:
    for number in range(3):
        report(connected(f"company-{number}"), Reason.IP_NOT_PERMITTED)
    beat(1)

    assert len(mailoutbox) == 3


def test_X3_a_mail_server_that_is_down_loses_nothing_and_logs_no_address(
    company: Company, mailoutbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    report(company, Reason.TOKEN_REJECTED)
    report(connected("other"), Reason.TOKEN_REJECTED)
    original = EmailMessage.send

    def send(mail: EmailMessage, **_: Any) -> int:
        if "acme-admin@example.com" in mail.to:
            raise SMTPRecipientsRefused({"acme-admin@example.com": (450, b"later")})
        return original(mail)

    with mock.patch.object(EmailMessage, "send", send):
        beat(1)
    beat(2)
    beat(3)

    assert [mail.to for mail in mailoutbox] == [
        ["other-admin@example.com"],
        ["acme-admin@example.com"],
    ]
    assert "SMTPRecipientsRefused" in caplog.text
    assert "admin@" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_X3_nobody_waits_for_the_mail_server(company: Company) -> None:
    seen: list[tuple[bool, int]] = []

    def send(_: EmailMessage) -> int:
        rows = HealthIssue.objects.for_company(company)
        seen.append((connection.in_atomic_block, rows.exclude(claimed_at=None).count()))
        return 1

    report(company, Reason.TOKEN_REJECTED)
    with mock.patch.object(EmailMessage, "send", send):
        beat(1)

    assert seen == [(False, 1)]  # the claim is there for all to see, and no transaction is open


def test_X3_a_mail_whose_sender_was_killed_goes_out_later_and_once(
    company: Company, mailoutbox: Outbox
) -> None:
    report(company, Reason.TOKEN_REJECTED)
    with (
        mock.patch.object(EmailMessage, "send", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        beat(1)

    beat(1.1)
    assert mailoutbox == []  # whoever has claimed it may still be at work
    beat(1.5)
    beat(2)

    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_X3_two_beats_at_once_send_one_mail(company: Company, mailoutbox: Outbox) -> None:
    report(company, Reason.TOKEN_REJECTED)
    report(company, Cause.WEBHOOK_HEALED)

    def run() -> None:
        try:
            tasks.send_health_mails()
        finally:
            connection.close()

    with time_machine.travel(START + timedelta(hours=1), tick=True):
        beats = [threading.Thread(target=run) for _ in range(2)]
        for thread in beats:
            thread.start()
        for thread in beats:
            thread.join(60)

    assert len(mailoutbox) == 2


def test_X3_a_healed_webhook_is_told_once(company: Company, mailoutbox: Outbox) -> None:
    with at(0):
        report_issue(company, Cause.WEBHOOK_HEALED, {"cause": "webhook_disabled"})
    for hours in (1, 2, 24 * 8):
        beat(hours)

    assert [str(mail.subject) for mail in mailoutbox] == [
        "Webhookを登録し直しました（対応不要）｜acme株式会社"
    ]
    assert "SmartHRがWebhookを無効にしました。登録し直し" in str(mailoutbox[0].body)
    assert "対応は不要です。" in str(mailoutbox[0].body)


@pytest.mark.parametrize("cause", sorted({*Cause, *CONNECTION_TROUBLES, Reason.OTHER_ACCOUNT}))
@pytest.mark.parametrize("detail", [{}, {"problem": "permission_missing"}, {"count": 2}])
def test_X3_every_cause_has_its_words(cause: str, detail: dict[str, Any]) -> None:
    message = message_of(cause, detail)

    assert not message.subject.endswith("。")
    for text in (message.text.what, message.text.next):
        assert text.endswith("。")
        assert cause not in text
    assert DESCRIBED.keys() >= NOTICES


def test_X3_a_company_that_is_stopped_hears_of_its_troubles_no_more(
    company: Company, mailoutbox: Outbox
) -> None:
    report(company, Reason.TOKEN_REJECTED)
    SmartHRIntegration.objects.for_company(company).update(plan_stopped_at=timezone.now())
    beat(1)

    assert mailoutbox == []
