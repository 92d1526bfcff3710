"""The operator's 管理者 are told which companies are due to be erased (P3)."""

from __future__ import annotations

from typing import Any

import pytest

from companies.models import Company
from employees.models import Employee
from operators.models import ErasureProof
from operators.tasks import remind
from tests.factories import ApproverFactory, CompanyFactory
from tests.operators.steps import days_ago, end_contract


def test_P3_due_companies_are_named_and_nobody_of_them(
    staff: Employee, customer: Company, mailoutbox: list[Any]
) -> None:
    ApproverFactory(company=staff.company, email="approver@example.com")
    end_contract(customer, 31)
    end_contract(CompanyFactory(code="early"), 29)

    remind()

    (mail,) = mailoutbox
    assert mail.subject == "契約が終了した会社を消去してください（1社）｜運営"
    assert mail.to == [staff.email]
    assert f"アクメ株式会社（企業ID：acme）　{days_ago(1):%Y/%m/%d}から消去できます" in mail.body
    assert "early" not in mail.body
    assert "山田" not in mail.body


@pytest.mark.parametrize("days", [None, 29])
def test_P3_nothing_is_due_and_nobody_is_told(
    staff: Employee, customer: Company, mailoutbox: list[Any], days: int | None
) -> None:
    if days is not None:
        end_contract(customer, days)

    remind()

    assert mailoutbox == []


def test_P3_what_is_being_erased_is_told_no_more(
    staff: Employee, customer: Company, mailoutbox: list[Any]
) -> None:
    end_contract(customer, 31)
    ErasureProof.objects.create(
        company_code="acme", company_pk=customer.pk, contract_ended_on=days_ago(31), asked_by="x"
    )

    remind()

    assert mailoutbox == []
