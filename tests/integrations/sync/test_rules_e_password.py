"""E7 and the part of X5 that a sync decides: the initial password."""

from __future__ import annotations

import logging

import pytest
from django.contrib.auth import authenticate

from employees.models import Employee
from integrations.models import SmartHRIntegration
from simulator.account import Account
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.sync.people import everything_stored

BORN = "1987-03-21"
PASSWORD = f"acme-{BORN}"


def login(employee_id: str, password: str = PASSWORD) -> Employee | None:
    person = authenticate(company_code="acme", employee_id=employee_id, password=password)
    assert person is None or isinstance(person, Employee)
    return person


def test_E7_the_initial_password_is_company_code_and_birth_date(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew(birth_at=BORN, emp_code="E100")

    customer.sync()

    person = customer.person(crew)
    assert person.check_password(PASSWORD)
    assert person.is_initial_password
    assert login("E100") == person


@pytest.mark.parametrize(
    "wrong",
    [BORN, "acme-19870321", "acme-1987-3-21", "ACME-1987-03-21", "acme-1987-03-22", ""],
)
def test_E7_nothing_else_is_the_initial_password(
    customer: Customer, account: Account, wrong: str
) -> None:
    account.add_crew(birth_at=BORN, emp_code="E100")
    customer.sync()

    person = login("E100", wrong)

    assert person is None


def test_E7_the_first_login_upgrades_the_hash_and_it_stays_the_initial_password(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew(birth_at=BORN, emp_code="E100")
    customer.sync()
    imported = customer.person(crew).password

    login("E100", "wrong")
    after_wrong = customer.person(crew).password
    login("E100")
    after_right = customer.person(crew)

    assert imported.startswith("initial_hmac$")
    assert after_wrong == imported
    assert after_right.password.startswith("argon2")
    assert after_right.is_initial_password
    assert login("E100") == after_right


def test_E7_equal_birth_dates_give_different_hashes(customer: Customer, account: Account) -> None:
    crews = [account.add_crew(birth_at=BORN) for _ in range(2)]

    customer.sync()

    assert len({customer.person(crew).password for crew in crews}) == 2


@pytest.mark.parametrize("born", ["1987-03-22", None])
def test_E7_a_sync_never_touches_the_password_again(
    customer: Customer, account: Account, born: str | None
) -> None:
    crew = account.add_crew(birth_at=BORN)
    customer.sync()
    before = customer.person(crew)
    account.change_crew(crew, birth_at=born, last_name="田中", emp_code="NEW-1")

    customer.sync()

    after = customer.person(crew)
    assert after.last_name == "田中"
    assert after.password == before.password
    assert after.is_initial_password


def test_E7_a_password_that_the_person_chose_stays(customer: Customer, account: Account) -> None:
    crew = account.add_crew(birth_at=BORN)
    customer.sync()
    person = customer.person(crew)
    person.set_password("correct horse battery")
    person.is_initial_password = person.must_change_password = False
    person.save()
    account.change_crew(crew, last_name="田中")

    customer.sync()

    person = customer.person(crew)
    assert person.check_password("correct horse battery")
    assert not person.is_initial_password
    assert not person.must_change_password


@pytest.mark.parametrize(("setting", "expected"), [("on", True), ("off", False)])
def test_X5_a_new_person_must_change_it_as_the_company_chose(
    customer: Customer, account: Account, setting: str, expected: bool
) -> None:
    customer.configure("--force-password-change", setting)
    crew = account.add_crew()

    customer.sync()

    assert customer.person(crew).must_change_password is expected


def test_X5_it_is_on_by_default(customer: Customer, account: Account) -> None:
    crew = account.add_crew()

    customer.sync()

    assert customer.person(crew).must_change_password


def test_E7_the_birth_date_is_stored_nowhere(customer: Customer, account: Account) -> None:
    customer.configure("--department-slot", "1", "--name-source", "business")
    crews = [account.add_crew(birth_at=BORN, emp_code=code) for code in ("E100", "E200", None)]
    left_out = account.add_crew(birth_at=BORN, last_name=None)
    customer.sync()
    login("E100")
    # Held until the end of the list, contested, renamed: every way through a run.
    account.change_crew(crews[0], email=None, emp_code="E200")
    account.change_crew(crews[1], last_name="", emp_code="E100")
    account.add_crew(birth_at=BORN, emp_code="E200")

    answer = customer.sync()

    stored = everything_stored()
    assert {entry["smarthr_id"] for entry in answer["skipped"]} >= {left_out, crews[1]}
    assert "E200" in stored
    for trace in (BORN, "19870321", "1987/03/21", "1987, 3, 21", PASSWORD):
        assert trace not in stored


def test_E7_T3_no_birth_date_and_no_token_is_said_or_logged(
    customer: Customer,
    account: Account,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    account.add_crew(birth_at=BORN)
    account.add_crew(birth_at=BORN, last_name="x" * 300)
    account.add_crew(birth_at=f"{BORN} ")
    account.fail("status", path="/crews", status=500)

    answers = [customer.sync("--dry-run"), customer.sync()]

    said = capfd.readouterr()
    text = "\n".join([caplog.text, said.out, said.err, *(str(a.data) for a in answers)])
    stored = everything_stored()
    assert answers[1]["employees"]["created"] == 1
    assert BORN not in text
    assert TOKEN not in text
    assert TOKEN not in stored
    assert SmartHRIntegration.objects.get().token_ciphertext in stored
