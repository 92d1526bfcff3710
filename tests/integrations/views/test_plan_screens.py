"""P1–P3 on the screens: the period and the fee, what is refused, and what still works."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from companies.models import Company
from employees.models import Employee
from integrations.choices import SYNC_KINDS, WHOLE_KINDS, RunKind, RunStatus
from integrations.models import SmartHRIntegration, SyncRun
from integrations.plan import a_year_after
from integrations.reasons import Reason
from integrations.services.connection import account_mark
from tests.factories import AdministratorFactory, LinkedEmployeeFactory, RunFactory
from tests.integrations.conftest import run_command
from tests.integrations.views.test_banner import start_that_ended
from tests.integrations.views.ties import COUNTS

PAGE = "/settings/smarthr/"
HTMX = {"HX-Request": "true"}
STOPPED: dict[str, Any] = {"plan_stopped_at": timezone.now()}
PAUSED: dict[str, Any] = {"plan_started_on": start_that_ended(31)}
CLOSED: list[dict[str, Any]] = [
    {"plan_started_on": None},
    {"plan_started_on": timezone.localdate() + timedelta(days=30)},
    {"plan_started_on": None, **STOPPED},
]


def set_plan(company: Company, columns: dict[str, Any]) -> None:
    SmartHRIntegration.objects.for_company(company).update(**columns)


def page(client: Client) -> str:
    return client.get(PAGE).content.decode()


def facts(text: str) -> str:
    """What the screen says of the plan, without its markup."""
    part = text.partition('aria-label="契約の内容"')[2].partition("</section>")[0]
    return part.replace("</dt><dd>", " ").replace("</div>", "\n").replace("<div><dt>", "")


def test_P1_P2_period_and_fee_stand_above_the_sections(signed_in: Client, company: Company) -> None:
    start = timezone.localdate()
    end = a_year_after(start) - timedelta(days=1)

    text = page(signed_in)

    period = f"{start:%Y/%m/%d}〜{end:%Y/%m/%d}（残り{(end - start).days}日）"
    assert f"無料モニター期間 {period}" in facts(text)
    for fact in (
        "導入費 無料",
        "初期設定費 不要",
        "終了後も続ける場合 年間11,000円（税込）",
        "継続の連絡先 名刺管理サポート",
    ):
        assert fact in facts(text)
    assert text.index("契約の内容") < text.index('id="connection"')


@pytest.mark.parametrize(
    ("days", "columns", "words"),
    [
        (0, {}, ["（本日まで）"]),
        (1, {}, ["（終了）", "猶予期間 ", "まで"]),
        (31, {}, ["（終了）", "停止中"]),
        (31, {"plan_continued_at": timezone.now()}, ["（終了）", "継続利用中", "手続き済み"]),
        (-20, {"plan_continued_at": timezone.now()}, ["（残り20日）", "手続き済み"]),
        (-20, STOPPED, ["停止中"]),
    ],
)
def test_P2_P3_the_screen_says_how_it_stands(
    signed_in: Client, company: Company, days: int, columns: dict[str, Any], words: list[str]
) -> None:
    set_plan(company, {"plan_started_on": start_that_ended(days), **columns})

    said = facts(page(signed_in))

    assert [word for word in words if word not in said] == []
    assert ("継続の連絡先" in said) is ("plan_continued_at" not in columns)


def test_P3_while_it_is_stopped_the_page_does_not_say_that_it_syncs(
    signed_in: Client, company: Company
) -> None:
    set_plan(company, {"plan_started_on": start_that_ended(-20), **STOPPED})

    head = re.sub(r"\s+", "", page(signed_in).partition("<h1>")[2].partition("mk-plan")[0])
    saved = signed_in.post(f"{PAGE}save/slot/", {"department_slot": "1"}, headers=HTMX)

    assert "停止中のため、SmartHRとの同期はしていません。" in head
    assert "停止中</span>" in head
    assert "取り込みます" not in head
    assert "設定済み" not in head
    assert 'id="connection-state"' not in saved.content.decode()


@pytest.mark.parametrize("columns", CLOSED)
def test_P2_not_switched_on_shows_what_it_does_and_whom_to_ask(
    signed_in: Client, company: Company, columns: dict[str, Any]
) -> None:
    set_plan(company, columns)

    text = page(signed_in)

    assert "<h1>SmartHR連携</h1>" in text
    assert text.count("<li>") - text.count("<li><a") >= 3
    for words in (
        "社員リストを作成・更新",
        "親子関係",
        "差分プレビュー",
        "年間11,000円（税込）",
        "無料",
    ):
        assert words in text
    for hidden in (
        "Webhook",
        "インポート・同期実行",
        "サブドメイン",
        "アクセストークン",
        "acme",
        "hx-post",
    ):
        assert hidden not in text
    start = columns["plan_started_on"]
    if start is None:
        assert "ご利用を希望するときは、名刺管理サポートに連絡してください。" in text
    else:
        assert f"SmartHR連携は{start:%Y/%m/%d}から利用できます。" in text


@pytest.mark.parametrize("columns", CLOSED)
@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("connection", {"subdomain": "evil", "token": "shr_another_token_9876"}),
        ("slot", {"department_slot": "3"}),
        (
            "others",
            {"deletion_policy": "confirm", "retired_policy": "skip", "name_source": "legal"},
        ),
    ],
)
def test_P2_while_it_is_not_switched_on_nothing_is_saved_from_the_screen(
    signed_in: Client, company: Company, columns: dict[str, Any], section: str, values: Any
) -> None:
    set_plan(company, columns)
    before = SmartHRIntegration.objects.for_company(company).values().get()

    plain = signed_in.post(f"{PAGE}save/{section}/", values)
    swapped = signed_in.post(f"{PAGE}save/{section}/", values, headers=HTMX)

    assert plain.status_code == 403
    assert "名刺管理" in plain.content.decode()
    assert "<form" not in plain.content.decode().partition("<main")[2]
    assert swapped["HX-Refresh"] == "true"
    assert SmartHRIntegration.objects.for_company(company).values().get() == before


def test_P2_while_it_is_not_switched_on_no_account_is_accepted(
    signed_in: Client, company: Company
) -> None:
    run = RunFactory(
        company=company, status=RunStatus.NEEDS_CONFIRMATION, error_code=Reason.OTHER_ACCOUNT
    )
    set_plan(company, {"plan_started_on": None, "account_unchecked": True})

    response = signed_in.post(f"{PAGE}runs/{run.pk}/accept-account/", follow=True)

    assert SmartHRIntegration.objects.for_company(company).get().account_unchecked
    assert "SmartHR連携は有効になっていません。" in response.content.decode()


def test_P2_a_command_prepares_a_company_that_is_not_switched_on(company: Company) -> None:
    set_plan(company, {"plan_started_on": None})

    answer = run_command("smarthr_configure", "--department-slot", "2", company=company.code)

    assert (answer.code, answer["department_slot"]) == (0, 2)


@pytest.mark.parametrize("columns", [STOPPED, PAUSED])
def test_P2_P3_while_it_is_halted_settings_can_be_changed_but_nothing_starts(
    signed_in: Client, company: Company, columns: dict[str, Any]
) -> None:
    set_plan(company, columns)

    text = page(signed_in)

    assert "インポート・同期実行</button>" not in text
    assert text.count("停止中のため、実行できません。") == len(WHOLE_KINDS)
    saved = signed_in.post(f"{PAGE}save/slot/", {"department_slot": "3"}, headers=HTMX)
    assert saved.status_code == 200
    assert SmartHRIntegration.objects.for_company(company).get().department_slot == 3


@pytest.mark.parametrize("columns", [STOPPED, PAUSED, *CLOSED])
@pytest.mark.parametrize("kind", SYNC_KINDS)
def test_P2_P3_the_server_refuses_to_start(
    signed_in: Client, company: Company, columns: dict[str, Any], kind: str
) -> None:
    set_plan(company, columns)

    response = signed_in.post(f"{PAGE}sync/{kind}/", follow=True)

    assert response.redirect_chain == [(PAGE, 302)]
    assert "名刺管理サポート" in response.content.decode()
    assert SyncRun.objects.for_company(company).count() == 0


@pytest.mark.parametrize(("columns", "buttons"), [({}, 1), (STOPPED, 0), (PAUSED, 0)])
def test_P2_P3_a_report_offers_another_sync_only_where_one_can_start(
    signed_in: Client, company: Company, columns: dict[str, Any], buttons: int
) -> None:
    run = RunFactory(company=company)
    set_plan(company, columns or {"plan_stopped_at": None})

    text = signed_in.get(f"{PAGE}runs/{run.pk}/").content.decode()

    assert text.count("もう一度同期</button>") == buttons


@pytest.mark.parametrize(("columns", "offers"), [({}, True), (STOPPED, False), (PAUSED, False)])
@pytest.mark.parametrize(
    ("values", "tail", "button"),
    [
        ({"kind": RunKind.PREVIEW}, "", "インポート・同期実行</button>"),
        (
            {"kind": RunKind.PREVIEW, "status": RunStatus.FAILED},
            "",
            "プレビューを作り直す</button>",
        ),
        ({"kind": RunKind.FIRST_IMPORT}, "", "新規に取り込む</button>"),
        ({"kind": RunKind.FIRST_IMPORT}, "ties/", "インポート・同期実行</button>"),
        (
            {"kind": RunKind.FIRST_IMPORT, "status": RunStatus.FAILED},
            "",
            "もう一度確認</button>",
        ),
        (
            {"status": RunStatus.NEEDS_CONFIRMATION, "error_code": Reason.OTHER_ACCOUNT},
            "",
            "付け替え…</a>",
        ),
    ],
)
def test_P2_P3_no_page_offers_to_start_what_the_server_would_refuse(
    signed_in: Client,
    company: Company,
    columns: dict[str, Any],
    offers: bool,
    values: dict[str, Any],
    tail: str,
    button: str,
) -> None:
    set_plan(company, {"account_unchecked": True, **columns})
    integration = SmartHRIntegration.objects.for_company(company).get()
    survey = {"options": {"account": account_mark(integration)}, "progress": {"survey": COUNTS}}
    run = RunFactory(
        company=company, settings_version=integration.settings_version, **survey, **values
    )

    text = signed_in.get(f"{PAGE}runs/{run.pk}/{tail}").content.decode()

    assert (button in text) == offers


@pytest.mark.parametrize(("columns", "offers"), [({}, True), (STOPPED, False), (PAUSED, False)])
def test_P2_P3_the_question_about_the_slot_offers_a_preview_only_where_one_can_start(
    signed_in: Client, company: Company, columns: dict[str, Any], offers: bool
) -> None:
    LinkedEmployeeFactory(company=company)
    set_plan(company, columns or {"plan_stopped_at": None})

    answer = signed_in.post(f"{PAGE}save/slot/", {"department_slot": "3"}, headers=HTMX)

    assert ("対象を確認（差分プレビュー）" in answer.content.decode()) == offers


def test_P2_the_day_after_the_start_was_moved_it_is_open(client: Client, company: Company) -> None:
    client.force_login(AdministratorFactory(company=company))
    set_plan(company, {"plan_started_on": date(2099, 1, 1)})
    assert "インポート・同期実行" not in page(client)

    today = timezone.localdate().isoformat()
    assert run_command("company_plan", "--start", today, company=company.code).code == 0

    assert page(client).count("インポート・同期実行</button>") == 2


@pytest.mark.parametrize(
    ("today", "told"),
    [
        ("2026-03-31", "2026/03/31まで</dd>"),
        (
            "2026-04-01",
            "2026/03/31まで（終了後のご利用は、名刺管理サポートに確認してください）</dd>",
        ),
    ],
)
def test_P1_the_dates_of_the_offer_are_shown(
    signed_in: Client, company: Company, today: str, told: str
) -> None:
    set_plan(company, {"plan_started_on": None})

    with time_machine.travel(f"{today} 12:00:00+09:00", tick=False):
        signed_in.force_login(Employee.objects.for_company(company).get())
        assert f"モニター募集の受付</dt><dd>{told}" in page(signed_in)
