"""ホーム: the first line says whether there is something to do."""

import pytest
from django.test import Client
from django.utils import timezone

from companies.models import Company
from integrations.choices import Outcome, RunKind, RunStatus
from integrations.models import SmartHRIntegration
from integrations.reasons import Reason
from integrations.services.check_result import Access, CheckResult
from tests.factories import (
    ActiveRunFactory,
    AdministratorFactory,
    BusinessCardFactory,
    EmployeeFactory,
    GroupCandidateFactory,
    IntegrationFactory,
    LinkedEmployeeFactory,
    PersonCandidateFactory,
    RunFactory,
    RunRecordFactory,
    counts,
)

CLEAR = "対応が必要なものはありません。"


def to_dos(signed_in: Client) -> list[tuple[str, str]]:
    return [(item.label, item.address) for item in signed_in.get("/").context["to_dos"]]


def test_all_is_well(signed_in: Client, company: Company) -> None:
    RunFactory(company=company)

    assert to_dos(signed_in) == []
    assert CLEAR in signed_in.get("/").content.decode()


def test_connection_that_is_missing(client: Client, db: None) -> None:
    integration = IntegrationFactory(subdomain="", token_ciphertext="")
    client.force_login(AdministratorFactory(company=integration.company))

    assert to_dos(client) == [("未設定", "/settings/smarthr/")]


def test_nothing_is_asked_of_a_company_without_the_integration(client: Client, db: None) -> None:
    client.force_login(AdministratorFactory())

    assert to_dos(client) == []


def test_people_and_groups_that_wait(signed_in: Client, company: Company) -> None:
    run = RunFactory(company=company, status=RunStatus.NEEDS_CONFIRMATION)
    waiting = PersonCandidateFactory(company=company, run=run)
    BusinessCardFactory(employee=waiting.employee)
    GroupCandidateFactory(company=company, run=run)
    PersonCandidateFactory()  # of another company

    assert to_dos(signed_in) == [
        ("要確認", "/settings/smarthr/deletions/?tab=people"),
        ("要確認", "/settings/smarthr/deletions/?tab=groups"),
    ]
    text = signed_in.get("/").content.decode()
    assert "SmartHRにいない社員が1名います。承認すると名刺1件も削除されます。" in text
    assert "（要確認あり）" in text


def test_failed_run_also_while_the_next_one_runs(signed_in: Client, company: Company) -> None:
    run = RunFactory(company=company, status=RunStatus.FAILED, error_code=Reason.MAINTENANCE)
    ActiveRunFactory(company=company)

    assert to_dos(signed_in) == [("失敗", f"/settings/smarthr/runs/{run.pk}/")]


def test_T4_a_broken_connection_is_told_once_as_on_the_settings_page(
    signed_in: Client, company: Company
) -> None:
    RunFactory(company=company, status=RunStatus.FAILED, error_code=Reason.TOKEN_REJECTED)

    assert to_dos(signed_in) == [("接続エラー", "/settings/smarthr/#connection")]
    text = signed_in.get("/").content.decode()
    assert text.count("アクセストークンがSmartHRで認められませんでした。") == 1


@pytest.mark.parametrize(
    ("result", "label", "told"),
    [
        (None, "未実行", "SmartHRの接続を設定しました。"),
        (CheckResult(error=Reason.TOKEN_REJECTED), "接続エラー", "認められませんでした。"),
        (
            CheckResult(crews_read=Access.GRANTED, departments_read=Access.MISSING),
            "要確認",
            "アクセストークンに「部署:参照」の権限がありません。",
        ),
        (
            CheckResult(crews_read=Access.GRANTED, departments_read=Access.GRANTED),
            "未実行",
            "SmartHRと接続しました。",
        ),
    ],
)
def test_T4_the_connection_is_told_by_its_verdict(
    signed_in: Client, company: Company, result: CheckResult | None, label: str, told: str
) -> None:
    SmartHRIntegration.objects.for_company(company).update(
        department_slot=1,
        checked_at=timezone.now() if result else None,
        check_result=result.to_json() if result else {},
    )

    page = signed_in.get("/")
    first = page.context["to_dos"][0]

    assert first.label == label
    assert told in first.text
    text = page.content.decode()
    is_proven = result is not None and label == "未実行"
    assert ("SmartHRと接続しました。" in text) is is_proven


def test_T4_a_connection_that_is_paused_asks_for_nothing(
    signed_in: Client, company: Company
) -> None:
    kept = CheckResult(error=Reason.TOKEN_REJECTED).to_json()
    now = timezone.now()
    SmartHRIntegration.objects.for_company(company).update(
        checked_at=now, check_result=kept, plan_stopped_at=now
    )

    assert to_dos(signed_in) == [("停止中", "/settings/smarthr/")]


def test_E12_whom_a_run_deletes_now_waits_for_nobody(signed_in: Client, company: Company) -> None:
    approval = ActiveRunFactory(company=company, kind=RunKind.DELETIONS)
    RunFactory(company=company)
    BusinessCardFactory(
        employee=PersonCandidateFactory(company=company, approval=approval).employee
    )
    PersonCandidateFactory(company=company)

    text = signed_in.get("/").content.decode()

    assert "SmartHRにいない社員が1名います。承認するまで削除されません。" in text
    assert "SmartHRで見つからない社員が1名います。" in signed_in.get("/groups/").content.decode()


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_T5_run_that_asks_about_the_account_until_somebody_confirmed_it(
    signed_in: Client, company: Company, is_confirmed: bool
) -> None:
    SmartHRIntegration.objects.for_company(company).update(account_unchecked=not is_confirmed)
    integration = SmartHRIntegration.objects.for_company(company).get()
    run = RunFactory(
        company=company,
        status=RunStatus.NEEDS_CONFIRMATION,
        error_code=Reason.OTHER_ACCOUNT,
        settings_version=integration.settings_version,
    )

    asked = [("要確認", f"/settings/smarthr/runs/{run.pk}/")]
    assert to_dos(signed_in) == ([] if is_confirmed else asked)


def test_T5_a_run_under_settings_of_yesterday_asks_nothing_any_more(
    signed_in: Client, company: Company
) -> None:
    integration = SmartHRIntegration.objects.for_company(company).get()
    SmartHRIntegration.objects.for_company(company).update(account_unchecked=True)
    RunFactory(
        company=company,
        status=RunStatus.NEEDS_CONFIRMATION,
        error_code=Reason.OTHER_ACCOUNT,
        settings_version=integration.settings_version - 1,
    )

    assert to_dos(signed_in) == []


def test_failed_departments_do_not_hide_behind_a_later_sync_of_people_alone(
    signed_in: Client, company: Company
) -> None:
    failed = RunFactory(company=company, kind=RunKind.DEPARTMENTS, status=RunStatus.FAILED)
    RunFactory(company=company, counts=counts(created=3))

    assert to_dos(signed_in) == [("失敗", f"/settings/smarthr/runs/{failed.pk}/")]


def test_D5_departments_that_the_sync_of_people_read_since_are_settled(
    signed_in: Client, company: Company
) -> None:
    RunFactory(company=company, kind=RunKind.DEPARTMENTS, status=RunStatus.FAILED)
    numbers = counts(created=3)
    numbers["departments"]["unchanged"] = 86
    RunFactory(company=company, counts=numbers)

    assert to_dos(signed_in) == []


def test_other_runs_than_syncs_ask_for_nothing(signed_in: Client, company: Company) -> None:
    RunFactory(company=company)
    RunFactory(company=company, kind=RunKind.PREVIEW, status=RunStatus.FAILED)
    RunFactory(company=company, kind=RunKind.FIRST_IMPORT, status=RunStatus.FAILED)

    assert to_dos(signed_in) == []


def test_E11_attributes_that_the_token_cannot_read(signed_in: Client, company: Company) -> None:
    RunFactory(company=company)
    SmartHRIntegration.objects.for_company(company).update(unreadable=["email"])

    assert to_dos(signed_in) == [("要確認", "/settings/smarthr/#connection")]


def test_S1_changed_logins_are_to_be_told(signed_in: Client, company: Company) -> None:
    run = RunFactory(company=company)
    changes = {"employee_id": ["00027", "A-00027"]}
    RunRecordFactory(run=run, outcome=Outcome.UPDATED, changes=changes)
    RunRecordFactory(run=run, changes={"employee_id": [None, "00028"]})

    assert to_dos(signed_in) == [("お知らせ", f"/settings/smarthr/runs/{run.pk}/?tab=logins")]
    assert "ログインに使う社員IDが変わった社員が1名います。" in signed_in.get("/").content.decode()


def test_C6_what_is_held_back_for_the_last_administrator(
    signed_in: Client, company: Company
) -> None:
    run = RunFactory(company=company)
    RunRecordFactory(run=run, outcome=Outcome.UNCHANGED, reason=Reason.LAST_ADMINISTRATOR)

    address = f"/settings/smarthr/runs/{run.pk}/?tab=reported&reason=last_administrator"
    assert to_dos(signed_in) == [("要確認", address)]


def test_company_that_is_connected_and_never_synced(signed_in: Client) -> None:
    assert to_dos(signed_in) == [("未実行", "/settings/smarthr/")]


def test_P2_company_without_a_plan_is_asked_for_nothing(client: Client, db: None) -> None:
    client.force_login(AdministratorFactory())

    assert to_dos(client) == []


def test_own_cards_are_named(client: Client, company: Company) -> None:
    person = EmployeeFactory(company=company)
    BusinessCardFactory.create_batch(4, employee=person, title="課長")
    BusinessCardFactory(employee=EmployeeFactory(company=company), title="部長")
    client.force_login(person)

    text = client.get("/").content.decode()

    assert text.count("課長") == 3
    assert "ほかにもあります。" in text
    assert "部長" not in text


@pytest.mark.parametrize("factory", [EmployeeFactory, LinkedEmployeeFactory])
def test_others_see_their_own_record_only(
    client: Client, company: Company, factory: type[EmployeeFactory]
) -> None:
    person = factory(company=company, last_name="佐藤", first_name="花子", employee_id="00027")
    PersonCandidateFactory(company=company)
    client.force_login(person)

    text = client.get("/").content.decode()

    assert "佐藤 花子" in text
    assert "00027" in text
    assert "申請者" in text
    for hidden in ("要対応", "SmartHR連携", "社員リスト", "設定"):
        assert hidden not in text
    assert text.count("mk-badge-smarthr") == int(person.is_linked)
