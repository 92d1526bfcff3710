"""設定 / SmartHR連携 (T1–T5)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from companies.models import Company
from employees.models import Employee
from integrations.models import SmartHRIntegration
from integrations.services.connection import access_token
from tests.factories import (
    ActiveRunFactory,
    AdministratorFactory,
    EmployeeFactory,
    IntegrationFactory,
    PersonCandidateFactory,
    RunFactory,
    counts,
)

PAGE = "/settings/smarthr/"
TOKEN = "shr_another_token_9876"
HTMX = {"HX-Request": "true"}


def save(signed_in: Client, section: str, **values: object):  # type: ignore[no-untyped-def]
    return signed_in.post(f"{PAGE}save/{section}/", values, headers=HTMX)


def others(**values: object) -> dict[str, object]:
    return {
        "deletion_policy": "confirm",
        "retired_policy": "import",
        "name_source": "legal",
        "force_password_change": "on",
        **values,
    }


def test_page_shows_the_sections_in_order(signed_in: Client) -> None:
    text = signed_in.get(PAGE).content.decode()

    titles = re.findall(r"<h2[^>]*>([^<]+)</h2>", text)
    assert titles == [
        "接続",
        "部署⇒グループ",
        "従業員リスト⇒社員リスト",
        "グループとして適用する部署",
        "Webhook",
        "自動反映の一時停止",
        "その他の設定",
        "通知先",
        "連携の解除",
        "履歴",
    ]
    assert text.count("インポート・同期実行</button>") == 2
    for permission in ("従業員情報:参照", "部署:参照", "Webhook:参照・更新"):
        assert permission in text


def test_token_is_shown_by_its_last_characters_only(signed_in: Client) -> None:
    text = signed_in.get(PAGE).content.decode()

    assert "設定済み（末尾" in text
    assert ">1234<" in text
    assert "token-for-tests" not in text


def test_subdomain_and_token_are_saved(signed_in: Client, integration: SmartHRIntegration) -> None:
    response = save(signed_in, "connection", subdomain="https://new.smarthr.jp/x", token=TOKEN)

    integration.refresh_from_db()
    assert (integration.subdomain, integration.token_ending) == ("new", "9876")
    assert access_token(integration) == TOKEN
    text = response.content.decode()
    assert response.status_code == 200
    assert "保存しました。" in text
    assert "htmx" not in text  # the section alone, not the page
    assert TOKEN not in text


def test_empty_token_keeps_the_stored_one(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    save(signed_in, "connection", subdomain="new", token="")

    integration.refresh_from_db()
    assert integration.token_ending == "1234"


def test_refused_subdomain_is_explained_at_its_field(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    response = save(signed_in, "connection", subdomain="a b.example.com", token=TOKEN)

    text = response.content.decode()
    integration.refresh_from_db()
    assert response.status_code == 422
    assert 'id="connection_subdomain_error"' in text
    assert 'value="a b.example.com"' in text
    assert TOKEN not in text
    assert (integration.subdomain, integration.token_ending) == ("acme", "1234")


def test_refusal_without_scripts_shows_the_whole_page(signed_in: Client) -> None:
    response = signed_in.post(f"{PAGE}save/connection/", {"subdomain": "a/b"})

    text = response.content.decode()
    assert response.status_code == 422
    assert "<title>エラー：SmartHR連携" in text
    assert "履歴" in text


def test_saving_without_scripts_says_so_beside_the_button(signed_in: Client) -> None:
    response = signed_in.post(f"{PAGE}save/slot/", {"department_slot": "3"}, follow=True)

    assert response.redirect_chain == [("/settings/smarthr/#slot", 302)]
    assert response.content.decode().count("保存しました。") == 1


def test_first_connection_reloads_the_page(client: Client, db: None) -> None:
    integration = IntegrationFactory(subdomain="", token_ciphertext="")
    client.force_login(AdministratorFactory(company=integration.company))

    response = save(client, "connection", subdomain="acme", token=TOKEN)

    integration.refresh_from_db()
    assert response["HX-Refresh"] == "true"
    assert integration.is_connected


@pytest.mark.parametrize(("value", "slot"), [("", None), ("1", 1), ("10", 10)])
def test_slot_is_saved(
    signed_in: Client, integration: SmartHRIntegration, value: str, slot: int | None
) -> None:
    SmartHRIntegration.objects.for_company(integration.company).update(department_slot=5)

    save(signed_in, "slot", department_slot=value)

    integration.refresh_from_db()
    assert integration.department_slot == slot


@pytest.mark.parametrize("value", ["0", "11", "x"])
def test_unknown_slot_is_refused(signed_in: Client, value: str) -> None:
    response = save(signed_in, "slot", department_slot=value)

    assert response.status_code == 422
    assert "一覧から選んでください。" in response.content.decode()


def test_other_settings_are_saved(signed_in: Client, integration: SmartHRIntegration) -> None:
    values = others(retired_policy="skip_suspend", name_source="business")
    del values["force_password_change"]

    save(signed_in, "others", **values)

    integration.refresh_from_db()
    assert (integration.retired_policy, integration.name_source) == ("skip_suspend", "business")
    assert Company.objects.get(pk=integration.company_id).force_password_change is False


def test_deleting_without_a_question_is_asked_about_first(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    asked = save(signed_in, "others", **others(deletion_policy="auto"))

    integration.refresh_from_db()
    assert asked.status_code == 422
    assert "確認せずに削除します。元に戻せません。" in asked.content.decode()
    assert integration.deletion_policy == "confirm"

    save(signed_in, "others", **others(deletion_policy="auto", confirmed="1"))

    integration.refresh_from_db()
    assert integration.deletion_policy == "auto"


NOT_DECIDED = (
    "初期パスワードの有効期限がまだ決まっていません。おすすめは90日です。保存すると決まります。"
)


def expiry_options(text: str) -> tuple[list[str], list[str]]:
    """Of the select: all its words, and those that are chosen."""
    select = text.partition('id="others_initial_password_days"')[2].partition("</select>")[0]
    words = re.findall(r"<option [^>]*>([^<]+)</option>", select)
    return words, re.findall(r"<option [^>]*selected[^>]*>([^<]+)</option>", select)


def test_X5_ninety_days_are_proposed_and_decided_by_saving(
    signed_in: Client, company: Company
) -> None:
    before = signed_in.get(PAGE).content.decode()

    saved = save(signed_in, "others", **others(initial_password_days="90")).content.decode()

    words = ["なし", "30日", "60日", "90日（おすすめ）", "180日"]
    assert expiry_options(before) == (words, ["90日（おすすめ）"])
    assert NOT_DECIDED in before
    company.refresh_from_db()
    assert company.initial_password_days == 90
    assert expiry_options(saved) == (words, ["90日（おすすめ）"])
    assert NOT_DECIDED not in saved


def test_X5_none_is_an_answer(signed_in: Client, company: Company) -> None:
    saved = save(signed_in, "others", **others(initial_password_days="0")).content.decode()

    company.refresh_from_db()
    assert company.initial_password_days == 0
    assert expiry_options(saved)[1] == ["なし"]
    assert NOT_DECIDED not in saved


def test_X5_another_number_of_days_is_shown_and_kept(signed_in: Client, company: Company) -> None:
    Company.objects.filter(pk=company.pk).update(initial_password_days=45)

    assert expiry_options(signed_in.get(PAGE).content.decode()) == (
        ["なし", "30日", "45日", "60日", "90日（おすすめ）", "180日"],
        ["45日"],
    )
    assert save(signed_in, "others", **others(initial_password_days="45")).status_code == 200
    company.refresh_from_db()
    assert company.initial_password_days == 45


@pytest.mark.parametrize("value", ["45", "-1", "x", "90日"])
def test_X5_days_that_are_no_option_are_refused(
    signed_in: Client, company: Company, value: str
) -> None:
    response = save(signed_in, "others", **others(initial_password_days=value))

    assert response.status_code == 422
    assert 'id="others_initial_password_days_error"' in response.content.decode()
    company.refresh_from_db()
    assert company.initial_password_days is None


def test_X5_the_page_says_whom_an_expiry_keeps_out(signed_in: Client, company: Company) -> None:
    for days, count in ((100, 2), (40, 1), (3, 5)):
        people = EmployeeFactory.create_batch(count, company=company, is_initial_password=True)
        made = timezone.now() - timedelta(days=days)
        Employee.objects.filter(pk__in=[p.pk for p in people]).update(created_at=made)
    Employee.objects.filter(pk=EmployeeFactory(company=company).pk).update(created_at=made)

    text = signed_in.get(PAGE).content.decode()

    assert "すでに期限を過ぎている社員：30日では3名、60日では2名、90日では2名</p>" in text


def test_unreadable_attributes_are_named(signed_in: Client, company: Company) -> None:
    SmartHRIntegration.objects.for_company(company).update(unreadable=["birth_at", "emp_code"])

    text = signed_in.get(PAGE).content.decode()

    assert text.count("読めません</span>") == 2
    assert text.count("「従業員項目のアクセス許可」に追加し") == 1
    assert re.findall(r"<dt>(社員番号|生年月日)</dt>", text) == ["生年月日", "社員番号"]


def test_running_sync_is_shown_and_polled(signed_in: Client, company: Company) -> None:
    run = ActiveRunFactory(company=company, phase_done=600, phase_total=1204)

    text = signed_in.get(PAGE).content.decode()

    assert f'hx-get="/settings/smarthr/runs/{run.pk}/progress/?summary"' in text
    assert "600 / 1,204名" in text
    assert text.count("進み具合を表示") == 3  # the panel and beside both buttons


def test_history_shows_the_last_ten(signed_in: Client, company: Company) -> None:
    RunFactory.create_batch(12, company=company, counts=counts(created=1204))

    response = signed_in.get(PAGE)

    assert len(response.context["history"]) == 10
    assert "新規1,204" in response.content.decode()


def test_departments_read_before_the_people_count_as_their_last_sync(
    signed_in: Client, company: Company
) -> None:
    numbers = counts(created=12)
    numbers["departments"]["created"] = 86
    RunFactory(company=company, counts=numbers)

    text = signed_in.get(PAGE).content.decode()

    assert "新規86件" in text
    assert "まだ実行していません。" not in text


def test_waiting_deletions_come_first(signed_in: Client, company: Company) -> None:
    PersonCandidateFactory(company=company)

    assert "社員が1名います。" in signed_in.get(PAGE).content.decode()


@pytest.mark.parametrize("runs", [1, 30])
def test_number_of_queries_does_not_grow(
    signed_in: Client,
    company: Company,
    runs: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    RunFactory.create_batch(runs, company=company)

    with django_assert_num_queries(16):
        signed_in.get(PAGE)
