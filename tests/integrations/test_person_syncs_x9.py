"""「この社員だけ同期」: one crew is read on a person's word, under the rules of a delivery (X9)."""

from __future__ import annotations

import threading
import time
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from companies.models import AuditEntry
from companies.refusals import Refused
from employees.choices import Role
from employees.models import Employee
from integrations import tasks
from integrations.choices import CandidateStatus
from integrations.models import (
    DeletionCandidate,
    HeldLogin,
    PersonSync,
    SmartHRIntegration,
    SyncRun,
    TokenPace,
    UnattendedAct,
)
from integrations.person_sync_texts import PersonSyncResult, outcome_of
from integrations.services import person_syncs
from integrations.services.person_syncs import due_person_syncs, sync_person
from simulator.account import Account
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.lives import administrator, started
from tests.integrations.unattended import add_people


@pytest.fixture
def crew(customer: Customer, account: Account) -> str:
    crew = account.add_crew(emp_code="00027", email="taro@example.com")
    customer.sync()
    account.requests.clear()
    return crew


def press(customer: Customer, crew: str) -> PersonSync:
    return sync_person(employee=customer.person(crew), actor=administrator(customer))


def told(row: PersonSync) -> PersonSyncResult:
    found = outcome_of(row)
    assert found is not None
    return found


def said(row: PersonSync) -> str:
    return "".join([told(row).title, *(text.both for text in told(row).texts)])


def rest_over() -> None:
    """As if it had been pressed some time ago."""
    PersonSync.objects.update(finished_at=timezone.now() - timedelta(minutes=1))


# --- what it does -----------------------------------------------------------------------------
def test_X9_what_changed_is_applied_in_the_name_of_whoever_pressed(
    customer: Customer, account: Account, crew: str
) -> None:
    account.change_crew(crew, last_name="鈴木", emp_code="00028")

    row = press(customer, crew)

    person = customer.person(crew)
    assert (person.last_name, person.employee_id) == ("鈴木", "00028")
    assert told(row).title == "この社員だけ同期：SmartHRの内容を反映しました。"
    assert row.changes == {"last_name": ["佐藤", "鈴木"], "employee_id": ["00027", "00028"]}
    entries = AuditEntry.objects.for_company(customer.company).filter(object_id=person.pk)
    actors = entries.filter(action="updated").values_list("actor_kind", "actor_id").distinct()
    assert list(actors) == [("person", administrator(customer).pk)]


def test_X9_nothing_changed(customer: Customer, account: Account, crew: str) -> None:
    row = press(customer, crew)

    assert told(row).title == "この社員だけ同期：SmartHRと同じ内容のため、変更はありません。"
    assert len(account.logged("/crews")) == 1


def test_X9_X10_only_what_is_needed_is_asked_for(
    customer: Customer, account: Account, crew: str
) -> None:
    press(customer, crew)

    (request,) = account.logged("/crews")
    assert request.query["id"] == crew
    assert "emp_code" in request.query["fields"].split(",")
    assert len(request.query["fields"].split(",")) < 12


def test_X9_S8_why_not(customer: Customer, account: Account, crew: str) -> None:
    person = customer.person(crew)
    person.role = Role.APPROVER
    person.save()
    account.change_crew(crew, email=None, last_name="鈴木")
    add_people(account, 3)

    row = press(customer, crew)

    assert customer.person(crew).last_name == "佐藤"
    assert said(row).startswith(
        "この社員だけ同期：何も変更していません。権限が承認者の社員のメールアドレスが"
    )


def test_X9_S3_a_swap(customer: Customer, account: Account, crew: str) -> None:
    (other,) = add_people(account, 1)
    customer.sync()
    account.change_crew(crew, emp_code="N00001")
    account.change_crew(other, emp_code="00027")

    press(customer, crew)

    assert customer.person(crew).employee_id == "N00001"
    assert customer.person(other).employee_id == "00027"


def test_X9_S5_a_login_that_waited_changes_since_a_person_looks_on(
    customer: Customer, account: Account, crew: str
) -> None:
    account.change_crew(crew, emp_code="00028")
    HeldLogin.objects.create(
        company=customer.company, employee=customer.person(crew), wanted="00028"
    )

    press(customer, crew)

    assert customer.person(crew).employee_id == "00028"
    assert not HeldLogin.objects.for_company(customer.company).exists()
    assert not UnattendedAct.objects.for_company(customer.company).exists()


def test_X9_W10_who_is_gone_is_put_to_a_person_and_never_deleted(
    customer: Customer, account: Account, crew: str
) -> None:
    add_people(account, 1)
    account.delete_crew(crew)

    row = press(customer, crew)

    assert customer.has_person(crew)
    candidate = DeletionCandidate.objects.for_company(customer.company).get()
    assert (candidate.status, str(candidate.smarthr_id)) == (CandidateStatus.PENDING, crew)
    assert "「削除の確認」に載せました" in said(row)
    assert [link.words for link in told(row).links] == ["削除を確認"]


def test_X9_who_is_back_waits_no_more(customer: Customer, account: Account, crew: str) -> None:
    DeletionCandidate.objects.create(
        company=customer.company,
        subject="employee",
        employee=customer.person(crew),
        smarthr_id=crew,
    )

    press(customer, crew)

    assert not DeletionCandidate.objects.for_company(customer.company).exists()


# --- when it may be pressed -------------------------------------------------------------------
def test_X9_P2_a_paused_plan_refuses(customer: Customer, account: Account, crew: str) -> None:
    SmartHRIntegration.objects.for_company(customer.company).update(
        plan_started_on=date(2020, 1, 1)
    )

    with pytest.raises(Refused, match="SmartHR連携を停止しています"):
        press(customer, crew)

    assert account.requests == []


def test_X9_S6_a_hold_does_not_stop_a_person(
    customer: Customer, account: Account, crew: str
) -> None:
    SmartHRIntegration.objects.for_company(customer.company).update(
        held_since=timezone.now(), held_until=timezone.localdate()
    )
    account.change_crew(crew, last_name="鈴木")

    press(customer, crew)

    assert customer.person(crew).last_name == "鈴木"


def test_X9_beside_a_run(customer: Customer, account: Account, crew: str) -> None:
    run = started(customer)
    account.change_crew(crew, last_name="鈴木")

    row = press(customer, crew)

    assert (row.went_well, customer.person(crew).last_name) == (True, "鈴木")
    assert SyncRun.objects.for_company(customer.company).active().get() == run


def test_X9_who_is_not_linked_is_refused(customer: Customer, crew: str) -> None:
    with pytest.raises(Refused, match="SmartHRと連携していません"):
        sync_person(employee=administrator(customer), actor=administrator(customer))


# --- two at once ------------------------------------------------------------------------------
def test_X9_a_second_press_is_the_same_press(
    customer: Customer, account: Account, crew: str
) -> None:
    first = press(customer, crew)
    second = press(customer, crew)

    assert (second.pk, second.finished_at) == (first.pk, first.finished_at)
    assert len(account.logged("/crews")) == 1


def test_X9_pressed_again_later_reads_again(
    customer: Customer, account: Account, crew: str
) -> None:
    press(customer, crew)
    rest_over()
    account.change_crew(crew, last_name="鈴木")

    press(customer, crew)

    assert customer.person(crew).last_name == "鈴木"


def test_X9_many_presses_at_once_are_one_read(
    customer: Customer, account: Account, crew: str
) -> None:
    person, actor = customer.person(crew), administrator(customer)
    account.fail("slow", path="/crews", seconds=1.0)
    together = threading.Barrier(4)

    def push() -> None:
        try:
            own: Employee = Employee.objects.for_company(customer.company).get(pk=person.pk)
            together.wait()
            sync_person(employee=own, actor=actor)
        finally:
            connection.close()

    threads = [threading.Thread(target=push) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(account.logged("/crews")) == 1
    assert PersonSync.objects.for_company(customer.company).get().went_well


# --- what SmartHR does not answer -------------------------------------------------------------
def test_X9_a_limit_goes_on_in_the_background(
    customer: Customer, account: Account, crew: str
) -> None:
    account.change_crew(crew, last_name="鈴木")
    limit = account.fail("too_many", path="/crews", times=None, reset=30)

    row = press(customer, crew)

    assert (row.is_under_way, customer.person(crew).last_name) == (True, "佐藤")
    assert "続きはバックグラウンドで行います。" in said(row)
    assert "上限に達したため、待っています。" in said(row)
    limit.cancel()
    _time_has_come()
    tasks.resume_runs()
    for pk in due_person_syncs():
        tasks.sync_person(pk)
    row.refresh_from_db()
    assert (row.went_well, customer.person(crew).last_name) == (True, "鈴木")


def test_X9_a_slow_smarthr_is_not_waited_for(
    customer: Customer, account: Account, crew: str
) -> None:
    account.fail("slow", path="/crews", times=None, seconds=30.0)
    began = time.monotonic()

    row = press(customer, crew)

    assert time.monotonic() - began < 11
    assert row.is_under_way


def test_X9_a_rejected_token_says_so_at_once(
    customer: Customer, account: Account, crew: str
) -> None:
    account.remove_token(TOKEN)

    row = press(customer, crew)

    assert row.error_code == "token_rejected"
    assert "アクセストークンがSmartHRで認められませんでした。" in said(row)


def test_X9_a_killed_worker_is_followed_by_another(
    customer: Customer, account: Account, crew: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    account.change_crew(crew, last_name="鈴木")
    with monkeypatch.context() as patch:
        patch.setattr(person_syncs, "sync_crews", die)
        with pytest.raises(Killed):
            press(customer, crew)
    assert due_person_syncs() == []
    PersonSync.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    for pk in due_person_syncs():
        tasks.sync_person(pk)

    assert customer.person(crew).last_name == "鈴木"


def test_X9_given_up_after_an_hour(customer: Customer, account: Account, crew: str) -> None:
    account.maintenance = True
    row = press(customer, crew)
    PersonSync.objects.update(
        asked_at=timezone.now() - timedelta(hours=2), not_before=timezone.now()
    )

    tasks.sync_person(row.pk)

    row.refresh_from_db()
    assert (row.has_failed, row.error_code) == (True, "maintenance")
    assert said(row).startswith("この社員だけ同期：失敗しました。SmartHRがメンテナンス中のため")


def _time_has_come() -> None:
    TokenPace.objects.update(blocked_until=0)
    PersonSync.objects.exclude(not_before=None).update(not_before=timezone.now())
