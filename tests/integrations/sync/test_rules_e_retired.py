"""E13 and the part of C6 and O3a that a sync decides: retired people."""

from __future__ import annotations

import pytest

from employees.choices import Role
from employees.models import Employee
from integrations.choices import RetiredPolicy
from simulator.account import Account
from tests.integrations.conftest import Customer
from tests.integrations.sync.people import counted, crew_id, planned_and_synced, said

SUSPENDING = ["suspend", "skip_suspend"]


@pytest.fixture(params=RetiredPolicy.values)
def policy(request: pytest.FixtureRequest, customer: Customer) -> str:
    customer.configure("--retired", request.param)
    return str(request.param)


def test_E13_retired_crews_are_imported_by_default(customer: Customer, account: Account) -> None:
    crew = account.add_crew(emp_status="retired")

    answer = planned_and_synced(customer)

    assert customer.person(crew).is_active
    assert (answer["employees"], answer["skipped"]) == (counted(created=1), [])


def test_E13_a_new_retired_crew(customer: Customer, account: Account, policy: str) -> None:
    crew = account.add_crew(emp_status="retired")
    others = [account.add_crew(emp_status=status) for status in ("employed", "absent")]

    answer = planned_and_synced(customer)

    found = Employee.objects.filter(smarthr_id=crew).values_list("is_active", flat=True)
    expected = {
        "import": ([True], counted(created=3), []),
        "skip": ([], counted(created=2, skipped=1), [(crew, "retired_not_imported")]),
        "suspend": ([False], counted(created=3), [(crew, "retired_suspended")]),
        "skip_suspend": ([], counted(created=2, skipped=1), [(crew, "retired_not_imported")]),
    }
    assert (list(found), answer["employees"], said(answer)) == expected[policy]
    assert [customer.person(crew).is_active for crew in others] == [True, True]
    assert answer.code == 0


def test_E13_a_linked_person_who_retires(customer: Customer, account: Account, policy: str) -> None:
    crew = account.add_crew()
    customer.sync()
    account.change_crew(crew, emp_status="retired", last_name="退職")

    answer = planned_and_synced(customer)

    person = customer.person(crew)
    stops = policy in SUSPENDING
    assert (person.is_active, person.suspended_by_sync) == (not stops, stops)
    assert person.last_name == "退職"
    assert answer["employees"] == counted(updated=1)
    assert said(answer) == ([(crew, "retired_suspended")] if stops else [])


def test_E13_a_rehire_resumes_what_the_sync_stopped(
    customer: Customer, account: Account, policy: str
) -> None:
    crew = account.add_crew()
    customer.sync()
    account.change_crew(crew, emp_status="retired")
    customer.sync()
    pk = customer.person(crew).pk
    account.change_crew(crew, emp_status="employed", emp_code="NEW-7")

    answer = planned_and_synced(customer)

    person = customer.person(crew)
    assert (person.pk, person.employee_id) == (pk, "NEW-7")
    assert (person.is_active, person.suspended_by_sync) == (True, False)
    # C3: what ends the sessions from before.
    assert person.suspensions == (1 if policy in SUSPENDING else None)
    assert answer["employees"] == counted(updated=1)


def test_E13_O3a_what_a_person_stopped_stays_stopped(
    customer: Customer, account: Account, policy: str
) -> None:
    crew = account.add_crew()
    customer.sync()
    Employee.objects.filter(smarthr_id=crew).update(is_active=False)
    account.change_crew(crew, emp_status="retired")
    customer.sync()
    account.change_crew(crew, emp_status="employed", last_name="復職")

    customer.sync()

    person = customer.person(crew)
    assert (person.is_active, person.suspended_by_sync) == (False, False)
    assert person.last_name == "復職"


@pytest.mark.parametrize("chosen", SUSPENDING)
def test_E13_a_retired_person_stays_stopped_and_nothing_is_written(
    customer: Customer, account: Account, chosen: str
) -> None:
    crew = account.add_crew()
    customer.sync()
    customer.configure("--retired", chosen)
    account.change_crew(crew, emp_status="retired")
    customer.sync()

    answer = planned_and_synced(customer)

    assert not customer.person(crew).is_active
    assert (answer["employees"], answer["skipped"]) == (counted(unchanged=1), [])


@pytest.mark.parametrize("chosen", SUSPENDING)
@pytest.mark.parametrize(
    ("role", "change", "reason"),
    [
        (Role.APPROVER, {"email": None}, "email_required_for_role"),
        (Role.APPROVER, {"email": "broken"}, "email_required_for_role"),
        (Role.APPLICANT, {"last_name": None}, "name_missing"),
        (Role.APPLICANT, {"first_name": "x" * 300}, "value_invalid"),
    ],
)
def test_E13_S8_E8_suspending_applies_to_whoever_is_otherwise_left_out(
    customer: Customer,
    account: Account,
    chosen: str,
    role: Role,
    change: dict[str, str | None],
    reason: str,
) -> None:
    customer.configure("--retired", chosen)
    crew = account.add_crew(emp_code="E100")
    account.add_crew()
    customer.sync()
    Employee.objects.filter(smarthr_id=crew).update(role=role)
    before = customer.person(crew)
    account.change_crew(crew, emp_status="retired", emp_code="E200", **change)

    stopped = planned_and_synced(customer)
    retired = customer.person(crew)
    account.change_crew(crew, emp_status="employed")
    resumed = planned_and_synced(customer)

    person = customer.person(crew)
    assert (retired.is_active, person.is_active) == (False, True)
    for after in (retired, person):
        assert (after.last_name, after.first_name) == (before.last_name, before.first_name)
        assert (after.email, after.employee_id) == (before.email, "E100")
    assert stopped["employees"] == resumed["employees"] == counted(skipped=1, unchanged=1)
    assert stopped.reasons(crew)[-1] == resumed.reasons(crew)[-1] == reason
    assert "retired_suspended" in stopped.reasons(crew)


def test_E13_a_new_crew_id_is_a_new_person(customer: Customer, account: Account) -> None:
    customer.configure("--retired", "suspend")
    old = account.add_crew(emp_code="E100")
    customer.sync()
    account.change_crew(old, emp_status="retired", emp_code=None)
    new = account.add_crew(emp_code="E100")

    answer = planned_and_synced(customer)

    assert customer.person(old).pk != customer.person(new).pk
    assert (customer.person(old).is_active, customer.person(new).is_active) == (False, True)
    assert customer.person(old).employee_id == "E100"
    assert (new, "employee_id_taken") in said(answer)
    assert answer["employees"] == counted(created=1, updated=1)


@pytest.mark.parametrize("chosen", SUSPENDING)
@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_C6_the_last_administrator_is_never_stopped_by_a_sync(
    customer: Customer, account: Account, chosen: str, order: tuple[int, int]
) -> None:
    customer.configure("--retired", chosen)
    crews = [account.add_crew(id=crew_id(n), emp_code=f"N-{n}") for n in order]
    customer.sync()
    Employee.objects.filter(smarthr_id__in=crews).update(role=Role.ADMINISTRATOR)
    Employee.objects.filter(employee_id="admin").update(is_active=False)
    for crew in crews:
        account.change_crew(crew, emp_status="retired", last_name="退職")

    answer = planned_and_synced(customer)

    first, last = crew_id(1), crew_id(2)
    assert (customer.person(first).is_active, customer.person(last).is_active) == (False, True)
    assert customer.person(last).last_name == "退職"
    assert said(answer) == [(first, "retired_suspended"), (last, "last_administrator")]
    assert (answer.code, answer["employees"]) == (0, counted(updated=2))


def test_C6_once_there_is_another_administrator_it_is_applied(
    customer: Customer, account: Account
) -> None:
    customer.configure("--retired", "suspend")
    crew = account.add_crew()
    customer.sync()
    Employee.objects.filter(smarthr_id=crew).update(role=Role.ADMINISTRATOR)
    Employee.objects.filter(employee_id="admin").update(is_active=False)
    account.change_crew(crew, emp_status="retired")
    held = customer.sync()
    Employee.objects.filter(employee_id="admin").update(is_active=True)

    answer = planned_and_synced(customer)

    assert held.reasons(crew) == ["last_administrator"]
    assert answer.reasons(crew) == ["retired_suspended"]
    assert not customer.person(crew).is_active


def test_C6_a_rehired_administrator_counts_in_the_same_run(
    customer: Customer, account: Account
) -> None:
    customer.configure("--retired", "suspend")
    leaving = account.add_crew()
    coming = account.add_crew()
    customer.sync()
    Employee.objects.filter(smarthr_id__in=[leaving, coming]).update(role=Role.ADMINISTRATOR)
    account.change_crew(coming, emp_status="retired")
    customer.sync()
    Employee.objects.filter(employee_id="admin").update(is_active=False)
    account.change_crew(coming, emp_status="employed")
    account.change_crew(leaving, emp_status="retired")

    answer = planned_and_synced(customer)

    assert customer.person(coming).is_active
    assert not customer.person(leaving).is_active
    assert said(answer) == [(leaving, "retired_suspended")]


@pytest.mark.parametrize("status", [None, ""])
def test_E13_a_status_that_cannot_be_read_resumes_nobody(
    customer: Customer, account: Account, status: str | None
) -> None:
    customer.configure("--retired", "suspend")
    crew = account.add_crew(emp_status="retired")
    account.add_crew()
    customer.sync()
    account.change_crew(crew, emp_status=status)

    customer.sync()

    person = customer.person(crew)
    assert (person.is_active, person.suspended_by_sync) == (False, True)
    assert person.source["emp_status"] == "retired"
