"""E12: a run that has deleted somebody goes on to its end, whatever comes between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from integrations.choices import Phase, RunStatus
from integrations.models import SyncRun
from integrations.services.run_work import work_on
from integrations.services.runs import request_cancel
from integrations.sync import engine
from simulator.account import Account
from tests.integrations.conftest import Customer, run_command
from tests.integrations.lives import administrator, claimed, die_on_page, started
from tests.integrations.sync.people import counted


def with_one_gone(customer: Customer, account: Account) -> str:
    """A company that deletes by itself, and a crew that is gone since."""
    crews = [account.add_crew() for _ in range(3)]
    customer.configure("--deletion", "auto")
    customer.sync()
    account.delete_crew(crews[0])
    return crews[0]


def until_deleted(run: SyncRun) -> Callable[[], bool]:
    """The time of a slice is over as soon as somebody was deleted."""

    def should_pause() -> bool:
        run.refresh_from_db()
        return bool(run.progress.get("has_deleted"))

    return should_pause


def finish(run: SyncRun) -> SyncRun:
    work_on(run.pk, claimed(run), should_pause=lambda: False)
    run.refresh_from_db()
    return run


@pytest.mark.parametrize("between", ["cancel", "settings", "plan", "nothing"])
def test_E12_a_run_that_has_deleted_ends_well(
    customer: Customer, account: Account, between: str
) -> None:
    gone = with_one_gone(customer, account)
    run = started(customer)
    pause = until_deleted(run)

    def should_pause() -> bool:
        if not pause():
            return False
        if between == "cancel":
            request_cancel(run=run, actor=administrator(customer))
        return True

    work_on(run.pk, claimed(run), should_pause=should_pause)
    if between == "settings":
        customer.configure("--retired", "skip")
    if between == "plan":  # P3
        assert run_command("company_plan", "--pause", company="acme").code == 0
    run.refresh_from_db()
    assert (run.status, run.phase) == (RunStatus.RUNNING, Phase.IDS)

    finish(run)

    assert (run.status, run.error_code) == (RunStatus.SUCCEEDED, "")
    assert run.counts["employees"] == counted(unchanged=2, deleted=1)
    assert not customer.has_person(gone)


def test_E12_ctrl_c_after_a_deletion_lets_the_command_end(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_one_gone(customer, account)
    original = engine.STEPS[Phase.IDS]
    pressed: list[bool] = []

    def interrupted(work: Any) -> None:
        if not pressed:
            pressed.append(True)
            raise KeyboardInterrupt
        original(work)

    monkeypatch.setitem(engine.STEPS, Phase.IDS, interrupted)

    answer = customer.sync()

    assert (answer.code, answer["status"], pressed) == (0, "succeeded", [True])
    assert answer["employees"] == counted(unchanged=2, deleted=1)


def test_E12_departments_without_a_count_are_found_before_anybody_is_deleted(
    customer: Customer, account: Account
) -> None:
    gone = with_one_gone(customer, account)
    customer.configure("--department-slot", "1")
    department = account.add_department("営業部")
    account.add_department("開発部")
    customer.sync("departments")
    account.delete_department(department)
    account.fail("missing_total", path="/departments", times=None)

    answer = customer.sync()

    assert (answer.code, answer["status"]) == (1, "failed")
    assert answer["employees"]["deleted"] == answer["departments"]["deleted"] == 0
    assert customer.has_person(gone)


def test_E7_the_page_in_hand_of_a_killed_run_holds_no_birth_date(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew(birth_at="1987-06-05")

    run = die_on_page(customer, account, 1)

    held = str(run.page_in_hand)
    assert crew in held
    assert "1987-06-05" not in held
    assert "initial_hmac$" in held
