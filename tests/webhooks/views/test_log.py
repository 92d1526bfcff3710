"""W8: the log shows each delivery with its state, its tries, its people and what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from companies.models import Company
from integrations.choices import Outcome
from integrations.models import SmartHRIntegration
from integrations.reasons import Reason
from tests.factories import (
    ApproverFactory,
    DeliveryFactory,
    DoneCrewFactory,
    DoneDeliveryFactory,
    EmployeeFactory,
    LinkedEmployeeFactory,
    ParkedDeliveryFactory,
)
from tests.webhooks.views.screen import PAGE, detail, note, rows, text
from webhooks.choices import LogState


@pytest.mark.parametrize(
    ("values", "state", "label", "result"),
    [
        ({"status": "pending", "attempts": 0}, "pending", "未処理", "処理を待っています。"),
        (
            {"status": "pending", "reason": Reason.UNEXPECTED_ANSWER, "attempts": 3},
            "retrying",
            "再試行待ち（3回）",
            "SmartHRから想定しない回答があったため、処理できませんでした。",
        ),
        (
            {"status": "pending", "reason": Reason.RATE_LIMITED},
            "retrying",
            "再試行待ち（1回）",
            "SmartHRへの問い合わせが上限に達したため、待っています。",
        ),
        (
            {"status": "pending", "reason": Reason.BODY_TOO_LARGE, "attempts": 0, "by_sync": True},
            "retrying",
            "再試行待ち",
            "受信したデータが5MBを超えたため保存せず、変更分同期をします。",
        ),
        (
            {"reason": Reason.COVERED_BY_SYNC},
            "processed",
            "処理済み",
            "その後の同期で反映済みです。",
        ),
        (
            {"status": "ignored", "reason": Reason.MODE_OFF},
            "ignored",
            "対象外",
            "「自動同期しない」のため、何もしませんでした。",
        ),
        (
            {"status": "failed", "reason": Reason.BODY_UNREADABLE, "attempts": 0},
            "failed",
            "失敗",
            "受信したデータを読み取れませんでした。",
        ),
        (
            {
                "status": "failed",
                "reason": Reason.ATTEMPTS_EXHAUSTED,
                "attempts": 14,
                "detail": {"attempts": 10, "last": "connection_failed", "last_detail": {}},
            },
            "failed",
            "失敗（14回）",
            "SmartHRに接続できませんでした。",
        ),
    ],
)
def test_W8_states_with_tries_and_reason(
    signed_in: Client,
    company: Company,
    values: dict[str, Any],
    state: str,
    label: str,
    result: str,
) -> None:
    DoneDeliveryFactory(company=company, **values)

    (row,) = rows(signed_in)

    assert (row.state, row.state_label, row.result) == (state, label, result)
    assert [found.delivery.pk for found in rows(signed_in, status=state)] == [row.delivery.pk]
    others = [other for other in LogState.values if other != state]
    assert [rows(signed_in, status=other) for other in others] == [[]] * 4


@pytest.mark.parametrize(
    ("event", "reason", "label", "chosen"),
    [
        ("crew_created", "", "従業員の追加", "crew_created"),
        ("crew_updated", "", "従業員の更新", "crew_updated"),
        ("crew_deleted", "", "従業員の削除", "crew_deleted"),
        ("crew_imported", "", "従業員のファイル取り込み", "crew_imported"),
        ("absence_created", Reason.EVENT_IGNORED, "その他のイベント", "other"),
        ("", Reason.EVENT_IGNORED, "その他のイベント", "other"),
        ("", Reason.BODY_UNREADABLE, "読み取れないデータ", "unreadable"),
    ],
)
def test_events_by_their_japanese_names(
    signed_in: Client, company: Company, event: str, reason: str, label: str, chosen: str
) -> None:
    DoneDeliveryFactory(company=company, event=event, reason=reason, people=0)

    (row,) = rows(signed_in)

    assert row.event == label
    known = ["crew_created", "crew_updated", "crew_deleted", "crew_imported", "other", "unreadable"]
    assert [name for name in known if rows(signed_in, event=name)] == [chosen]


@pytest.mark.parametrize(
    ("values", "result"),
    [
        ({"outcome": Outcome.CREATED, "changes": {"last_name": [None, "姓"]}}, "新規"),
        ({"changes": {"email": ["a@b.c", "d@b.c"], "last_name": ["姓", "名"]}},
         "更新（姓・メールアドレス）"),
        ({"outcome": Outcome.UNCHANGED}, "変更なし"),
        ({"outcome": Outcome.DELETED, "changes": {"employee_id": ["a", None]}}, "削除"),
        (
            {"outcome": Outcome.LEFT_OUT, "notes": [note(Reason.BIRTH_DATE_MISSING)]},
            "SmartHRに正しい生年月日がないため、取り込みませんでした。",
        ),
        ({"outcome": ""}, "ほかの受信と一緒に処理しました。"),
    ],
)  # fmt: skip
def test_W8_what_came_of_one_person(
    signed_in: Client, company: Company, values: dict[str, Any], result: str
) -> None:
    DoneCrewFactory(delivery=DoneDeliveryFactory(company=company), **values)

    assert rows(signed_in)[0].result == result


def test_W8_the_first_two_people_and_how_many_more(signed_in: Client, company: Company) -> None:
    person = LinkedEmployeeFactory(
        company=company, last_name="佐藤", first_name="花子", employee_id="00027"
    )
    delivery = DoneDeliveryFactory(company=company, event="crew_imported", people=1236)
    # Not read yet: called as she is called here.
    DoneCrewFactory(delivery=delivery, smarthr_id=person.smarthr_id, label="", outcome="")
    DoneCrewFactory(delivery=delivery, label="田村 健（00099）", outcome=Outcome.DELETED)
    DoneCrewFactory(delivery=delivery, notes=[note(Reason.EMAIL_INVALID)])

    page = signed_in.get(PAGE)

    (row,) = page.context["rows"]
    assert [(someone.label, someone.is_linked) for someone in row.named] == [
        ("佐藤 花子（00027）", True),
        ("田村 健（00099）", False),
    ]
    assert "ほか1,234名" in text(page)
    assert row.result == "更新1・削除1・報告あり1"


def test_W8_a_person_whom_nobody_knows_has_no_name(signed_in: Client, company: Company) -> None:
    delivery = DeliveryFactory(crew=None, company=company)
    crew = DoneCrewFactory(delivery=delivery, label="", outcome="", done_at=None)

    page = signed_in.get(PAGE)

    assert page.context["rows"][0].named == []
    assert "1名" in text(page)
    assert str(crew.smarthr_id) not in page.content.decode()


@pytest.mark.parametrize(
    ("words", "found"),
    [("佐藤", True), ("花子 00027", True), ("旧姓", True), ("鈴木", True), ("佐藤 鈴木", False),
     ("%", False), ("\x00", True), ("", True)],
)  # fmt: skip
def test_search_finds_people_as_they_were_called_and_are_called(
    signed_in: Client, company: Company, words: str, found: bool
) -> None:
    person = LinkedEmployeeFactory(
        company=company, last_name="佐藤", first_name="花子", employee_id="00027"
    )
    delivery = DoneDeliveryFactory(company=company, people=2)
    DoneCrewFactory(delivery=delivery, object_pk=person.pk, label="旧姓 花子（00027）")
    DoneCrewFactory(delivery=delivery, label="鈴木 一郎（00028）")

    assert bool(rows(signed_in, q=words)) is found


def test_C1_search_and_names_know_nobody_of_another_company(
    signed_in: Client, company: Company
) -> None:
    stranger = LinkedEmployeeFactory(last_name="他社", employee_id="x-1")
    crew = DoneCrewFactory(
        delivery=DoneDeliveryFactory(company=company),
        object_pk=stranger.pk,
        smarthr_id=stranger.smarthr_id,
        label="",
    )
    DoneCrewFactory(delivery=DoneDeliveryFactory(company=stranger.company), label="他社（x-1）")

    assert rows(signed_in, q="他社") == []
    assert [row.delivery for row in rows(signed_in)] == [crew.delivery]
    assert rows(signed_in)[0].named == []


@pytest.mark.parametrize(
    ("period", "found"),
    [("day", 1), ("week", 2), ("", 2), ("nonsense", 2), ("month", 3), ("all", 4)],
)
def test_period(signed_in: Client, company: Company, period: str, found: int) -> None:
    for days in (0, 6, 29, 40):
        DoneDeliveryFactory(company=company, received_at=timezone.now() - timedelta(days=days))

    assert len(rows(signed_in, period=period)) == found


def test_pages_keep_what_was_chosen(signed_in: Client, company: Company) -> None:
    DoneDeliveryFactory.create_batch(60, company=company)
    ParkedDeliveryFactory(crew=None, company=company)

    first = signed_in.get(PAGE, {"status": "processed"})
    second = signed_in.get(f"{PAGE}?status=processed&page=2")

    assert "1-50/60件" in text(first)
    assert "?status=processed&amp;page=2" in first.content.decode()
    assert len(second.context["rows"]) == 10


def test_next_try(signed_in: Client, company: Company) -> None:
    at = datetime.fromisoformat("2030-04-01T09:12+09:00")
    DeliveryFactory(crew=None, company=company, reason=Reason.WORKER_LOST, not_before=at)
    DeliveryFactory(crew=None, company=company)
    DeliveryFactory(crew=None, company=company, by_sync=True)
    DoneDeliveryFactory(company=company)

    found = [row.next_try for row in reversed(rows(signed_in))]

    assert found == ["2030/04/01 09:12", "まもなく", "次の変更分同期", "-"]


def test_nothing_was_ever_received(signed_in: Client, company: Company) -> None:
    DoneDeliveryFactory()  # of another company

    page = signed_in.get(PAGE)

    assert "Webhookはまだ受信していません。" in text(page)
    assert 'href="/settings/smarthr/#webhook"' in page.content.decode()
    assert "該当する" not in text(page)


def test_nothing_is_found(signed_in: Client, company: Company) -> None:
    DoneDeliveryFactory(company=company, received_at=timezone.now() - timedelta(days=8))

    assert "直近7日に受信したWebhookはありません。" in text(signed_in.get(PAGE))
    narrowed = signed_in.get(PAGE, {"status": "failed"})
    assert "該当するWebhookはありません。条件を変えて検索してください。" in text(narrowed)
    assert "条件を消す" in text(narrowed)


def test_W8_it_says_how_long_it_remembers(signed_in: Client, company: Company) -> None:
    DoneDeliveryFactory(company=company)

    assert "記録は受信から30日間残ります。" in text(signed_in.get(PAGE))


def test_C3_only_administrators_open_it(client: Client, company: Company) -> None:
    delivery = DoneDeliveryFactory(company=company)
    anonymous = [client.get(address).status_code for address in (PAGE, detail(delivery))]
    statuses = []
    for person in (EmployeeFactory(company=company), ApproverFactory(company=company)):
        client.force_login(person)
        statuses += [client.get(address).status_code for address in (PAGE, detail(delivery))]

    assert anonymous == [302, 302]
    assert statuses == [403] * 4


def test_P2_the_menu_leads_there_where_there_is_an_integration(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    def entries() -> int:
        return signed_in.get("/employees/").content.decode().count(f'href="{PAGE}"')

    assert entries() == 2

    SmartHRIntegration.objects.for_company(integration.company).update(plan_started_on=None)

    assert entries() == 0


@pytest.mark.parametrize("count", [1, 30])
def test_number_of_queries_does_not_grow(
    signed_in: Client,
    company: Company,
    count: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(count):
        delivery = ParkedDeliveryFactory(crew=None, company=company, people=3)
        person = LinkedEmployeeFactory(company=company)
        DoneCrewFactory(delivery=delivery, smarthr_id=person.smarthr_id)
        DoneCrewFactory.create_batch(2, delivery=delivery)

    with django_assert_max_num_queries(18):
        signed_in.get(PAGE, {"q": "姓"})
