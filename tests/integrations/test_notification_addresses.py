"""X3: 通知先, confirmed by whoever reads the address, at most five a company."""

from __future__ import annotations

import re
from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from companies import audit
from companies.models import AuditEntry, Company
from employees.models import Employee
from integrations.models import NotificationAddress
from integrations.services.notification_addresses import (
    MOST_ASKED,
    RefusedAddress,
    add_address,
    ask_again,
    remove_address,
)
from tests.factories import AdministratorFactory, IntegrationFactory

pytestmark = pytest.mark.django_db
Outbox = list[EmailMessage]


@pytest.fixture
def person() -> Employee:
    return AdministratorFactory(company=IntegrationFactory().company, last_name="山田")


def add(person: Employee, email: str = "told@example.net") -> NotificationAddress:
    add_address(company=person.company, email=email, actor=audit.person(person))
    return rows(person.company)[-1]


def rows(company: Company) -> list[NotificationAddress]:
    return list(NotificationAddress.objects.for_company(company).order_by("pk"))


def link(mail: EmailMessage) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/notifications/\S+)", str(mail.body))
    assert found is not None
    return found.group(1)


def test_X3_it_is_confirmed_by_a_press_behind_the_link_and_once(
    person: Employee, mailoutbox: Outbox, client: Client
) -> None:
    row = add(person)
    path = link(mailoutbox[0])

    opened = client.get(path)
    row.refresh_from_db()
    assert (opened.status_code, row.confirmed_at) == (200, None)  # mail servers open links
    assert "通知を受け取る</button>" in opened.content.decode()

    pressed = client.post(path)
    row.refresh_from_db()
    assert pressed.status_code == 200
    assert "確認しました。" in pressed.content.decode()
    assert row.confirmed_at is not None

    again = client.post(path)
    assert again.status_code == client.get(path).status_code == 404


def test_X3_the_mail_tells_what_it_is_about_and_names_nobody(
    person: Employee, mailoutbox: Outbox
) -> None:
    add(person)

    mail = mailoutbox[0]
    assert mail.to == ["told@example.net"]
    assert mail.subject == f"SmartHR連携の通知先を確認してください｜{person.company.name}"
    assert "7日以内に" in str(mail.body)
    assert "送信専用のアドレスです。" in str(mail.body)
    assert "山田" not in f"{mail.subject}{mail.body}"
    assert person.employee_id not in str(mail.body).replace(link(mail), "")


def test_X3_every_link_that_does_not_work_looks_the_same(
    person: Employee, mailoutbox: Outbox, client: Client
) -> None:
    now = timezone.now()
    used, removed = add(person, "used@example.net"), add(person, "removed@example.net")
    add(person, "late@example.net")
    links = [link(mail) for mail in mailoutbox]
    client.post(links[0])
    remove_address(company=person.company, pk=removed.pk, actor=audit.person(person))
    pages = [client.get(path).content for path in (*links[:2], "/notifications/forged/")]
    with time_machine.travel(now + timedelta(days=7, minutes=1), tick=False):
        pages.append(client.get(links[2]).content)
        late = client.post(links[2])

    used.refresh_from_db()
    assert used.confirmed_at is not None
    assert len(set(pages)) == 1
    assert late.status_code == 404
    assert rows(person.company)[1].confirmed_at is None
    assert person.company.name not in pages[0].decode()


def test_X3_a_link_of_seven_days_still_works(
    person: Employee, mailoutbox: Outbox, client: Client
) -> None:
    now = timezone.now()
    add(person)

    with time_machine.travel(now + timedelta(days=6, hours=23), tick=False):
        assert client.post(link(mailoutbox[0])).status_code == 200


def test_X3_a_press_needs_the_page_it_stands_on(person: Employee, mailoutbox: Outbox) -> None:
    row = add(person)

    response = Client(enforce_csrf_checks=True).post(link(mailoutbox[0]))

    row.refresh_from_db()
    assert (response.status_code, row.confirmed_at) == (403, None)


def test_X3_five_at_most_each_once_and_well_formed(person: Employee) -> None:
    for number in range(5):
        add(person, f" told{number}@example.net ")

    refused = []
    for email in ("told0@example.net", "TOLD0@example.net", "sixth@example.net", "no address"):
        with pytest.raises(RefusedAddress) as refusal:
            add(person, email)
        refused.append(refusal.value.message)

    assert refused == [
        "このメールアドレスは、すでに通知先にあります。",
        "このメールアドレスは、すでに通知先にあります。",
        "通知先は5件までです。使わない通知先を外してから追加してください。",
        "メールアドレスの形式が正しくありません。入力し直してください。",
    ]
    assert [row.email for row in rows(person.company)] == [
        f"told{number}@example.net" for number in range(5)
    ]


def test_X3_a_company_asks_so_often_a_day_whatever_it_removes(
    person: Employee, mailoutbox: Outbox
) -> None:
    actor, company = audit.person(person), person.company
    row = add(person)
    for _ in range(MOST_ASKED - 2):
        ask_again(company=company, pk=row.pk, actor=actor)
    remove_address(company=company, pk=row.pk, actor=actor)
    add(person)

    with pytest.raises(RefusedAddress):
        ask_again(company=company, pk=rows(company)[0].pk, actor=actor)
    with pytest.raises(RefusedAddress):
        add(person, "another@example.net")
    other = AdministratorFactory(company=IntegrationFactory().company)
    add(other)

    assert len(mailoutbox) == MOST_ASKED + 1
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1), tick=False):
        assert ask_again(company=company, pk=rows(company)[0].pk, actor=actor) is True


def test_X3_a_mail_that_did_not_go_out_can_be_asked_for_again(
    person: Employee, mailoutbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    actor = audit.person(person)
    with mock.patch.object(EmailMessage, "send", side_effect=OSError("told@example.net")):
        went_out = add_address(company=person.company, email="told@example.net", actor=actor)
    pk = rows(person.company)[0].pk

    assert went_out is False
    assert "told@" not in caplog.text
    assert ask_again(company=person.company, pk=pk, actor=actor) is True
    assert len(mailoutbox) == 1


def test_X6_adding_confirming_and_removing_are_in_the_audit_log(
    person: Employee, mailoutbox: Outbox, client: Client
) -> None:
    row = add(person)
    client.post(link(mailoutbox[0]))
    remove_address(company=person.company, pk=row.pk, actor=audit.person(person))

    entries = AuditEntry.objects.for_company(person.company).order_by("pk")
    assert [(entry.actor_label, entry.changes["state"]) for entry in entries] == [
        (person.label, [None, "確認待ち"]),
        ("通知先の受信者", ["確認待ち", "確認済み"]),
        (person.label, ["確認済み", None]),
    ]


def test_C1_nobody_touches_addresses_of_another_company(
    person: Employee, mailoutbox: Outbox
) -> None:
    row = add(person)
    other = AdministratorFactory(company=IntegrationFactory().company)
    actor = audit.person(other)

    assert remove_address(company=other.company, pk=row.pk, actor=actor) is False
    with pytest.raises(RefusedAddress):
        ask_again(company=other.company, pk=row.pk, actor=actor)
    assert len(rows(person.company)) == 1
