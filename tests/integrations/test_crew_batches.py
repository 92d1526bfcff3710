"""The crews that deliveries name are synced like in a full sync (W4, D, E, S)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from companies.models import AuditAction
from employees.models import Employee
from integrations.choices import Outcome
from integrations.models import (
    HeldLogin,
    SmartHRIntegration,
)
from integrations.services.connection import integration_of
from integrations.services.crew_batches import sync_crews
from integrations.services.runs import NotReady
from integrations.smarthr.errors import UnexpectedAnswer
from integrations.sync.outcomes import StopRun
from simulator.account import Account
from simulator.tokens import HiddenAs
from tests.factories import EmployeeFactory
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.lives import between_pages
from tests.integrations.unattended import WEBHOOK, add_people, audited, delivered, reasons

STRANGER = "99999999-0000-4000-8000-000000000000"


# --- created and updated -------------------------------------------------------------------
def test_W4_a_new_crew_becomes_an_employee(customer: Customer, account: Account) -> None:
    crew = account.add_crew(last_name="髙﨑", emp_code="00027")

    results = delivered(customer, crew)

    person = customer.person(crew)
    assert (person.employee_id, person.last_name, person.role) == ("00027", "髙﨑", "applicant")
    assert person.check_password("acme-1990-04-01")
    assert results[crew].outcome == Outcome.CREATED
    assert results[crew].object_pk == person.pk
    assert results[crew].label == "髙﨑 太郎（00027）"
    assert audited(customer, AuditAction.CREATED) == 1


def test_W4_only_the_crews_concerned_are_synced(customer: Customer, account: Account) -> None:
    first, second = add_people(account, 2)
    customer.sync()
    account.change_crew(first, last_name="変更")
    account.change_crew(second, last_name="変更")

    results = delivered(customer, first)

    assert customer.person(first).last_name == "変更"
    assert customer.person(second).last_name == "佐藤"
    assert results[first].changes == {"last_name": ("佐藤", "変更")}


def test_W6_the_same_again_changes_nothing(customer: Customer, account: Account) -> None:
    (crew,) = add_people(account, 1)
    delivered(customer, crew)

    results = delivered(customer, crew)

    assert results[crew].outcome == Outcome.UNCHANGED
    assert audited(customer, AuditAction.CREATED) == 1
    assert audited(customer, AuditAction.UPDATED) == 0


def test_W5a_several_crews_are_read_with_one_request(customer: Customer, account: Account) -> None:
    crews = add_people(account, 100)
    account.request_count = 0

    delivered(customer, *crews)

    assert account.request_count == 1
    assert Employee.objects.for_company(customer.company).linked().count() == 100


def test_E8_a_crew_that_cannot_be_imported_is_reported(
    customer: Customer, account: Account
) -> None:
    crew = account.add_crew(birth_at=None)

    results = delivered(customer, crew)

    assert (results[crew].outcome, reasons(results[crew])) == (
        Outcome.LEFT_OUT,
        ["birth_date_missing"],
    )
    assert not customer.has_person(crew)


def test_W5a_an_unknown_crew_does_nothing(customer: Customer) -> None:
    results = delivered(customer, STRANGER)

    assert (results[STRANGER].outcome, reasons(results[STRANGER])) == (
        Outcome.UNCHANGED,
        ["crew_gone"],
    )


def test_D6_an_unknown_department_is_read_once(customer: Customer, account: Account) -> None:
    customer.configure("--department-slot", "1")
    sales = account.add_department("営業部")
    crews = [account.add_crew(department_ids=[sales]) for _ in range(3)]

    delivered(customer, *crews)

    assert [customer.person(crew).group.name for crew in crews] == ["営業部"] * 3
    assert len(account.logged("/departments")) == 1


def test_D4_a_known_department_asks_for_none(customer: Customer, account: Account) -> None:
    customer.configure("--department-slot", "1")
    sales = account.add_department("営業部")
    crew = account.add_crew(department_ids=[sales])
    customer.sync()
    other = account.add_crew(department_ids=[sales])
    account.requests.clear()

    delivered(customer, crew, other)

    assert customer.person(other).group.name == "営業部"
    assert account.logged("/departments") == []


def test_S3_a_swap_reads_the_holder_too(customer: Customer, account: Account) -> None:
    first, second = add_people(account, 2)
    customer.sync()
    account.change_crew(first, emp_code="N00002")
    account.change_crew(second, emp_code="N00001")

    delivered(customer, first)

    assert customer.person(first).employee_id == "N00002"
    assert customer.person(second).employee_id == "N00001"


def test_S3_a_ring_of_four(customer: Customer, account: Account) -> None:
    crews = add_people(account, 4)
    customer.sync()
    for place, crew in enumerate(crews):
        account.change_crew(crew, emp_code=f"N{(place + 1) % 4 + 1:05d}")

    delivered(customer, crews[0])

    ids = [customer.person(crew).employee_id for crew in crews]
    assert ids == ["N00002", "N00003", "N00004", "N00001"]


def test_S4_a_number_that_is_held_is_not_given(customer: Customer, account: Account) -> None:
    holder = EmployeeFactory(company=customer.company, employee_id="E999")
    crew = account.add_crew(emp_code="E999")

    results = delivered(customer, crew)

    assert reasons(results[crew]) == ["employee_id_taken"]
    assert customer.person(crew).employee_id != holder.employee_id


def test_S8_whoever_needs_an_email_is_left_as_they_are(
    customer: Customer, account: Account
) -> None:
    first, *_ = add_people(account, 2)
    customer.sync()
    Employee.objects.for_company(customer.company).linked().update(role="approver")
    account.change_crew(first, email=None, last_name="変更")

    results = delivered(customer, first)

    assert customer.person(first).last_name == "佐藤"
    assert reasons(results[first]) == ["email_required_for_role"]


@pytest.mark.parametrize("is_readable", [True, False])
def test_E11_an_emptied_email_is_told_from_one_that_cannot_be_read(
    customer: Customer, account: Account, is_readable: bool
) -> None:
    crews = add_people(account, 5)
    customer.sync()
    kept = customer.person(crews[0]).email
    if not is_readable:
        account.add_token(TOKEN, hidden_attributes=["email"], hidden_as=HiddenAs.NULL)
    account.change_crew(crews[0], email=None)

    delivered(customer, crews[0])

    assert customer.person(crews[0]).email == ("" if is_readable else kept)


# --- brakes and refusals -------------------------------------------------------------------
def test_S5_a_mass_change_of_numbers_is_held_over_an_hour(
    customer: Customer, account: Account
) -> None:
    """The larger of 10 and 20 %: 10 of 12."""
    crews = add_people(account, 12)
    customer.sync()
    for number, crew in enumerate(crews):
        account.change_crew(crew, emp_code=f"M{number:05d}", last_name="変更")

    for crew in crews[:6]:
        delivered(customer, crew)
    results = delivered(customer, *crews[6:])

    changed = [customer.person(crew).employee_id.startswith("M") for crew in crews]
    assert changed == [True] * 6 + [False] * 6
    assert {customer.person(crew).last_name for crew in crews} == {"変更"}
    assert reasons(results[crews[6]]) == ["login_change_held"]
    assert HeldLogin.objects.for_company(customer.company).count() == 6

    answer = customer.sync("--changed")

    assert len(answer["login_changes"]) == 6
    assert not HeldLogin.objects.for_company(customer.company).exists()


def test_T5_an_account_that_knows_nobody_is_not_applied(
    customer: Customer, account: Account
) -> None:
    add_people(account, 2)
    customer.sync()
    account.clear()
    new = account.add_crew()
    SmartHRIntegration.objects.for_company(customer.company).update(account_unchecked=True)

    with pytest.raises(StopRun, match="other_account"):
        delivered(customer, new)

    assert not customer.has_person(new)


def test_P2_nothing_is_synced_without_a_plan(customer: Customer, account: Account) -> None:
    (crew,) = add_people(account, 1)
    SmartHRIntegration.objects.for_company(customer.company).update(plan_started_on=None)

    with pytest.raises(NotReady, match="plan_off"):
        delivered(customer, crew)


def test_W6_settings_that_change_meanwhile_begin_it_anew(
    customer: Customer, account: Account
) -> None:
    """What was read under the old settings is not applied under the new ones."""
    (crew,) = add_people(account, 1)
    account.change_crew(crew, business_last_name="仕事")
    seen: list[int] = []

    def change(page: int) -> None:
        if not seen:
            seen.append(page)
            rows = SmartHRIntegration.objects.for_company(customer.company)
            rows.update(name_source="business", settings_version=100)

    account.before_page = between_pages(change)

    delivered(customer, crew)

    assert customer.person(crew).last_name == "仕事"


@pytest.mark.parametrize("place", ["guard", "finish"])
def test_W6_nothing_is_written_where_the_work_is_not_ours_any_more(
    customer: Customer, account: Account, place: str
) -> None:
    class Lost(Exception):
        pass

    def lose(*_: Any) -> None:
        raise Lost

    (crew,) = add_people(account, 1)
    calls: dict[str, Any] = {
        "guard": lambda: None,
        "finish": lambda results: None,
        place: lose,
    }

    with pytest.raises(Lost):
        sync_crews(company=customer.company, crews={UUID(crew): False}, actor=WEBHOOK, **calls)

    assert not customer.has_person(crew)
    assert audited(customer, AuditAction.CREATED) == 0


def test_X3_a_success_is_noted(customer: Customer, account: Account) -> None:
    (crew,) = add_people(account, 1)

    delivered(customer, crew)

    assert integration_of(customer.company).last_success_at is not None


def test_W8_a_crew_that_the_list_hides_is_an_error(customer: Customer, account: Account) -> None:
    (crew,) = add_people(account, 1)
    customer.sync()
    account.fail("empty_list200", path="/crews", query={"id": crew})

    with pytest.raises(UnexpectedAnswer):
        delivered(customer, crew)
