"""The page of 連携の解除 (X12)."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from companies.models import Company
from employees.models import Employee
from integrations.choices import WebhookMode
from integrations.models import SmartHRIntegration
from integrations.services.unlinking import Links, links_of
from tests.factories import (
    ApproverFactory,
    EmployeeFactory,
    LinkedEmployeeFactory,
    LinkedGroupFactory,
    PersonCandidateFactory,
)
from tests.integrations.views.screen import text

PAGE = "/settings/smarthr/unlink/"


@pytest.fixture
def linked(company: Company) -> Company:
    LinkedEmployeeFactory(company=company)
    LinkedGroupFactory(company=company)
    return company


@pytest.mark.parametrize("factory", [EmployeeFactory, ApproverFactory])
def test_C3_others_unlink_nothing(
    client: Client, linked: Company, factory: type[EmployeeFactory]
) -> None:
    client.force_login(factory(company=linked))

    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"confirmed": "on", "code": linked.code}).status_code == 403
    assert links_of(linked) == Links(1, 1)


def test_X12_the_page_says_what_follows(signed_in: Client, linked: Company) -> None:
    page = text(signed_in.get(PAGE))

    assert "社員1名とグループ1件の、SmartHRとの連携をすべて解除しますか？" in page
    assert "元に戻せません。" in page
    assert "1名の連携を解除" in page


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        (WebhookMode.AUTO, "自動で登録したWebhookを、SmartHRから削除します。"),
        (WebhookMode.MANUAL, "手動で登録したWebhookは残ります。SmartHRで削除してください。"),
    ],
)
def test_X12_the_page_says_what_becomes_of_the_webhook(
    signed_in: Client, linked: Company, mode: str, said: str
) -> None:
    SmartHRIntegration.objects.for_company(linked).update(webhook_mode=mode)

    assert said in text(signed_in.get(PAGE))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"code": "right"}, "元に戻せないことを確認し、チェックを入れてください。"),
        ({"confirmed": "on"}, "企業IDを入力してください。"),
        ({"confirmed": "on", "code": "wrong"}, "企業IDが違います。"),
    ],
)
def test_X12_it_wants_the_tick_and_the_code(
    signed_in: Client, linked: Company, sent: dict[str, str], said: str
) -> None:
    code = {"code": linked.code} if sent.get("code") == "right" else {}

    page = signed_in.post(PAGE, {**sent, **code})

    assert (page.status_code, text(page).count(said)) == (422, 2)
    assert "<title>エラー：" in page.content.decode()
    assert links_of(linked) == Links(1, 1)


def test_X12_it_is_done(signed_in: Client, linked: Company) -> None:
    page = signed_in.post(PAGE, {"confirmed": "on", "code": linked.code}, follow=True)

    assert "社員1名とグループ1件の連携を解除しました。" in text(page)
    assert "SmartHRと連携しているデータはありません。" in text(page)
    assert links_of(linked) == Links(0, 0)


def test_X12_what_is_under_way_is_shown(signed_in: Client, linked: Company) -> None:
    SmartHRIntegration.objects.for_company(linked).update(unlinking_since=timezone.now())

    page = signed_in.get(PAGE)

    assert "残りは、社員1名・グループ1件です。" in text(page)
    assert 'hx-trigger="every 2s"' in page.content.decode()


@pytest.mark.parametrize("start", [None, date(2020, 1, 1)])
def test_X12_P2_whatever_the_plan_says_it_is_offered(
    signed_in: Client, linked: Company, start: date | None
) -> None:
    SmartHRIntegration.objects.for_company(linked).update(plan_started_on=start)

    assert PAGE in signed_in.get("/settings/smarthr/").content.decode()
    assert signed_in.get(PAGE).status_code == 200


def test_X12_nothing_to_unlink(signed_in: Client, company: Company) -> None:
    SmartHRIntegration.objects.for_company(company).update(subdomain="", token_ciphertext="")

    assert "SmartHRと連携しているデータはありません。" in text(signed_in.get(PAGE))
    assert PAGE not in signed_in.get("/settings/smarthr/").content.decode()


def test_X12_a_candidate_may_be_unlinked_instead(signed_in: Client, company: Company) -> None:
    candidate = PersonCandidateFactory(company=company)

    page = signed_in.get("/settings/smarthr/deletions/").content.decode()

    assert f"/employees/{candidate.employee_id}/unlink/" in page


def test_X12_one_person_where_nobody_can_be_asked(signed_in: Client, company: Company) -> None:
    person: Employee = LinkedEmployeeFactory(company=company)
    SmartHRIntegration.objects.for_company(company).update(token_ciphertext="")

    page = signed_in.post(f"/employees/{person.pk}/unlink/")

    person.refresh_from_db()
    assert (page.status_code, person.is_linked) == (422, True)
    assert "SmartHRに確認できなかったため、連携を解除しませんでした。" in text(page)
