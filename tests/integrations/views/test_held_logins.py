"""S5: 社員IDの変更の確認 shows what was held back and lets a person give it."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from companies.models import Company
from integrations.choices import RunStatus
from integrations.models import HeldLogin, SmartHRIntegration
from tests.factories import LinkedEmployeeFactory, RunFactory

PAGE = "/settings/smarthr/logins/"


def hold(company: Company, count: int = 1) -> list[HeldLogin]:
    people = [LinkedEmployeeFactory(company=company) for _ in range(count)]
    return [
        HeldLogin.objects.create(company=company, employee=person, wanted=f"M{number:05d}")
        for number, person in enumerate(people)
    ]


def test_S5_nobody_is_held(signed_in: Client) -> None:
    text = signed_in.get(PAGE).content.decode()

    assert "社員IDの変更を止めている社員はいません。" in text
    assert "の社員IDを変更" not in text


def test_S5_who_is_held(signed_in: Client, company: Company) -> None:
    held = hold(company, 2)
    hold(LinkedEmployeeFactory().company)

    text = signed_in.get(PAGE).content.decode()

    assert "2名の社員IDを変更" in text
    assert held[0].employee.employee_id in text
    assert "M00000" in text
    assert 'action="/settings/smarthr/sync/changed/"' in text


def test_S5_home_leads_there(signed_in: Client, company: Company) -> None:
    hold(company)

    found = signed_in.get("/").context["to_dos"]

    assert [item.address for item in found if item.label == "要確認"] == [PAGE]


def test_S5_the_run_that_held_them_leads_there(signed_in: Client, company: Company) -> None:
    brakes = {"logins": {"count": 23, "limit": 10}}
    run = RunFactory(
        company=company,
        status=RunStatus.NEEDS_CONFIRMATION,
        progress={"brakes": brakes},
        error_detail=brakes,
    )

    text = signed_in.get(f"/settings/smarthr/runs/{run.pk}/").content.decode()

    assert "23名の社員IDが一度に変わるところでした。" in text
    assert f'href="{PAGE}"' in text
    assert "もうありません" not in text


def test_P3_nothing_starts_while_it_is_stopped(signed_in: Client, company: Company) -> None:
    hold(company)
    SmartHRIntegration.objects.for_company(company).update(plan_stopped_at="2026-01-01T00:00Z")

    assert "の社員IDを変更" not in signed_in.get(PAGE).content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_number_of_queries_does_not_grow(
    signed_in: Client,
    company: Company,
    count: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    hold(company, count)

    with django_assert_max_num_queries(12):
        signed_in.get(PAGE)
