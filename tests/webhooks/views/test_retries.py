"""W8: 再実行 of one delivery and of all that are parked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from companies.models import AuditEntry, Company
from integrations.choices import WebhookMode
from integrations.models import SmartHRIntegration
from integrations.reasons import Reason
from tests.factories import (
    AdministratorFactory,
    ApproverFactory,
    DeliveryFactory,
    DoneCrewFactory,
    DoneDeliveryFactory,
    EmployeeFactory,
    ParkedDeliveryFactory,
)
from tests.webhooks.views.screen import PAGE, RETRY_ALL, detail, retry, rows, text
from webhooks.choices import DeliveryStatus
from webhooks.models import Delivery
from webhooks.services import retries

TOO_LATE = "すでに受け付けたか、処理が済んでいるため、再実行するものはありません。"


def parked(company: Company) -> Delivery:
    delivery = ParkedDeliveryFactory(crew=None, company=company)
    DoneCrewFactory(delivery=delivery, done_at=None, outcome="", label="")
    return delivery


def states(company: Company) -> list[tuple[str, int, str]]:
    found = Delivery.objects.for_company(company).order_by("pk")
    return [(row.status, row.failures, row.reason) for row in found]


def pressed(client: Client, address: str, **form: Any) -> str:
    return text(client.post(address, form, follow=True))


@pytest.fixture
def nudged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Companies about which a worker was told."""
    told: list[int] = []
    monkeypatch.setattr(retries, "nudge", told.append)
    return told


def test_W8_one_is_tried_again_at_once(
    signed_in: Client,
    company: Company,
    nudged: list[int],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    delivery, other = parked(company), parked(company)

    with django_capture_on_commit_callbacks(execute=True):
        shown = pressed(signed_in, retry(delivery))

    assert "1件の再実行を受け付けました。" in shown
    assert states(company) == [("pending", 0, ""), ("failed", 10, Reason.ATTEMPTS_EXHAUSTED)]
    assert nudged == [company.pk]
    entry = AuditEntry.objects.for_company(company).get()
    assert (entry.actor_label, entry.object_id) == ("山田 花子（a001）", delivery.pk)
    assert other.pk


def test_W8_all_that_are_parked_and_nothing_else(
    signed_in: Client, company: Company, nudged: list[int]
) -> None:
    parked(company)
    parked(company)
    DoneDeliveryFactory(
        company=company, status=DeliveryStatus.FAILED, reason=Reason.BODY_UNREADABLE, people=0
    )
    elsewhere = parked(AdministratorFactory().company)

    shown = pressed(signed_in, RETRY_ALL)

    assert "2件の再実行を受け付けました。" in shown
    assert [status for status, _, _ in states(company)] == ["pending", "pending", "failed"]
    assert states(elsewhere.company) == [("failed", 10, Reason.ATTEMPTS_EXHAUSTED)]


@pytest.mark.parametrize("address", [retry, lambda delivery: RETRY_ALL])
def test_W8_pressed_twice(
    signed_in: Client, company: Company, nudged: list[int], address: Callable[[Delivery], str]
) -> None:
    delivery = parked(company)
    pressed(signed_in, address(delivery))

    shown = pressed(signed_in, address(delivery))

    assert TOO_LATE in shown
    assert states(company) == [("pending", 0, "")]
    assert AuditEntry.objects.for_company(company).count() == 1


def test_W8_one_that_waits_can_be_tried_now(
    signed_in: Client, company: Company, nudged: list[int]
) -> None:
    delivery = DeliveryFactory(
        crew=None, company=company, attempts=2, failures=2, reason=Reason.WORKER_LOST
    )

    assert rows(signed_in)[0].offers_retry
    assert "1件の再実行を受け付けました。" in pressed(signed_in, retry(delivery))
    assert not rows(signed_in)[0].offers_retry


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"status": "ignored", "reason": Reason.MODE_OFF},
        {"status": "failed", "reason": Reason.BODY_UNREADABLE, "people": 0},
        {"status": "pending", "reason": Reason.BODY_TOO_LARGE, "by_sync": True, "people": 0},
        {"status": "pending"},
    ],
)
def test_W8_of_others_there_is_nothing_to_try(
    signed_in: Client, company: Company, nudged: list[int], values: dict[str, Any]
) -> None:
    delivery = DoneDeliveryFactory(company=company, **values)
    before = states(company)

    assert TOO_LATE in pressed(signed_in, retry(delivery))
    assert states(company) == before
    assert not rows(signed_in)[0].offers_retry


@pytest.mark.parametrize("address", [retry, lambda delivery: RETRY_ALL])
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"plan_stopped_at": "2026-01-01T00:00Z"},
            "SmartHR連携を一時的に停止しています。社員・グループ・名刺は削除されません。"
            "名刺管理サポートに確認してください。",
        ),
        ({"plan_started_on": "2020-01-01"}, "続けるときは名刺管理サポートに連絡してください。"),
        (
            {"webhook_mode": WebhookMode.OFF},
            "「自動同期しない」を選んでいるため、再実行できません。",
        ),
        ({"token_ciphertext": "", "token_ending": ""}, "先に「接続」を設定してください。"),
    ],
)
def test_P3_refused_where_it_would_lead_to_nothing(
    signed_in: Client,
    integration: SmartHRIntegration,
    address: Callable[[Delivery], str],
    change: dict[str, Any],
    says: str,
) -> None:
    company = integration.company
    delivery = parked(company)
    SmartHRIntegration.objects.for_company(company).update(**change)

    shown = pressed(signed_in, address(delivery))

    assert says in shown
    assert states(company) == [("failed", 10, Reason.ATTEMPTS_EXHAUSTED)]
    for page in (f"{PAGE}?period=all", detail(delivery)):
        assert "/retry/" not in signed_in.get(page).content.decode()


def test_S6_while_automatic_work_rests_it_waits(
    signed_in: Client, company: Company, nudged: list[int]
) -> None:
    delivery = parked(company)
    SmartHRIntegration.objects.for_company(company).update(
        held_since="2026-01-01T00:00Z", held_until="2100-01-01"
    )

    shown = pressed(signed_in, retry(delivery))

    assert "1件の再実行を受け付けました。自動反映を再開すると処理します。" in shown


def test_it_leads_back_to_the_list_as_it_was(
    signed_in: Client, company: Company, nudged: list[int]
) -> None:
    first, second = parked(company), parked(company)

    from_list = signed_in.post(retry(first), {"list": "status=failed&page=2"})
    alone = signed_in.post(retry(second))
    elsewhere = signed_in.post(RETRY_ALL, {"list": "//evil.example\r\nX: y"})

    assert from_list["Location"] == f"{PAGE}?status=failed&page=2"
    assert alone["Location"] == detail(second)
    assert elsewhere["Location"].startswith(f"{PAGE}?%2F%2Fevil.example")


def test_C1_C3_nobody_else_presses(client: Client, company: Company) -> None:
    delivery = parked(company)
    client.force_login(AdministratorFactory())
    stranger = client.post(retry(delivery)).status_code
    statuses = []
    for person in (EmployeeFactory(company=company), ApproverFactory(company=company)):
        client.force_login(person)
        statuses += [client.post(address).status_code for address in (retry(delivery), RETRY_ALL)]
    client.logout()
    anonymous = client.post(RETRY_ALL).status_code

    assert stranger == 404
    assert statuses == [403] * 4
    assert anonymous == 302
    assert states(company) == [("failed", 10, Reason.ATTEMPTS_EXHAUSTED)]


def test_it_takes_a_post_of_this_page_only(signed_in: Client, company: Company) -> None:
    delivery = parked(company)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.cookies

    assert [signed_in.get(address).status_code for address in (retry(delivery), RETRY_ALL)] == [
        405,
        405,
    ]
    assert strict.post(retry(delivery)).status_code == 403
