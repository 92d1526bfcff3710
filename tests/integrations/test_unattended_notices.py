"""X3: what unattended runs and webhooks did is told once, an hour at most a kind (E12, S1, S5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock
from uuid import uuid4

import pytest
from django.core.mail import EmailMessage

from companies.models import Company
from integrations.choices import RunStatus, Trigger, UnattendedKind
from integrations.models import DeletionCandidate, HeldLogin, UnattendedAct
from integrations.reasons import Reason
from tests.factories import (
    GroupCandidateFactory,
    LinkedEmployeeFactory,
    PersonCandidateFactory,
    RunFactory,
    RunRecordFactory,
)
from tests.integrations.mails import START, Outbox, at, beat, connected

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return connected("acme")


def unattended_run(company: Company, hours: float, **values: Any) -> Any:
    values = {"trigger": Trigger.SCHEDULE, "finished_at": START + timedelta(hours=hours)} | values
    return RunFactory(company=company, **values)


def wait_for_a_word(company: Company, hours: float, people: int, run: Any = None) -> None:
    with at(hours):
        PersonCandidateFactory.create_batch(people, company=company, run=run)


def test_E12_new_candidates_of_unattended_runs_are_told_once_an_hour_at_most(
    company: Company, mailoutbox: Outbox
) -> None:
    wait_for_a_word(company, 0.5, 5, run=RunFactory(company=company))  # a person looked on
    wait_for_a_word(company, 1, 2, run=unattended_run(company, 1))
    beat(1.1)
    for minutes in range(1, 50):  # webhooks, one after the other
        wait_for_a_word(company, 1.1 + minutes / 60, 1)
        beat(1.1 + minutes / 60)
    with at(2):
        GroupCandidateFactory(company=company, run=unattended_run(company, 2))
    beat(2.2)
    beat(5)

    assert [str(mail.subject) for mail in mailoutbox] == [
        "SmartHRにいない社員の削除を確認してください（2名）｜acme株式会社",
        "SmartHRにいない社員の削除を確認してください（49名・グループ1件）｜acme株式会社",
    ]
    body = str(mailoutbox[1].body)
    assert "SmartHRにいない社員が49名とSmartHRにない部署のグループが1件あります。" in body
    assert "http://127.0.0.1:8000/settings/smarthr/deletions/\n" in body


def test_E12_the_brake_of_an_unattended_run_says_so(company: Company, mailoutbox: Outbox) -> None:
    run = unattended_run(
        company,
        1,
        status=RunStatus.NEEDS_CONFIRMATION,
        error_code=Reason.DELETION_BRAKE,
        error_detail={"people": {"count": 12, "limit": 10}},
    )
    wait_for_a_word(company, 1, 12, run=run)
    beat(1.1)
    beat(3)

    assert [str(mail.subject) for mail in mailoutbox] == [
        "削除を止めました。対象者を確認してください（12名）｜acme株式会社"
    ]


def test_E12_who_was_settled_before_the_mail_went_out_is_not_told(
    company: Company, mailoutbox: Outbox
) -> None:
    wait_for_a_word(company, 1, 2)
    with mock.patch.object(EmailMessage, "send", side_effect=OSError):
        beat(1.1)
    DeletionCandidate.objects.for_company(company).delete()
    beat(1.2)
    wait_for_a_word(company, 1.3, 1)
    beat(1.4)

    assert [str(mail.subject) for mail in mailoutbox] == [
        "SmartHRにいない社員の削除を確認してください（1名）｜acme株式会社"
    ]


def test_S1_S5_changed_and_held_logins_of_unattended_runs_are_told(
    company: Company, mailoutbox: Outbox
) -> None:
    for trigger in (Trigger.SCHEDULE, Trigger.SCREEN):
        run = unattended_run(company, 1, trigger=trigger)
        RunRecordFactory.create_batch(
            2, run=run, outcome="updated", changes={"employee_id": ["a", "b"]}
        )
    UnattendedAct.objects.create(
        company=company,
        kind=UnattendedKind.LOGIN,
        smarthr_id=uuid4(),
        at=START + timedelta(hours=1),
    )
    with at(1):
        for person in LinkedEmployeeFactory.create_batch(3, company=company):
            HeldLogin.objects.create(company=company, employee=person, wanted="new")
    for hours in (1.1, 1.2, 3):
        beat(hours)

    assert [str(mail.subject) for mail in mailoutbox] == [
        "ログインに使う社員IDが変わりました（3名）｜acme株式会社",
        "社員IDの変更を確認してください（3名）｜acme株式会社",
    ]


def test_X3_what_happens_at_the_moment_of_a_mail_is_neither_lost_nor_told_twice(
    company: Company, mailoutbox: Outbox
) -> None:
    wait_for_a_word(company, 1, 1)
    wait_for_a_word(company, 1 + 10 / 3600, 1)
    beat(1 + 35 / 3600)
    beat(2.5)

    assert [str(mail.subject).partition("（")[2] for mail in mailoutbox] == [
        "1名）｜acme株式会社",
        "1名）｜acme株式会社",
    ]


def test_C1_each_company_is_told_of_its_own(mailoutbox: Outbox) -> None:
    companies = [connected(name) for name in ("acme", "other")]
    for number, company in enumerate(companies, start=1):
        wait_for_a_word(company, 1, number)
    beat(1.1)

    assert [(str(mail.subject), mail.to) for mail in mailoutbox] == [
        (
            "SmartHRにいない社員の削除を確認してください（1名）｜acme株式会社",
            ["acme-admin@example.com"],
        ),
        (
            "SmartHRにいない社員の削除を確認してください（2名）｜other株式会社",
            ["other-admin@example.com"],
        ),
    ]


def test_X3_a_mail_server_that_is_down_for_days_loses_no_news(
    company: Company, mailoutbox: Outbox
) -> None:
    wait_for_a_word(company, 1, 2)
    with mock.patch.object(EmailMessage, "send", side_effect=OSError):
        for day in range(5):
            beat(day * 24 + 2)
            wait_for_a_word(company, day * 24 + 3, 1)
    beat(5 * 24)

    assert [str(mail.subject) for mail in mailoutbox] == [
        "SmartHRにいない社員の削除を確認してください（7名）｜acme株式会社"
    ]
