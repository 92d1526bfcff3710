"""Creating and changing people (C3, C5, C6, E9, S3, S5, X5, X6)."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connections
from django.utils import timezone

from companies.audit import command
from companies.models import AuditEntry, Company
from companies.refusals import Refused
from employees.choices import Role
from employees.models import Employee, FormerEmployeeId
from employees.one_time import GOOD_FOR
from employees.services.logins import issue_one_time_password, resume_login, stop_login
from employees.services.records import (
    NO_SUCH_GROUP,
    RefusedRows,
    change_employee,
    change_employees,
    create_employee,
    create_employees,
)
from employees.wanted import EMPLOYEE_ID_TAKEN, LAST_ADMINISTRATOR, Wanted
from tests.factories import (
    AdministratorFactory,
    CompanyFactory,
    EmployeeFactory,
    GroupFactory,
    LinkedEmployeeFactory,
)

pytestmark = pytest.mark.django_db
ACTOR = command("test")


@pytest.fixture
def company() -> Company:
    company = CompanyFactory()
    AdministratorFactory(company=company, employee_id="boss")
    return company


def wanted(code: str = "00027", **values: Any) -> Wanted:
    return Wanted(employee_id=code, last_name="佐藤", **values)


def now(person: Employee) -> Employee:
    found: Employee = Employee.objects.for_company(person.company).get(pk=person.pk)
    return found


def log(company: Company) -> list[tuple[str, dict[str, Any]]]:
    rows = AuditEntry.objects.for_company(company).order_by("pk")
    return [(row.action, row.changes) for row in rows]


def test_X5_a_new_person_gets_a_one_time_password_that_must_be_changed(company: Company) -> None:
    person, password = create_employee(company=company, wanted=wanted(), actor=ACTOR)

    assert check_password(password, person.password)
    assert (person.must_change_password, person.is_initial_password) == (True, False)
    assert person.password_expires_at is not None
    assert person.password_expires_at - timezone.now() <= GOOD_FOR
    assert (person.role, person.group.is_default, person.first_name) == ("applicant", True, "")
    [(action, changes)] = log(company)
    assert action == "created"
    assert changes["employee_id"] == [None, "00027"]
    assert password not in str(changes)


def test_a_password_that_was_given_has_to_be_changed_too(company: Company) -> None:
    given = "a password of one's own"

    person, shown = create_employee(company=company, wanted=wanted(password=given), actor=ACTOR)

    assert (shown, check_password(given, person.password)) == ("", True)
    assert (person.must_change_password, person.password_expires_at) == (True, None)


def test_C5_an_id_is_given_once(company: Company) -> None:
    EmployeeFactory(company=company, employee_id="00027")
    EmployeeFactory(employee_id="00028")  # of another company

    with pytest.raises(RefusedRows) as refusal:
        create_employees(
            company=company, wanted=[wanted(), wanted("00028"), wanted("00028")], actor=ACTOR
        )

    found = {place: problems[0].text for place, problems in refusal.value.rows.items()}
    assert found == {0: EMPLOYEE_ID_TAKEN, 2: EMPLOYEE_ID_TAKEN}
    assert Employee.objects.for_company(company).count() == 2


def test_C1_a_group_of_another_company_is_not_found(company: Company) -> None:
    foreign = GroupFactory()
    person = EmployeeFactory(company=company)

    for act in (
        lambda: create_employee(company=company, wanted=wanted(group_id=foreign.pk), actor=ACTOR),
        lambda: change_employee(employee=person, wanted=Wanted(group_id=foreign.pk), actor=ACTOR),
    ):
        with pytest.raises(Refused, match=NO_SUCH_GROUP):
            act()


def test_C1_a_person_of_another_company_is_not_changed(company: Company) -> None:
    stranger = EmployeeFactory(last_name="佐藤")

    with pytest.raises(RefusedRows, match="すでに削除"):
        change_employees(
            company=company, wanted={stranger.pk: Wanted(last_name="鈴木")}, actor=ACTOR
        )

    assert now(stranger).last_name == "佐藤"


def test_X6_each_field_that_changed_stands_in_the_log(company: Company) -> None:
    group = GroupFactory(company=company, name="営業部")
    person = EmployeeFactory(company=company, last_name="佐藤", email="")

    change_employee(
        employee=person,
        wanted=Wanted(last_name="鈴木", email="s@example.com", group_id=group.pk),
        actor=ACTOR,
    )

    assert log(company) == [
        (
            "updated",
            {
                "last_name": ["佐藤", "鈴木"],
                "email": ["", "s@example.com"],
                "group": ["グループ1", "営業部"],
            },
        )
    ]
    assert (person.last_name, person.group_id) == ("鈴木", group.pk)


def test_nothing_wanted_writes_nothing(company: Company) -> None:
    person = EmployeeFactory(company=company)
    same = Wanted(person.employee_id, person.last_name, "名", "", person.group_id, Role.APPLICANT)

    assert change_employee(employee=person, wanted=same, actor=ACTOR) == ""

    assert log(company) == []


def test_E9_a_linked_person_keeps_the_identity(company: Company) -> None:
    person = LinkedEmployeeFactory(company=company, last_name="佐藤")

    with pytest.raises(Refused, match="SmartHRで変更してください"):
        change_employee(employee=person, wanted=Wanted(last_name="鈴木"), actor=ACTOR)

    assert now(person).last_name == "佐藤"


def test_S5_an_id_that_was_left_leads_to_the_new_one(company: Company) -> None:
    person = EmployeeFactory(company=company, employee_id="old-id")

    change_employee(employee=person, wanted=Wanted(employee_id="new-id"), actor=ACTOR)

    row = FormerEmployeeId.objects.for_company(company).get()
    assert (row.former_id, row.employee_id, now(person).employee_id) == (
        "old-id",
        person.pk,
        "new-id",
    )


def test_S3_people_swap_their_ids(company: Company) -> None:
    one = EmployeeFactory(company=company, employee_id="one")
    two = EmployeeFactory(company=company, employee_id="two")

    change_employees(
        company=company,
        wanted={one.pk: Wanted(employee_id="two"), two.pk: Wanted(employee_id="one")},
        actor=ACTOR,
    )

    assert (now(one).employee_id, now(two).employee_id) == ("two", "one")


def test_C5_an_id_that_its_holder_keeps_is_taken(company: Company) -> None:
    one = EmployeeFactory(company=company, employee_id="one")
    two = EmployeeFactory(company=company, employee_id="two")

    with pytest.raises(RefusedRows) as refusal:
        change_employees(
            company=company,
            wanted={one.pk: Wanted(employee_id="two"), two.pk: Wanted(last_name="別")},
            actor=ACTOR,
        )

    assert refusal.value.rows.keys() == {one.pk}
    assert now(two).last_name != "別"


def test_C6_the_last_administrator_keeps_the_role(company: Company) -> None:
    boss = Employee.objects.for_company(company).get(employee_id="boss")

    with pytest.raises(Refused, match=LAST_ADMINISTRATOR.format("権限を変更")):
        change_employee(employee=boss, wanted=Wanted(role=Role.APPLICANT), actor=ACTOR)
    with pytest.raises(Refused, match=LAST_ADMINISTRATOR.format("ログインを停止")):
        stop_login(employee=boss, actor=ACTOR)

    assert now(boss).is_administrator
    assert now(boss).is_active


def test_C6_a_change_of_hands_in_one_act_is_possible(company: Company) -> None:
    boss = Employee.objects.for_company(company).get(employee_id="boss")
    heir = EmployeeFactory(company=company, email="h@example.com")

    change_employees(
        company=company,
        wanted={boss.pk: Wanted(role=Role.APPLICANT), heir.pk: Wanted(role=Role.ADMINISTRATOR)},
        actor=ACTOR,
    )

    assert (now(boss).role, now(heir).role) == ("applicant", "administrator")


@pytest.mark.django_db(transaction=True)
@pytest.mark.needs_postgres
def test_C6_two_at_once_leave_one_administrator() -> None:
    company = CompanyFactory()
    both = [AdministratorFactory(company=company) for _ in range(2)]
    start = threading.Barrier(2)
    refused = []

    def demote(person: Employee) -> None:
        start.wait()
        try:
            change_employee(employee=person, wanted=Wanted(role=Role.APPLICANT), actor=ACTOR)
        except Refused as refusal:
            refused.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=demote, args=(person,)) for person in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert Employee.objects.for_company(company).able_administrators().count() == 1


def test_X5_raising_replaces_the_initial_password_by_a_one_time_one(company: Company) -> None:
    person = EmployeeFactory(company=company, email="a@example.com", is_initial_password=True)
    before = person.password

    password = change_employee(employee=person, wanted=Wanted(role=Role.ADMINISTRATOR), actor=ACTOR)

    after = now(person)
    assert after.password != before
    assert check_password(password, after.password)
    assert (after.role, after.must_change_password, after.is_initial_password) == (
        "administrator",
        True,
        False,
    )
    assert [action for action, _ in log(company)] == ["password_issued", "updated"]


def test_O3a_a_login_that_a_person_stopped_is_a_persons(company: Company) -> None:
    person = LinkedEmployeeFactory(company=company, is_active=False, suspended_by_sync=True)

    stop_login(employee=person, actor=ACTOR)
    stopped = now(person)
    resume_login(employee=person, actor=ACTOR)

    assert (stopped.is_active, stopped.suspended_by_sync) == (False, False)
    assert now(person).is_active
    assert [action for action, _ in log(company)] == ["suspended", "resumed"]


def test_O3a_stopping_twice_is_told_once(company: Company) -> None:
    person = EmployeeFactory(company=company)

    for _ in range(2):
        stop_login(employee=person, actor=ACTOR)
    for _ in range(2):
        resume_login(employee=person, actor=ACTOR)

    assert [action for action, _ in log(company)] == ["suspended", "resumed"]


def test_X5_a_one_time_password_replaces_every_other(company: Company) -> None:
    person = EmployeeFactory(company=company, is_initial_password=True)

    password = issue_one_time_password(employee=person, actor=ACTOR)

    after = now(person)
    assert check_password(password, after.password)
    assert (after.must_change_password, after.is_initial_password) == (True, False)
    assert log(company) == [("password_issued", {})]


def test_X5_whoever_is_suspended_gets_no_password(company: Company) -> None:
    person = EmployeeFactory(company=company, is_active=False)

    with pytest.raises(Refused, match="先にログインを再開してください"):
        issue_one_time_password(employee=person, actor=ACTOR)

    assert now(person).password == person.password
