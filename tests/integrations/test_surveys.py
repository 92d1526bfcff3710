"""T7, T6: a survey reads, proposes, and lives like every run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from celery import current_app

from employees.models import Employee
from groups.models import Group
from integrations.choices import (
    Phase,
    RunStatus,
)
from integrations.models import RunPage
from integrations.reasons import Reason
from integrations.services.runs import request_cancel
from integrations.services.surveys import asks_first
from integrations.sync.database import DatabaseLedger
from simulator.account import Account
from tests.factories import LinkedEmployeeFactory
from tests.integrations.conftest import Customer
from tests.integrations.lives import administrator, claimed, lapse, pages_asked, work
from tests.integrations.sync.people import counted
from tests.integrations.ties import (
    FIRST,
    RELINK,
    begun,
    by_hand,
    candidate,
    pairs,
    survey,
)


@pytest.fixture(autouse=True)
def queue() -> Iterator[mock.Mock]:
    """The tests themselves are the workers."""
    with mock.patch.object(current_app, "send_task") as send_task:
        yield send_task


def test_T7_the_survey_reads_and_proposes(customer: Customer, account: Account) -> None:
    by_hand(customer, employee_id="00027", last_name="佐藤", first_name="花子")
    by_hand(customer, employee_id="b002", last_name="鈴木", email="Ichiro@Example.com")
    by_hand(customer, employee_id="c003", last_name="田中", first_name="次郎")
    by_hand(customer, employee_id="d004", last_name="誰でも", first_name="ない")
    account.add_crew(emp_code="00027", last_name="佐藤", first_name="花子", email=None)
    account.add_crew(emp_code="E1", email="ichiro@example.com", emp_status="retired")
    account.add_crew(emp_code=None, last_name="田中", first_name="次郎", email=None)
    account.add_crew(emp_code="admin", email="admin@example.com")  # not the first 管理者
    before = people_and_groups(customer)

    run = survey(customer)

    assert (run.status, run.phase, run.error_code) == (RunStatus.SUCCEEDED, Phase.MATCHES, "")
    assert pairs(run) == {
        ("佐藤 花子（00027）", "佐藤 花子（00027）"): ["emp_code", "name"],
        ("鈴木 名（b002）", "佐藤 太郎（E1）・退職済み"): ["email"],
        ("田中 次郎（c003）", "田中 次郎（社員番号なし）"): ["name"],
    }
    assert run.progress["survey"] == {
        "crews": 4,
        "retired": 1,
        "handmade": 4,
        "same_number": 1,
        "same_email": 1,
        "same_name": 1,
        "crowded": 0,
    }
    assert people_and_groups(customer) == before
    assert not RunPage.objects.filter(run=run).exists()
    assert customer.integration.unreadable == []
    fields = {request.query["fields"] for request in account.logged("/crews")}
    assert fields == {"id,updated_at,emp_code,emp_status,last_name,first_name,email"}


def people_and_groups(customer: Customer) -> list[Any]:
    return [
        *Employee.objects.for_company(customer.company).order_by("pk").values(),
        *Group.objects.for_company(customer.company).order_by("pk").values(),
    ]


@pytest.mark.parametrize(
    ("linked", "by_hand_too", "asks"),
    [(False, False, False), (False, True, True), (True, True, False)],
)
def test_T7_is_asked_only_where_somebody_could_be_doubled(
    customer: Customer, linked: bool, by_hand_too: bool, asks: bool
) -> None:
    if by_hand_too:
        by_hand(customer)
    if linked:
        LinkedEmployeeFactory(company=customer.company)

    assert asks_first(customer.company) is asks


def test_T7_commands_do_not_ask(customer: Customer, account: Account) -> None:
    by_hand(customer, employee_id="00027")
    crew = account.add_crew(emp_code="00027")

    answer = customer.sync()

    assert answer["employees"] == counted(created=1)
    assert answer.reasons(crew) == ["employee_id_taken"]


def test_T7_a_list_that_is_not_whole_proposes_nothing(customer: Customer, account: Account) -> None:
    by_hand(customer, employee_id="E00001")
    for _ in range(150):
        account.add_crew()
    account.fail("wrong_total", path="/crews", times=None)

    run = survey(customer)

    assert (run.status, run.error_code) == (RunStatus.FAILED, Reason.INCOMPLETE_READ)
    assert pairs(run) == {}


def test_T7_an_empty_account_is_no_reason_to_stop(customer: Customer) -> None:
    by_hand(customer)

    run = survey(customer)

    assert run.status == RunStatus.SUCCEEDED
    assert run.progress["survey"]["crews"] == 0


def test_T7_pending_deletions_do_not_make_a_survey_ask(customer: Customer) -> None:
    person = LinkedEmployeeFactory(company=customer.company)
    candidate(customer, person)

    assert survey(customer, RELINK).status == RunStatus.SUCCEEDED


def test_T6_a_killed_survey_is_taken_over_and_goes_on(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(250):
        account.add_crew(emp_code=f"n{number:03d}")
        if number % 100 == 0:
            by_hand(customer, employee_id=f"n{number:03d}")
    run = begun(customer, FIRST)
    killed_at(monkeypatch, page=2)
    with pytest.raises(Killed):
        work(run)
    monkeypatch.undo()
    lapse(run)

    work(run)

    assert (run.status, run.takeovers) == (RunStatus.SUCCEEDED, 1)
    assert pages_asked(account).count("1") == 1
    assert len(pages_asked(account)) <= 4
    assert run.progress["survey"]["crews"] == 250
    assert len(pairs(run)) == 3


class Killed(BaseException):
    pass


def killed_at(monkeypatch: pytest.MonkeyPatch, page: int) -> None:
    original = DatabaseLedger.save_page

    def save_page(ledger: DatabaseLedger, stored: Any) -> None:
        original(ledger, stored)
        if stored.number == page:
            raise Killed

    monkeypatch.setattr(DatabaseLedger, "save_page", save_page)


def test_T6_a_survey_works_in_slices(customer: Customer, account: Account) -> None:
    for _ in range(350):
        account.add_crew()
    by_hand(customer, employee_id="E00351")
    run = begun(customer, FIRST)

    slices = 0
    while run.is_active:
        work(run, pages=1)
        slices += 1

    assert slices > 3
    assert run.status == RunStatus.SUCCEEDED
    assert run.progress["survey"]["crews"] == 350


def test_T6_a_survey_is_cancelled_and_proposes_nothing(
    customer: Customer, account: Account
) -> None:
    by_hand(customer, employee_id="E00001")
    for _ in range(150):
        account.add_crew()
    run = begun(customer, FIRST)
    work(run, pages=1)
    assert run.is_active

    request_cancel(run=run, actor=administrator(customer))

    run.refresh_from_db()
    assert run.status == RunStatus.CANCELLED
    assert pairs(run) == {}
    assert not RunPage.objects.filter(run=run).exists()


def test_T6_a_command_beside_a_dead_survey_ends_it_and_syncs(
    customer: Customer, account: Account
) -> None:
    account.add_crew()
    run = begun(customer, FIRST)
    claimed(run)
    lapse(run)

    answer = customer.sync()

    run.refresh_from_db()
    assert run.status == RunStatus.SUCCEEDED
    assert (answer.code, answer["employees"]) == (0, counted(created=1))
