"""会社: every customer, worst first, and no name of a person (X11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies.models import Company
from employees.models import Employee
from integrations.choices import RunStatus
from integrations.health_causes import Cause, common
from integrations.models import SmartHRIntegration
from integrations.reasons import Reason
from integrations.services.health import report_issue
from operators.choices import Standing
from operators.queries import company_row, listed_companies
from tests.factories import (
    AdministratorFactory,
    CompanyFactory,
    EmployeeFactory,
    GroupCandidateFactory,
    IntegrationFactory,
    PersonCandidateFactory,
    RunFactory,
)
from tests.operators.steps import days_ago, end_contract, text_of

pytestmark = pytest.mark.django_db

Change = Callable[[Company], object]


def made(code: str, **integration: Any) -> Company:
    company = CompanyFactory(code=code, name=f"会社{code}")
    IntegrationFactory(company=company, **integration)
    return company


def issue(cause: str) -> Change:
    return lambda company: report_issue(company, cause, {})


def run(**values: Any) -> Change:
    return lambda company: RunFactory(company=company, **values)


def plan(**values: Any) -> Change:
    def change(company: Company) -> None:
        SmartHRIntegration.objects.for_company(company).update(**values)

    return change


def contract(days: int) -> Change:
    return lambda company: end_contract(company, days)


def nothing(company: Company) -> None:
    pass


def candidates(company: Company) -> None:
    PersonCandidateFactory(company=company)
    GroupCandidateFactory(company=company)


FAILED = {"status": RunStatus.FAILED, "error_code": Reason.TOKEN_REJECTED}
ASKED = {"status": RunStatus.NEEDS_CONFIRMATION, "error_code": Reason.OTHER_ACCOUNT}


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        (nothing, Standing.GOOD),
        (plan(token_ciphertext=""), Standing.UNCONNECTED),
        (plan(plan_started_on=None), Standing.UNUSED),
        (plan(plan_stopped_at=timezone.now()), Standing.HALTED),
        (plan(plan_started_on=days_ago(500)), Standing.HALTED),
        (plan(plan_started_on=days_ago(375)), Standing.ENDING),
        (plan(plan_started_on=days_ago(360)), Standing.ENDING),
        (plan(plan_started_on=days_ago(300)), Standing.GOOD),
        (candidates, Standing.ASKS),
        (issue(Reason.TOKEN_REJECTED), Standing.BROKEN),
        (issue(Cause.NO_SUCCESS), Standing.BROKEN),
        (issue(Cause.WEBHOOK_GONE), Standing.WEBHOOK),
        (issue(Cause.DELIVERIES_PARKED), Standing.WEBHOOK),
        (issue(Cause.LOGINS_CHANGED), Standing.GOOD),
        (run(**FAILED), Standing.BROKEN),
        (run(**FAILED, settings_version=0), Standing.GOOD),
        (run(status=RunStatus.FAILED, error_code=Reason.MAINTENANCE), Standing.GOOD),
        (run(**ASKED), Standing.GOOD),
        (contract(0), Standing.GOOD),
        (contract(1), Standing.ENDED),
        (contract(30), Standing.ERASURE_DUE),
    ],
)
def test_X11_how_a_company_stands(change: Change, standing: Standing) -> None:
    company = made("acme")
    AdministratorFactory(company=company)

    change(company)

    assert company_row(company).standing == standing


def test_X11_an_account_that_nobody_confirmed_asks() -> None:
    company = made("acme", account_unchecked=True)
    RunFactory(company=company, **ASKED)

    row = company_row(company)

    assert (row.standing, row.asks) == (Standing.ASKS, ("接続先の確認",))


def test_X11_the_worst_comes_first() -> None:
    for code, change in [
        ("a-good", nothing),
        ("b-unused", plan(plan_started_on=None)),
        ("c-hook", issue(Cause.WEBHOOK_GONE)),
        ("d-broken", issue(Reason.TOKEN_REJECTED)),
        ("e-asks", candidates),
        ("f-halted", plan(plan_stopped_at=timezone.now())),
        ("g-ending", plan(plan_started_on=days_ago(360))),
        ("h-due", contract(31)),
        ("i-ended", contract(3)),
    ]:
        change(made(code))
    # Several at once count as the worst of them.
    both = made("j-both")
    candidates(both)
    issue(Reason.TOKEN_REJECTED)(both)

    assert [row.company.code for row in listed_companies()] == [
        *("h-due", "f-halted", "e-asks", "j-both", "d-broken", "c-hook"),
        *("g-ending", "a-good", "b-unused", "i-ended"),
    ]


def test_X11_the_list_says_counts_and_no_names(desk: Client, customer: Company) -> None:
    candidates(customer)
    when = timezone.now() - timedelta(days=2)
    SmartHRIntegration.objects.for_company(customer).update(last_success_at=when)

    page = text_of(desk.get("/operator/"))

    people = Employee.objects.for_company(customer)
    assert "社員の削除 1名" in page
    assert "グループの削除 1件" in page
    assert f"{people.count()}名" in page
    assert f"{timezone.localtime(when):%Y/%m/%d %H:%M}" in page
    for person in people:
        assert person.full_name not in page


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["stopped", "abc", "zzz"]),
        ("?q=ＡＢＣ", ["abc"]),
        ("?q=えーびーしー", []),
        ("?q=会社 zz", ["zzz"]),
        ("?standing=attention", ["stopped"]),
        ("?standing=good", ["abc", "zzz"]),
        ("?standing=unknown", ["stopped", "abc", "zzz"]),
        ("?plan=stopped", ["stopped"]),
        ("?plan=monitor&q=zzz", ["zzz"]),
        ("?q=%00", ["stopped", "abc", "zzz"]),
    ],
)
def test_X11_the_list_is_narrowed_by_the_address(
    desk: Client, query: str, codes: list[str]
) -> None:
    made("abc")
    made("zzz")
    made("stopped", plan_stopped_at=timezone.now())

    rows = desk.get(f"/operator/{query}").context["rows"]

    assert [row.company.code for row in rows] == codes


def test_X11_a_common_cause_is_the_operators(desk: Client, staff: Employee) -> None:
    """X3: companies are not told of what most of them have; here it stands on top."""
    report_issue(staff.company, common(Reason.CONNECTION_FAILED), {"count": 12})

    assert "12社で同じ問題が起きています" in text_of(desk.get("/operator/"))


def queries_of(desk: Client, address: str = "/operator/") -> int:
    with CaptureQueriesContext(connection) as captured:
        assert desk.get(address).status_code == 200
    return len(captured)


def test_X11_the_number_of_queries_does_not_grow(desk: Client) -> None:
    def fill(number: int) -> None:
        company = made(f"company-a{number}")
        candidates(company)
        report_issue(company, Reason.TOKEN_REJECTED, {})
        RunFactory(company=company, **FAILED)
        EmployeeFactory(company=company)

    fill(0)
    few = queries_of(desk)
    for number in range(1, 30):
        fill(number)

    assert queries_of(desk) == few


def test_X11_fifty_a_page(desk: Client) -> None:
    for number in range(51):
        CompanyFactory(code=f"many-{number:03}")

    page = desk.get("/operator/?page=2")

    assert [row.company.code for row in page.context["rows"]] == ["many-050"]
    assert "51-51 / 51社" in text_of(page)


def test_X11_without_customers_there_is_a_page_all_the_same(desk: Client) -> None:
    page = text_of(desk.get("/operator/"))

    assert "お客様の会社はまだありません。" in page
