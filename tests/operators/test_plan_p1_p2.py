"""契約 on the operator's screens does what `company_plan` does, with a reason (P1, P2)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from companies.models import ActorKind, AuditAction, Company
from employees.models import Employee
from integrations.models import SmartHRIntegration
from integrations.plan import plan_of
from operators.services.contracts import set_contract_end, stop_ended_contracts
from tests.factories import PASSWORD, CompanyFactory, IntegrationFactory
from tests.operators.steps import (
    REASON,
    SUPPORT,
    audit_of,
    days_ago,
    end_contract,
    path,
    text_of,
)


def row(company: Company) -> SmartHRIntegration:
    found: SmartHRIntegration = SmartHRIntegration.objects.for_company(company).get()
    return found


def state(company: Company) -> tuple[str, bool, bool]:
    plan = plan_of(row(company))
    return str(plan.state), plan.continued, plan.stopped


def press(desk: Client, company: Company, act: str, **values: Any) -> Any:
    return desk.post(path(company, f"plan/{act}/"), {"reason": REASON, **values})


def test_P1_P3_each_act_is_done_once_and_told_with_its_reason(
    desk: Client, customer: Company, staff: Employee
) -> None:
    steps = []
    for act in ("pause", "resume", "continue", "off"):
        assert press(desk, customer, act)["Location"] == path(customer)
        steps.append(state(customer))

    assert steps == [
        ("stopped", False, True),
        ("monitor", False, False),
        ("monitor", True, False),
        ("off", False, False),
    ]
    entries = audit_of(customer)
    assert [entry.action for entry in entries] == [AuditAction.PLAN] * 4
    assert {entry.reason for entry in entries} == {REASON}
    assert {(entry.actor_kind, entry.actor_id) for entry in entries} == {
        (ActorKind.SUPPORT, staff.pk)
    }


def test_P1_a_start_date_begins_the_year(desk: Client, customer: Company) -> None:
    press(desk, customer, "start", start="2026-04-01")

    assert row(customer).plan_started_on == date(2026, 4, 1)
    assert audit_of(customer)[-1].changes["plan_started_on"][1] == "2026-04-01"


@pytest.mark.parametrize("start", ["", "2026-02-30", "1999-12-31", "x"])
def test_P1_a_start_that_is_no_date_is_refused(desk: Client, customer: Company, start: str) -> None:
    before = row(customer).plan_started_on

    answer = press(desk, customer, "start", start=start)

    assert answer.status_code == 422
    assert "<title>エラー：" in text_of(answer)
    assert row(customer).plan_started_on == before


@pytest.mark.parametrize("act", ["pause", "resume", "continue", "off", "start"])
def test_P3_nothing_is_done_without_a_reason(desk: Client, customer: Company, act: str) -> None:
    before = state(customer)

    answer = press(desk, customer, act, reason="急ぎ", start="2026-04-01")

    assert answer.status_code == 422
    assert state(customer) == before
    assert audit_of(customer) == []


def test_P3_what_would_change_nothing_is_not_offered(desk: Client, customer: Company) -> None:
    page = text_of(desk.get(path(customer)))

    assert "処理の停止" in page
    assert "処理の再開" not in page
    assert desk.get(path(customer, "plan/resume/"))["Location"] == path(customer)
    assert desk.get(path(customer, "plan/nothing/")).status_code == 404


def test_P1_a_new_company_gets_a_password_that_is_shown_once(desk: Client) -> None:
    form = {"code": "new-1", "name": "新会社", "admin_id": "a-1", "admin_email": "a@example.com"}

    answer = desk.post("/operator/companies/add/", form)

    company = Company.objects.get(code="new-1")
    person = Employee.objects.for_company(company).get()
    password = text_of(answer).partition('id="one-time-password">')[2].partition("<")[0]
    assert person.must_change_password
    assert person.password_expires_at is not None
    assert person.check_password(password)
    assert "no-store" in answer["Cache-Control"]
    assert plan_of(row(company)).start == timezone.localdate()
    assert {entry.actor_kind for entry in audit_of(company)} == {ActorKind.SUPPORT}
    assert password not in text_of(desk.get(path(company)))
    answer = Client().post(
        "/login/", {"company_code": "new-1", "employee_id": "a-1", "password": password}
    )
    assert answer["Location"].startswith("/password/")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", "a"),
        ("code", "with space"),
        ("code", "acme"),
        ("name", ""),
        ("name", "一行目\n二行目"),
        ("admin_id", "-x-"),
        ("admin_email", "nobody"),
    ],
)
def test_P1_a_new_company_is_checked_like_by_the_command(
    desk: Client, customer: Company, field: str, value: str
) -> None:
    form = {"code": "new-1", "name": "新会社", "admin_id": "a-1", "admin_email": "a@example.com"}

    answer = desk.post("/operator/companies/add/", {**form, field: value})

    assert answer.status_code == 422
    assert Company.objects.filter(is_operator=False).count() == 1


def test_P3_the_end_of_a_contract_stops_the_sync_from_the_day_after(
    desk: Client, customer: Company
) -> None:
    today = timezone.localdate()
    desk.post(path(customer, "contract/"), {"ended_on": today.isoformat(), "reason": REASON})
    assert state(customer)[2] is False
    end_contract(customer, 1)

    stop_ended_contracts()
    stop_ended_contracts()

    assert state(customer)[2] is True
    ended, stopped = audit_of(customer)
    assert (ended.changes, ended.reason) == (
        {"contract_ended_on": [None, today.isoformat()]},
        REASON,
    )
    assert (stopped.actor_kind, stopped.reason) == (
        ActorKind.COMMAND,
        f"契約終了日（{days_ago(1):%Y/%m/%d}）を過ぎたため",
    )


def test_P3_an_end_in_the_past_stops_at_once(customer: Company) -> None:
    set_contract_end(company=customer, ended_on=days_ago(1), actor=SUPPORT, reason=REASON)

    assert state(customer)[2] is True


def test_P3_people_log_in_until_the_company_is_erased(client: Client, customer: Company) -> None:
    set_contract_end(company=customer, ended_on=days_ago(10), actor=SUPPORT, reason=REASON)

    answer = client.post(
        "/login/", {"company_code": "acme", "employee_id": "admin", "password": PASSWORD}
    )

    assert (answer.status_code, answer["Location"]) == (302, "/")


FAR = [(30, True), (31, False), (-1095, True), (-1096, False)]


@pytest.mark.parametrize(("days", "is_taken"), FAR)
def test_P3_an_end_far_away_is_a_slip_of_the_pen(
    desk: Client, customer: Company, days: int, is_taken: bool
) -> None:
    answer = desk.post(
        path(customer, "contract/"),
        {"ended_on": days_ago(days).isoformat(), "reason": REASON},
    )

    assert answer.status_code == (302 if is_taken else 422)


def test_P3_an_end_is_taken_back_and_resumes_nothing_by_itself(
    desk: Client, customer: Company
) -> None:
    set_contract_end(company=customer, ended_on=days_ago(2), actor=SUPPORT, reason=REASON)
    assert press(desk, customer, "resume").status_code == 422

    desk.post(path(customer, "contract/"), {"take_back": "1", "reason": REASON})

    customer.refresh_from_db()
    assert customer.contract_ended_on is None
    assert state(customer)[2] is True
    assert press(desk, customer, "resume").status_code == 302
    assert state(customer)[2] is False


@pytest.mark.parametrize("act", ["start", "continue", "resume"])
def test_P3_nothing_begins_again_after_the_end(desk: Client, customer: Company, act: str) -> None:
    set_contract_end(company=customer, ended_on=days_ago(2), actor=SUPPORT, reason=REASON)
    before = state(customer)

    answer = press(desk, customer, act, start=timezone.localdate().isoformat())

    assert answer.status_code == 422
    assert "契約が終了しています。" in text_of(answer)
    assert state(customer) == before


def test_C1_an_end_stops_no_other_company(customer: Company) -> None:
    other = CompanyFactory()
    IntegrationFactory(company=other)
    end_contract(customer, 3)

    stop_ended_contracts()

    assert state(other)[2] is False
    assert audit_of(other) == []


def test_P2_a_company_whose_contract_goes_on_some_days_is_shown_until_then(
    customer: Company,
) -> None:
    customer.contract_ended_on = timezone.localdate() + timedelta(days=3)
    customer.save()

    stop_ended_contracts()

    assert state(customer)[2] is False
