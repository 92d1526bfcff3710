"""差分プレビュー in the background: planned like a sync, and nothing is written (X1)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from companies.models import AuditEntry
from employees.models import Employee
from groups.models import Group
from integrations.choices import RunKind, RunStatus
from integrations.models import DeletionCandidate, RunPage, SyncRun
from integrations.reasons import Reason
from integrations.services.previews import start_preview
from integrations.services.run_work import work_on
from integrations.services.runs import claim, request_cancel
from simulator.account import Account
from tests.integrations.conftest import Customer
from tests.integrations.lives import administrator, between_pages, lapse, work


def previewed(customer: Customer, **options: Any) -> SyncRun:
    run, started = start_preview(company=customer.company, actor=administrator(customer), **options)
    assert started
    work(run)
    return run


def rows_of(customer: Customer) -> Any:
    """Everything a sync would write."""
    people = Employee.objects.for_company(customer.company).order_by("pk")
    groups = Group.objects.for_company(customer.company).order_by("pk")
    candidates = DeletionCandidate.objects.for_company(customer.company)
    audit = AuditEntry.objects.for_company(customer.company).exclude(object_type="run")
    return list(people.values()), list(groups.values()), candidates.count(), audit.count()


def test_X1_it_says_what_a_sync_would_do_and_writes_nothing(
    customer: Customer, account: Account
) -> None:
    kept, gone = account.add_crew(), account.add_crew()
    customer.sync()
    account.change_crew(kept, last_name="新姓")
    account.delete_crew(gone)
    account.add_crew(emp_code="A-100")
    account.add_crew(birth_at=None)
    before = rows_of(customer)

    run = previewed(customer)

    assert (run.status, run.error_code) == (RunStatus.SUCCEEDED, "")
    employees = run.counts["employees"]
    assert [employees[key] for key in ("created", "updated", "skipped")] == [1, 1, 1]
    assert sorted(run.records.values_list("outcome", "reason")) == [
        ("created", ""),
        ("skipped", Reason.BIRTH_DATE_MISSING),
        ("unchanged", Reason.WOULD_ASK),
        ("updated", ""),
    ]
    assert rows_of(customer) == before


def test_X1_E3_no_made_up_employee_id_is_named(customer: Customer, account: Account) -> None:
    account.add_crew(emp_code="")
    account.add_crew(emp_code="E-100")
    account.add_crew(emp_code="E-100")

    run = previewed(customer)

    records = list(run.records.all())
    by_reason = {record.reason: record for record in records}
    assert {"", Reason.EMPLOYEE_ID_INVALID, Reason.EMPLOYEE_ID_TAKEN} == by_reason.keys()
    assert by_reason[Reason.EMPLOYEE_ID_INVALID].label.endswith("（ランダムな社員ID）")
    assert {record.object_pk for record in records} == {None}
    for record in records:
        shown = f"{record.label} {record.detail.get('employee_id')} {record.changes}"
        assert not re.search(r"\b[A-Z0-9]{8}\b", shown)


def test_X1_the_real_run_does_what_it_said(customer: Customer, account: Account) -> None:
    account.generate(people=120, departments=8)
    customer.configure("--department-slot", "1")

    told = previewed(customer).counts

    done = customer.sync()
    assert told == {"departments": done["departments"], "employees": done["employees"]}


def test_X7_another_slot_is_tried_without_saving_it(customer: Customer, account: Account) -> None:
    first, second = account.add_department("営業部"), account.add_department("総務部")
    crew = account.add_crew(department_ids=[first, second])
    customer.configure("--department-slot", "1")
    customer.sync()

    run = previewed(customer, slot=2)

    record = run.records.get(smarthr_id=crew)
    assert record.changes == {"group": ["営業部", "総務部"]}
    assert customer.integration.department_slot == 1
    assert customer.person(crew).group.name == "営業部"


def test_T6_it_is_cancelled_on_its_way(customer: Customer, account: Account) -> None:
    account.generate(people=350, departments=0)
    run, _ = start_preview(company=customer.company, actor=administrator(customer))

    def cancel(page: int) -> None:
        if page == 2:
            request_cancel(run=run, actor=administrator(customer))

    account.before_page = between_pages(cancel)
    work(run)

    assert run.status == RunStatus.CANCELLED
    assert not run.records.exists()


def test_T6_whoever_takes_it_over_begins_anew_and_not_for_ever(
    customer: Customer, account: Account
) -> None:
    account.add_crew()
    run, _ = start_preview(company=customer.company, actor=None)
    for _ in range(3):
        assert claim(run.pk) is not None
        lapse(run)
    lease = claim(run.pk)
    assert lease is not None

    work_on(run.pk, lease, should_pause=lambda: False)

    run.refresh_from_db()
    assert (run.status, run.error_code) == (RunStatus.FAILED, Reason.INTERNAL_ERROR)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("maintenance", Reason.MAINTENANCE), ("too_many", Reason.RATE_LIMITED)],
)
def test_it_does_not_wait(customer: Customer, account: Account, fault: str, reason: Reason) -> None:
    account.fail(fault, path="/crews", times=None, reset=60)

    run = previewed(customer)

    assert (run.status, run.error_code) == (RunStatus.FAILED, reason)


def test_T5_another_account_is_told(customer: Customer, account: Account) -> None:
    account.add_crew()
    customer.sync()
    account.clear()
    account.add_crew()
    customer.configure(token="shr_another_token_9876")
    account.add_token("shr_another_token_9876")

    run = previewed(customer)

    assert (run.status, run.error_code) == (RunStatus.NEEDS_CONFIRMATION, Reason.OTHER_ACCOUNT)
    assert customer.integration.account_unchecked


def test_no_birth_date_and_no_page_is_kept(customer: Customer, account: Account) -> None:
    account.add_crew(birth_at="1990-01-02")

    run = previewed(customer)

    assert "1990-01-02" not in str(list(run.records.values()))
    assert not RunPage.objects.filter(run=run).exists()


@pytest.fixture
def signed_in(client: Client, customer: Customer) -> Client:
    client.force_login(administrator(customer))
    return client


def test_X1_button_starts_it_and_its_page_says_that_nothing_changed(
    signed_in: Client, customer: Customer, account: Account
) -> None:
    account.add_crew()

    started = signed_in.post("/settings/smarthr/preview/")
    run: SyncRun = SyncRun.objects.for_company(customer.company).get()
    work(run)
    text = signed_in.get(started["Location"]).content.decode()

    assert run.kind == RunKind.PREVIEW
    assert "まだ何も変更していません。" in text
    assert "従業員1名のうち新規1名・更新0名・変更なし0名・スキップ0名" in text
    assert "インポート・同期実行</button>" in text


def test_X7_slot_is_asked_about_before_it_moves_people(
    signed_in: Client, customer: Customer, account: Account
) -> None:
    first, second = account.add_department("営業部"), account.add_department("総務部")
    account.add_crew(department_ids=[first, second])
    customer.configure("--department-slot", "1")
    customer.sync()

    asked = signed_in.post("/settings/smarthr/save/slot/", {"department_slot": "2"})
    signed_in.post("/settings/smarthr/preview/", {"department_slot": "2"})
    run = SyncRun.objects.for_company(customer.company).get(kind=RunKind.PREVIEW)
    work(run)
    told = signed_in.get(f"/settings/smarthr/runs/{run.pk}/").content.decode()

    assert asked.status_code == 422
    assert "部署1 → 部署2に変更しますか？" in asked.content.decode()
    assert "1名のグループが変わります。" in told
    assert "部署2に変更</button>" in told
    assert customer.integration.department_slot == 1


def test_odd_slot_is_not_found(signed_in: Client) -> None:
    answer = signed_in.post("/settings/smarthr/preview/", {"department_slot": "11"})

    assert answer.status_code == 404
