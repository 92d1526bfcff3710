"""ホーム: the first line says whether there is something to do."""

import pytest
from django.test import Client

from companies.models import Company
from integrations.choices import RunStatus
from integrations.reasons import Reason
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
        ("要確認", f"/settings/smarthr/runs/{run.pk}/?tab=people"),
        ("要確認", f"/settings/smarthr/runs/{run.pk}/?tab=group_candidates"),
    ]
    text = signed_in.get("/").content.decode()
    assert "SmartHRにいない社員が1名います。名刺1件も削除の対象です。" in text
    assert "（要確認あり）" in text


def test_failed_run_also_while_the_next_one_runs(signed_in: Client, company: Company) -> None:
    run = RunFactory(company=company, status=RunStatus.FAILED, error_code=Reason.TOKEN_REJECTED)
    ActiveRunFactory(company=company)

    assert to_dos(signed_in) == [("失敗", f"/settings/smarthr/runs/{run.pk}/")]


def test_run_that_asks_about_the_account(signed_in: Client, company: Company) -> None:
    run = RunFactory(
        company=company, status=RunStatus.NEEDS_CONFIRMATION, error_code=Reason.OTHER_ACCOUNT
    )

    assert to_dos(signed_in) == [("要確認", f"/settings/smarthr/runs/{run.pk}/")]


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
