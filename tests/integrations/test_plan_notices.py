"""P2: mails about the end of the period: each once, to the right people, naming nobody."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any
from unittest import mock

import pytest
import time_machine
from celery import current_app
from django.conf import settings as project_settings
from django.core.mail import EmailMessage
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from companies.models import Company
from integrations import tasks
from integrations.models import SentPlanNotice, SmartHRIntegration
from tests.factories import (
    AdministratorFactory,
    ApproverFactory,
    CompanyFactory,
    IntegrationFactory,
)

pytestmark = pytest.mark.django_db
START, END = date(2026, 4, 1), date(2027, 3, 31)


@pytest.fixture
def company() -> Company:
    integration = IntegrationFactory(
        company=CompanyFactory(code="acme", name="アクメ株式会社"), plan_started_on=START
    )
    AdministratorFactory(company=integration.company, employee_id="a001", last_name="山田")
    return integration.company


def beat(day: date, hour: int = 9) -> None:
    """The daily task, at an hour of Japan's."""
    now = datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=9)
    with time_machine.travel(now, tick=False):
        tasks.send_plan_notices()


def subjects(mailoutbox: list[EmailMessage]) -> list[str]:
    return [str(mail.subject) for mail in mailoutbox]


def sent(company: Company) -> list[tuple[str, date]]:
    rows = SentPlanNotice.objects.for_company(company).exclude(sent_at=None).order_by("pk")
    return list(rows.values_list("notice", "period_end"))


def test_P2_every_day_of_two_years_brings_three_mails(
    company: Company, mailoutbox: list[EmailMessage]
) -> None:
    mailed: list[tuple[date, str]] = []
    for number in range(600):
        before = len(mailoutbox)
        day = START + timedelta(days=number)
        beat(day)
        mailed += [(day, str(mail.subject)) for mail in mailoutbox[before:]]

    assert mailed == [
        (date(2027, 1, 30), "無料モニター期間が2027/03/31に終了します｜アクメ株式会社"),
        (date(2027, 3, 17), "無料モニター期間が2027/03/31に終了します｜アクメ株式会社"),
        (date(2027, 5, 1), "SmartHR連携を停止しました｜アクメ株式会社"),
    ]
    assert sent(company) == [("sixty_days", END), ("fourteen_days", END), ("paused", END)]


def test_P2_the_mail_says_what_when_and_what_to_do_until_when(
    company: Company, mailoutbox: list[EmailMessage]
) -> None:
    beat(date(2027, 1, 30))

    assert mailoutbox[0].body == (
        "アクメ株式会社（企業ID：acme）\n"
        "\n"
        "SmartHR連携の無料モニター期間は2027/03/31に終了します（残り60日）。\n"
        "\n"
        "■ 続けるとき\n"
        "2027/03/31までに、名刺管理サポートに連絡してください。"
        "終了後の費用は年間11,000円（税込）です。\n"
        "\n"
        "■ 続けないとき\n"
        "手続きは不要です。2027/04/30までは、今までどおり使えます（猶予期間）。\n"
        "2027/05/01にSmartHR連携を停止します。停止しても、社員・グループ・名刺は削除されません。\n"
        "\n"
        "契約の内容\n"
        "http://127.0.0.1:8000/settings/smarthr/\n"
        "\n"
        "送信専用のアドレスです。このメールに返信しても、お答えできません。\n"
    )
    assert mailoutbox[0].from_email == "名刺管理 <no-reply@127.0.0.1>"


def test_P2_the_mail_of_the_pause(company: Company, mailoutbox: list[EmailMessage]) -> None:
    beat(date(2027, 5, 3))

    body = str(mailoutbox[0].body)
    assert "SmartHR連携を2027/05/01に停止しました。" in body
    assert "社員・グループ・名刺は削除されません。" in body
    assert "名刺管理サポートに連絡してください。期限はありません。" in body
    assert "http://127.0.0.1:8000/settings/smarthr/" in body
    assert "送信専用のアドレスです。" in body


def test_P2_it_goes_to_the_administrators_and_the_pause_to_the_operator_too(
    company: Company, mailoutbox: list[EmailMessage]
) -> None:
    AdministratorFactory(company=company, employee_id="a002")
    AdministratorFactory(company=company, employee_id="gone", is_active=False)
    ApproverFactory(company=company, employee_id="b001")
    AdministratorFactory(employee_id="other")  # of another company
    operator = CompanyFactory(is_operator=True)
    AdministratorFactory(company=operator, employee_id="op1")
    AdministratorFactory(company=operator, employee_id="op2", is_active=False)
    ApproverFactory(company=operator, employee_id="op3")

    beat(date(2027, 1, 30))
    beat(date(2027, 5, 1))

    to = ["a001@example.com", "a002@example.com"]
    assert [(mail.to, mail.bcc) for mail in mailoutbox] == [(to, []), (to, ["op1@example.com"])]
    for mail in mailoutbox:
        text = f"{mail.subject}{mail.body}"
        for word in ("山田", "a001", "a002", "op1"):
            assert word not in text


@pytest.mark.parametrize("day", [date(2027, 1, 30), date(2027, 3, 31), date(2027, 4, 1)])
@pytest.mark.parametrize(
    "columns",
    [
        {"plan_started_on": None},
        {"plan_continued_at": datetime(2026, 12, 1, tzinfo=UTC)},
        {"plan_stopped_at": datetime(2026, 12, 1, tzinfo=UTC)},
        {"plan_started_on": date(2026, 9, 1)},
    ],
)
def test_P2_no_mail_where_nothing_ends(
    company: Company, mailoutbox: list[EmailMessage], day: date, columns: dict[str, Any]
) -> None:
    SmartHRIntegration.objects.for_company(company).update(**columns)

    beat(day)

    assert mailoutbox == []
    assert sent(company) == []


def test_P2_a_company_told_late_gets_the_nearest_notice_only(
    company: Company, mailoutbox: list[EmailMessage]
) -> None:
    beat(date(2027, 3, 25))
    beat(date(2027, 3, 26))

    assert sent(company) == [("fourteen_days", END)]
    assert "（残り6日）" in str(mailoutbox[0].body)


def test_P2_days_without_a_beat_are_caught_up(
    company: Company, mailoutbox: list[EmailMessage]
) -> None:
    beat(date(2027, 1, 29))
    beat(date(2027, 2, 8))
    beat(date(2027, 4, 2))  # the last notice was missed altogether

    assert subjects(mailoutbox) == [
        "無料モニター期間が2027/03/31に終了します｜アクメ株式会社",
        "無料モニター期間が2027/03/31に終了しました｜アクメ株式会社",
    ]
    assert "2027/04/30までに、名刺管理サポートに連絡してください。" in str(mailoutbox[1].body)
    assert sent(company) == [("sixty_days", END), ("fourteen_days", END)]


def test_P2_a_period_that_was_moved_has_notices_of_its_own(
    company: Company, mailoutbox: list[EmailMessage]
) -> None:
    beat(date(2027, 1, 30))
    SmartHRIntegration.objects.for_company(company).update(plan_started_on=date(2026, 4, 2))

    beat(date(2027, 1, 31))

    assert len(mailoutbox) == 2
    assert sent(company)[1] == ("sixty_days", date(2027, 4, 1))


def test_P2_a_mail_that_could_not_be_sent_goes_out_later_and_once(
    company: Company, mailoutbox: list[EmailMessage], caplog: pytest.LogCaptureFixture
) -> None:
    other = IntegrationFactory(plan_started_on=START).company
    AdministratorFactory(company=other, employee_id="other")
    original = EmailMessage.send

    def send(mail: EmailMessage, **_: Any) -> int:
        if "a001@example.com" in mail.to:
            raise SMTPRecipientsRefused({"a001@example.com": (450, b"later")})
        return original(mail)

    with mock.patch.object(EmailMessage, "send", send):
        beat(date(2027, 1, 30))

    assert sent(company) == []
    assert [mail.to for mail in mailoutbox] == [["other@example.com"]]
    assert "SMTPRecipientsRefused" in caplog.text
    assert "a001" not in caplog.text  # nobody's address is logged

    beat(date(2027, 1, 30), hour=10)
    beat(date(2027, 1, 30), hour=11)

    assert [mail.to for mail in mailoutbox] == [["other@example.com"], ["a001@example.com"]]
    assert sent(company) == [("sixty_days", END)]


@pytest.mark.django_db(transaction=True)
def test_P2_nobody_waits_for_the_mail_server(company: Company) -> None:
    seen: list[tuple[bool, int]] = []

    def send(_: EmailMessage) -> int:
        claims = SentPlanNotice.objects.for_company(company)
        seen.append((connection.in_atomic_block, claims.filter(sent_at=None).count()))
        return 1

    with mock.patch.object(EmailMessage, "send", send):
        beat(date(2027, 1, 30))

    assert seen == [(False, 1)]  # the claim is there for all to see, and no transaction is open
    assert sent(company) == [("sixty_days", END)]


def test_P2_a_mail_whose_sender_was_killed_goes_out_an_hour_later_and_once(
    company: Company, mailoutbox: list[EmailMessage]
) -> None:
    with (
        mock.patch.object(EmailMessage, "send", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        beat(date(2027, 1, 30))

    beat(date(2027, 1, 30))
    assert mailoutbox == []  # whoever has claimed it may still be at work
    beat(date(2027, 1, 30), hour=10)
    beat(date(2027, 1, 30), hour=11)
    beat(date(2027, 1, 31))

    assert len(mailoutbox) == 1
    assert sent(company) == [("sixty_days", END)]


@pytest.mark.django_db(transaction=True)
def test_P2_two_beats_at_once_send_one_mail(
    company: Company, mailoutbox: list[EmailMessage]
) -> None:
    both_know = threading.Barrier(2, timeout=30)
    original = SentPlanNotice.save

    def save(claim: SentPlanNotice, **values: Any) -> None:
        if connection.vendor == "postgresql":
            both_know.wait()  # SQLite lets one in at a time
        original(claim, **values)

    def run() -> None:
        try:
            tasks.send_plan_notices()
        finally:
            connection.close()

    with (
        time_machine.travel(datetime(2027, 1, 30, tzinfo=UTC), tick=True),
        mock.patch.object(SentPlanNotice, "save", save),
    ):
        beats = [threading.Thread(target=run) for _ in range(2)]
        for thread in beats:
            thread.start()
        for thread in beats:
            thread.join(60)

    assert len(mailoutbox) == 1
    assert sent(company) == [("sixty_days", END)]


def test_P2_nobody_to_tell_leaves_the_notice_for_later(
    company: Company, mailoutbox: list[EmailMessage]
) -> None:
    administrator = company.employees.get()
    company.employees.update(is_active=False)
    beat(date(2027, 1, 30))
    assert (mailoutbox, sent(company)) == ([], [])

    administrator.is_active = True
    administrator.save()
    beat(date(2027, 1, 31))

    assert len(mailoutbox) == 1


def test_P2_a_name_of_two_lines_makes_a_subject_of_one(mailoutbox: list[EmailMessage]) -> None:
    company = CompanyFactory(name="アクメ\r\n株式会社")
    IntegrationFactory(company=company, plan_started_on=START)
    AdministratorFactory(company=company)

    beat(date(2027, 1, 30))

    assert mailoutbox[0].subject.endswith("｜アクメ 株式会社")


@pytest.mark.parametrize("companies", [1, 30])
def test_P2_companies_that_were_told_cost_no_query_each(
    companies: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(companies):
        company = IntegrationFactory(plan_started_on=START).company
        SentPlanNotice.objects.create(
            company=company, notice="sixty_days", period_end=END, sent_at=timezone.now()
        )

    with django_assert_num_queries(2):  # plans, notices
        beat(date(2027, 1, 30))


def test_P2_the_beat_comes_by_daily_and_again_for_mail_that_failed() -> None:
    schedules: list[Any] = [
        entry["schedule"]
        for entry in project_settings.CELERY_BEAT_SCHEDULE.values()
        if entry["task"] == tasks.send_plan_notices.name
    ]

    assert [(min(schedule.hour), schedule.minute) for schedule in schedules] == [(9, {0})]
    assert tasks.send_plan_notices.name in current_app.tasks
