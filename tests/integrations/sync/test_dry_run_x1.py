"""X1: a dry run says what the real run right after it says, and writes no row."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps

from employees.choices import Role
from employees.models import Employee
from integrations.models import TokenPace
from simulator.account import Account
from tests.factories import EmployeeFactory
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.sync.groups import without_run

State = Callable[[Customer, Account], None]


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, but for the pace of the token, which is no record."""
    models = [model for model in apps.get_models(include_auto_created=True) if model != TokenPace]
    return {
        model.__name__: list(model._default_manager.order_by("pk").values()) for model in models
    }


def imported(customer: Customer, account: Account) -> None:
    customer.configure("--department-slot", "1")
    customer.sync()


def first_import(customer: Customer, account: Account) -> None:
    customer.configure("--department-slot", "2")


def no_slot(customer: Customer, account: Account) -> None:
    customer.configure("--department-slot", "none")


def business_names(customer: Customer, account: Account) -> None:
    imported(customer, account)
    customer.configure("--name-source", "business", "--retired", "skip_suspend")


def taken_by_hand(customer: Customer, account: Account) -> None:
    codes = [crew["emp_code"] for crew in list(account.crews.values())[:20]]
    for code in codes:
        if isinstance(code, str) and code.isalnum() and len(code) > 3:
            Employee.objects.filter(employee_id=code).exists() or EmployeeFactory(
                company=customer.company, employee_id=code
            )


def changed(customer: Customer, account: Account) -> None:
    """A bit of everything: names, numbers in a ring, e-mail, departments, new and gone ones."""
    imported(customer, account)
    rng = random.Random(7)
    crews, departments = list(account.crews), list(account.departments)
    Employee.objects.for_company(customer.company).filter(smarthr_id=crews[50]).exclude(
        email=""
    ).update(role=Role.APPROVER)
    for crew in rng.sample(crews, 40):
        account.change_crew(crew, last_name="改姓", email=rng.choice(["", None, "new@example.com"]))
    ring = [account.crew(crew)["emp_code"] for crew in crews[:5]]
    for crew, code in zip(crews[:5], ring[1:] + ring[:1], strict=True):
        account.change_crew(crew, emp_code=code)
    for crew in rng.sample(crews, 30):
        account.change_crew(crew, emp_code=rng.choice([None, "社員", "X-1", "dup-1", "dup-1"]))
    for crew in rng.sample(crews, 30):
        account.change_crew(crew, department_ids=[rng.choice([None, *departments])])
    for key in rng.sample(departments, 3):
        account.change_department(key, name=rng.choice(["改称", "", None]))
    account.change_crew(crews[50], email=None)
    account.add_crew(last_name="新人", department_ids=[account.add_department("新設")])
    account.delete_department(departments[-1])
    account.delete_crew(crews[60])


def deletions(customer: Customer, account: Account) -> None:
    imported(customer, account)
    customer.configure("--deletion", "auto")
    for crew in list(account.crews)[:5]:
        account.delete_crew(crew)


def brake(customer: Customer, account: Account) -> None:
    imported(customer, account)
    customer.configure("--deletion", "auto")
    for crew in list(account.crews)[:50]:
        account.delete_crew(crew)
    for key in list(account.departments)[:20]:
        account.delete_department(key)


def waiting_from_before(customer: Customer, account: Account) -> None:
    brake(customer, account)
    customer.sync()
    account.add_crew()


def dismissed(customer: Customer, account: Account) -> None:
    waiting_from_before(customer, account)
    customer.deletions("--dismiss")


def other_account(customer: Customer, account: Account) -> None:
    imported(customer, account)
    account.generate(people=50, departments=12, seed=99)
    account.add_token("another-token-1234")
    customer.configure(token="another-token-1234")


def empty_answer(customer: Customer, account: Account) -> None:
    imported(customer, account)
    account.clear()


def no_crews(customer: Customer, account: Account) -> None:
    imported(customer, account)
    account.crews.clear()
    account.touched()


def unreadable(customer: Customer, account: Account) -> None:
    imported(customer, account)
    account.add_token(TOKEN, hidden_attributes=["email", "emp_code", "departments"])


def unreadable_as_null(customer: Customer, account: Account) -> None:
    imported(customer, account)
    account.add_token(TOKEN, hidden_attributes=["email", "departments"], hidden_as="null")


def incomplete(customer: Customer, account: Account) -> None:
    imported(customer, account)
    for crew in list(account.crews)[:5]:
        account.delete_crew(crew)
    account.fail("wrong_total", path="/crews", times=None)


def retired(customer: Customer, account: Account) -> None:
    imported(customer, account)
    customer.configure("--retired", "suspend")
    for crew in list(account.crews)[:20]:
        account.change_crew(crew, emp_status="retired")


STATES: list[State] = [
    *(first_import, no_slot, imported, business_names, taken_by_hand, changed, deletions, brake),
    *(waiting_from_before, dismissed, other_account, empty_answer, no_crews, unreadable),
    *(unreadable_as_null, incomplete, retired),
]


@pytest.mark.parametrize("kind", ["employees", "departments"])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_X1_the_dry_run_says_what_the_run_says_and_writes_no_row(
    customer: Customer, account: Account, state: State, kind: str
) -> None:
    account.generate(people=250, departments=40, seed=3)
    state(customer, account)
    before = everything()

    plan = customer.sync(kind, "--dry-run")

    assert everything() == before
    answer = customer.sync(kind)
    assert plan["run"] is None
    assert answer["run"] is not None
    assert (plan.code, known(plan.data)) == (answer.code, known(answer.data))
    assert everything() != before
    # And a run over what was just written says of everybody else: unchanged.
    assert without_run(customer.sync(kind, "--dry-run"))["employees"]["updated"] == 0


def known(data: dict[str, Any]) -> dict[str, Any]:
    """Without the run; `skipped` as a set, its order is not promised."""
    listed = sorted((entry["smarthr_id"], entry["reason"]) for entry in data["skipped"])
    return {**data, "run": None, "skipped": listed}


def test_X1_two_dry_runs_say_the_same(customer: Customer, account: Account) -> None:
    account.generate(people=120, departments=20, seed=5)

    assert customer.sync("--dry-run").data == customer.sync("--dry-run").data
