"""W8, X6: one delivery with its people, what changed and its tries, by names and 社員IDs only."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from companies.models import Company
from integrations.choices import Outcome
from integrations.models import SmartHRIntegration
from integrations.reasons import Reason
from tests.factories import (
    DeliveryFactory,
    DeliveryTryFactory,
    DoneCrewFactory,
    DoneDeliveryFactory,
    LinkedEmployeeFactory,
    ParkedDeliveryFactory,
)
from tests.webhooks.views.screen import detail, note, retry, text


def test_W8_values_of_names_ids_groups_and_logins_are_shown(
    signed_in: Client, company: Company
) -> None:
    crew = DoneCrewFactory(
        delivery=DoneDeliveryFactory(company=company),
        changes={
            "employee_id": ["00026", "00027"],
            "last_name": ["佐藤", "鈴木"],
            "group": ["営業部", "営業一部"],
            "is_active": [True, False],
        },
    )

    shown = text(signed_in.get(detail(crew.delivery)))

    assert "社員ID変更前00026→変更後00027" in shown
    assert "姓変更前佐藤→変更後鈴木" in shown
    assert "グループ変更前営業部→変更後営業一部" in shown
    assert "ログイン変更前できる→変更後停止" in shown


def test_W8_of_an_email_address_only_that_it_changed(signed_in: Client, company: Company) -> None:
    crew = DoneCrewFactory(
        delivery=DoneDeliveryFactory(company=company),
        changes={"email": ["old@example.com", "new@example.com"], "birth_at": ["1990-01-02", None]},
    )

    page = signed_in.get(detail(crew.delivery))

    assert "メールアドレスを変更しました。" in text(page)
    assert "example.com" not in page.content.decode()
    assert "1990" not in page.content.decode()
    assert str(crew.smarthr_id) not in page.content.decode()


def test_W8_why_and_what_next(signed_in: Client, company: Company) -> None:
    crew = DoneCrewFactory(
        delivery=DoneDeliveryFactory(company=company),
        label="大野 由美（社員番号なし）",
        outcome=Outcome.LEFT_OUT,
        notes=[note(Reason.NAME_MISSING, new=True), note(Reason.BIRTH_DATE_MISSING)],
    )

    shown = text(signed_in.get(detail(crew.delivery)))

    assert "大野由美（社員番号なし）" in shown
    assert "SmartHRに姓または名がないため、取り込みませんでした。" in shown
    assert "SmartHRで生年月日を登録し、もう一度同期してください。" in shown
    assert "確認が必要な社員が1名います。" in shown


@pytest.mark.parametrize(
    ("reason", "label", "link"),
    [
        (Reason.WAITS_FOR_WORD, "削除の確認", "/settings/smarthr/deletions/?tab=people"),
        (Reason.LOGIN_CHANGE_HELD, "変更なし", "/settings/smarthr/logins/"),
    ],
)
def test_W7_who_waits_is_decided_elsewhere(
    signed_in: Client, company: Company, reason: Reason, label: str, link: str
) -> None:
    crew = DoneCrewFactory(
        delivery=DoneDeliveryFactory(company=company),
        outcome=Outcome.UNCHANGED,
        notes=[note(Reason.DELETION_BRAKE, limit=10), note(reason)],
    )

    page = signed_in.get(detail(crew.delivery))

    assert f'href="{link}"' in page.content.decode()
    (person,) = page.context["people"]
    assert person.status_label == label


def test_a_crew_that_is_nowhere_needs_nobody(signed_in: Client, company: Company) -> None:
    crew = DoneCrewFactory(
        delivery=DoneDeliveryFactory(company=company),
        label="",
        outcome=Outcome.UNCHANGED,
        notes=[note(Reason.CREW_GONE)],
    )

    shown = text(signed_in.get(detail(crew.delivery)))

    assert "対応が必要なものはありません。" in shown
    assert "SmartHRにいない従業員" in shown
    assert "ここにも連携した社員がいないため、何もしませんでした。" in shown


def test_W8_tries_with_reason_and_time(signed_in: Client, company: Company) -> None:
    delivery = ParkedDeliveryFactory(crew=None, company=company, attempts=3)
    DoneCrewFactory(delivery=delivery, done_at=None, outcome="")
    at = datetime.fromisoformat("2026-04-01T08:55:02+09:00")
    DeliveryTryFactory(delivery=delivery, at=at, seconds=72.4, reason=Reason.UNEXPECTED_ANSWER)
    DeliveryTryFactory(delivery=delivery, at=at.replace(minute=56), seconds=0.04)

    shown = text(signed_in.get(detail(delivery)))

    assert "試した回数3回" in shown
    newest, oldest = shown.split("所要時間")[1].split("2026/04/0108:55:02")
    assert newest == "2026/04/0108:56:02処理しました。0.0秒"
    assert oldest.startswith("SmartHRから想定しない回答があったため、処理できませんでした。1分12秒")


def test_only_the_newest_tries_are_listed(signed_in: Client, company: Company) -> None:
    delivery = DoneDeliveryFactory(company=company)
    DeliveryTryFactory.create_batch(51, delivery=delivery)

    page = signed_in.get(detail(delivery))

    assert len(page.context["tries"].lines) == 50
    assert "新しい50回を表示" in text(page)


def test_W8_a_parked_one_says_what_to_do(signed_in: Client, company: Company) -> None:
    delivery = ParkedDeliveryFactory(crew=None, company=company)
    DoneCrewFactory(delivery=delivery, done_at=None, outcome="")

    page = signed_in.get(detail(delivery))

    assert "失敗（10回）" in text(page)
    assert "理由を解消し、「再実行」を押してください。" in text(page)
    assert f'action="{retry(delivery)}"' in page.content.decode()


def test_W5_an_unreadable_one_is_left_to_a_sync(signed_in: Client, company: Company) -> None:
    delivery = DoneDeliveryFactory(
        company=company, event="", people=0, status="failed", reason=Reason.BODY_UNREADABLE
    )

    page = signed_in.get(detail(delivery))

    assert "受信したデータを読み取れませんでした。変更分同期を押してください。" in text(page)
    assert 'action="/settings/smarthr/sync/changed/"' in page.content.decode()
    assert retry(delivery) not in page.content.decode()


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        (Reason.TOKEN_REJECTED, "SmartHRでアクセストークンを発行し、「接続」で変更してください。"),
        (
            Reason.PERMISSION_MISSING,
            "SmartHRの「リソースのアクセス許可」で追加してください。",
        ),
        (Reason.MAINTENANCE, "対応は不要です。自動でもう一度試します。"),
        (Reason.INTERNAL_ERROR, "対応は不要です。自動でもう一度試します。"),
    ],
)
def test_W8_one_that_waits_says_whether_somebody_has_to_act(
    signed_in: Client, company: Company, reason: Reason, says: str
) -> None:
    delivery = DeliveryFactory(crew=None, company=company, reason=reason, attempts=1)

    shown = text(signed_in.get(detail(delivery)))

    assert says in shown
    assert "同期を止めました" not in shown


def test_C1_one_of_another_company_is_not_there(signed_in: Client, company: Company) -> None:
    assert signed_in.get(detail(DoneDeliveryFactory())).status_code == 404


def test_people_of_an_import_page_by_page(signed_in: Client, company: Company) -> None:
    delivery = DoneDeliveryFactory(company=company, event="crew_imported", people=61)
    DoneCrewFactory.create_batch(60, delivery=delivery)
    DoneCrewFactory(delivery=delivery, notes=[note(Reason.EMAIL_INVALID)])

    first = signed_in.get(detail(delivery))
    second = signed_in.get(detail(delivery), {"page": 2})
    reported = signed_in.get(detail(delivery), {"show": "reported"})

    assert "1-50/61名" in text(first)
    assert len(second.context["people"]) == 11
    assert "報告あり1" in text(first)
    assert len(reported.context["people"]) == 1


@pytest.mark.parametrize("count", [1, 30])
def test_number_of_queries_does_not_grow(
    signed_in: Client,
    integration: SmartHRIntegration,
    count: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    delivery = DoneDeliveryFactory(company=integration.company, people=count)
    for _ in range(count):
        person = LinkedEmployeeFactory(company=integration.company)
        DoneCrewFactory(delivery=delivery, smarthr_id=person.smarthr_id)
        DeliveryTryFactory(delivery=delivery)

    with django_assert_max_num_queries(15):
        signed_in.get(detail(delivery))
