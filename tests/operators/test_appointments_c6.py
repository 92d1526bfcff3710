"""What waits because of the last 管理者, and whom the operator appoints (C6)."""

from __future__ import annotations

import pytest
from django.test import Client

from companies.models import ActorKind, AuditAction, Company
from employees.choices import Role
from employees.models import Employee
from integrations.choices import Outcome
from integrations.reasons import Reason
from operators.held_back import Held, held_back
from tests.factories import (
    AdministratorFactory,
    CompanyFactory,
    EmployeeFactory,
    PersonCandidateFactory,
    RunFactory,
    RunRecordFactory,
)
from tests.operators.steps import REASON, audit_of, path, text_of


def last_of(company: Company) -> Employee:
    found: Employee = Employee.objects.for_company(company).get(employee_id="admin")
    return found


def hold_suspension(company: Company) -> None:
    RunRecordFactory(
        run=RunFactory(company=company),
        label=last_of(company).label,
        outcome=Outcome.UNCHANGED,
        reason=Reason.LAST_ADMINISTRATOR,
        detail={"act": "停止"},
    )


def hold_deletion(company: Company) -> None:
    PersonCandidateFactory(company=company, employee=last_of(company), smarthr_id=company_uuid())


def company_uuid() -> str:
    return "6f2b8f8e-0d5a-4b43-9b0f-3a3f6f6f0001"


@pytest.fixture
def successor(customer: Company) -> Employee:
    return EmployeeFactory(
        company=customer,
        employee_id="next-01",
        last_name="後任",
        first_name="次郎",
        email="next@example.com",
    )


def appoint(desk: Client, company: Company, employee_id: str = "next-01", **more: str) -> object:
    form = {"employee_id": employee_id, "reason": REASON, **more}
    return desk.post(path(company, "appoint/"), form)


@pytest.mark.parametrize(("hold", "act"), [(hold_suspension, "停止"), (hold_deletion, "削除")])
def test_C6_what_is_held_back_is_shown(
    desk: Client, customer: Company, hold: object, act: str
) -> None:
    hold(customer)  # type: ignore[operator]

    assert held_back(customer) == [Held("山田 花子（admin）", act)]
    assert f"山田 花子（admin）の{act}" in text_of(desk.get(path(customer)))
    listed = text_of(desk.get("/operator/"))
    assert "最後の管理者の保留" in listed
    assert "山田" not in listed


def test_C6_nothing_is_held_back_where_another_can_log_in(desk: Client, customer: Company) -> None:
    hold_suspension(customer)
    AdministratorFactory(company=customer)

    assert held_back(customer) == []
    assert "最後の管理者の保留" not in text_of(desk.get("/operator/"))


def test_C6_an_older_run_holds_nothing_any_more(customer: Company) -> None:
    hold_suspension(customer)
    RunFactory(company=customer)

    assert held_back(customer) == []


def test_C1_another_companys_hold_is_not_this_ones(customer: Company) -> None:
    other = CompanyFactory()
    AdministratorFactory(company=other, employee_id="admin")
    hold_suspension(other)

    assert held_back(customer) == []


def test_C6_a_successor_is_named_first_and_then_appointed(
    desk: Client, customer: Company, successor: Employee, staff: Employee
) -> None:
    asked = appoint(desk, customer)
    successor.refresh_from_db()
    assert "後任 次郎（next-01）さんを管理者にしますか？" in text_of(asked)
    assert successor.role == Role.APPLICANT

    appoint(desk, customer, confirmed=str(successor.pk))

    successor.refresh_from_db()
    assert successor.role == Role.ADMINISTRATOR
    entry = audit_of(customer)[-1]
    assert (entry.action, entry.actor_kind, entry.actor_id, entry.reason) == (
        AuditAction.APPOINTED,
        ActorKind.SUPPORT,
        staff.pk,
        REASON,
    )


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"email": ""}, "メールアドレスがないため、管理者にできません。"),
        ({"is_active": False}, "ログインを停止している社員は、管理者にできません。"),
        ({"is_initial_password": True}, "初期パスワードのままの社員は、管理者にできません。"),
    ],
)
def test_C6_whom_the_service_refuses_is_not_appointed(
    desk: Client, customer: Company, successor: Employee, values: dict[str, object], text: str
) -> None:
    Employee.objects.for_company(customer).filter(pk=successor.pk).update(**values)

    answer = appoint(desk, customer, confirmed=str(successor.pk))

    assert text in text_of(answer)
    successor.refresh_from_db()
    assert successor.role == Role.APPLICANT


@pytest.mark.parametrize("employee_id", ["other-01", "nobody", "a\x00b"])
def test_C1_nobody_of_another_company_is_appointed(
    desk: Client, customer: Company, employee_id: str
) -> None:
    other = EmployeeFactory(employee_id="other-01", email="other@example.com")

    answer = appoint(desk, customer, employee_id, confirmed=str(other.pk))

    assert answer.status_code == 422  # type: ignore[attr-defined]
    other.refresh_from_db()
    assert other.role == Role.APPLICANT


def test_C6_without_a_reason_nobody_is_appointed(
    desk: Client, customer: Company, successor: Employee
) -> None:
    answer = desk.post(
        path(customer, "appoint/"),
        {"employee_id": "next-01", "reason": "急ぎ", "confirmed": str(successor.pk)},
    )

    assert answer.status_code == 422
    successor.refresh_from_db()
    assert successor.role == Role.APPLICANT
