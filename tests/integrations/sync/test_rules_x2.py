"""X2: 変更分同期 reads what changed since the last good sync, never deletes and never proposes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from employees.models import Employee
from integrations.choices import RunStatus
from integrations.models import DeletionCandidate, SyncRun
from integrations.services.connection import integration_of
from simulator.account import Account
from simulator.tokens import HiddenAs
from tests.factories import EmployeeFactory
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.lives import between_pages
from tests.integrations.sync.people import NOTHING, counted, crew_id, said


def long_ago(number: int = 0) -> str:
    """A moment long before today, later with each number."""
    moment = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(hours=number)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def add_people(account: Account, count: int, start: int = 1) -> list[str]:
    return [
        account.add_crew(id=crew_id(number), emp_code=f"N{number:05d}", updated_at=long_ago(number))
        for number in range(start, start + count)
    ]


def asked_for_changes(account: Account) -> list[str]:
    """Pages of the list in the order of changes."""
    return [
        r.query["page"] for r in account.logged("/crews") if r.query.get("sort") == "-updated_at"
    ]


def watermark(customer: Customer) -> datetime | None:
    return integration_of(customer.company).crews_watermark


def test_X2_one_page_is_read_where_little_changed(customer: Customer, account: Account) -> None:
    crews = add_people(account, 250)
    customer.sync()
    account.change_crew(crews[7], last_name="変更")
    new = account.add_crew(last_name="新人")
    account.requests.clear()

    answer = customer.sync("--changed")

    assert asked_for_changes(account) == ["1"]
    assert (answer.code, answer["requests"]) == (0, 1)
    assert answer["employees"] == counted(created=1, updated=1, unchanged=98)
    assert customer.person(crews[7]).last_name == "変更"
    assert customer.person(new).last_name == "新人"


def test_X2_it_reads_on_until_the_watermark(customer: Customer, account: Account) -> None:
    crews = add_people(account, 250)
    customer.sync()
    for crew in crews[:150]:
        account.change_crew(crew, last_name="変更")
    account.requests.clear()

    answer = customer.sync("--changed")

    assert asked_for_changes(account) == ["1", "2"]
    assert answer["employees"]["updated"] == 150


def test_X2_nothing_changed(customer: Customer, account: Account) -> None:
    add_people(account, 3)
    customer.sync()
    before = watermark(customer)

    answer = customer.sync("--changed")

    assert (answer.code, answer["employees"]) == (0, counted(unchanged=3))
    assert watermark(customer) == before


def test_X2_without_a_watermark_all_are_read(customer: Customer, account: Account) -> None:
    add_people(account, 120)

    answer = customer.sync("--changed")

    assert asked_for_changes(account) == []
    assert answer["employees"] == counted(created=120)
    assert watermark(customer) == datetime.fromisoformat(long_ago(120))


def test_X2_where_smarthr_does_not_sort_all_are_read(customer: Customer, account: Account) -> None:
    crews = add_people(account, 120)
    customer.sync()
    account.change_crew(crews[110], last_name="変更")
    account.ignores_sort = True

    answer = customer.sync("--changed")

    assert (answer.code, answer["employees"]) == (0, counted(updated=1, unchanged=119))


def test_X2_it_never_deletes_and_never_proposes(customer: Customer, account: Account) -> None:
    customer.configure("--deletion", "auto", "--department-slot", "1")
    sales = account.add_department("営業部")
    old = account.add_department("旧部署")
    crews = add_people(account, 30)
    account.change_crew(crews[0], department_ids=[sales])
    customer.sync()
    account.delete_crew(crews[5])
    account.delete_department(old)

    answer = customer.sync("--changed")

    assert (answer.code, answer["status"]) == (0, "succeeded")
    assert customer.has_person(crews[5])
    assert customer.group(old).name == "旧部署"
    assert not DeletionCandidate.objects.for_company(customer.company).exists()


@pytest.mark.parametrize("slot", ["none", "1"])
def test_X2_departments_are_compared_whole(customer: Customer, account: Account, slot: str) -> None:
    sales = account.add_department("営業部")
    customer.sync("departments")
    customer.configure("--department-slot", slot)
    account.change_department(sales, name="営業一部")
    new = account.add_department("新部署")

    answer = customer.sync("--changed")

    assert answer["departments"] == counted(created=1, updated=1)
    assert (customer.group(sales).name, customer.group(new).name) == ("営業一部", "新部署")


def test_X2_no_department_is_asked_for_where_none_is_compared(
    customer: Customer, account: Account
) -> None:
    account.add_department("営業部")
    add_people(account, 2)

    answer = customer.sync("--changed")

    assert account.logged("/departments") == []
    assert answer["departments"] == NOTHING


def test_X2_a_candidate_who_answers_again_is_none(customer: Customer, account: Account) -> None:
    crews = add_people(account, 30)
    customer.sync()
    kept = account.crew(crews[3])
    account.delete_crew(crews[3])
    customer.sync()
    account.add_crew(**{**kept, "updated_at": account.clock.now()})

    answer = customer.sync("--changed")

    assert (answer.code, answer["deletion_candidates"]) == (0, [])


def test_X2_a_failed_sync_leaves_the_watermark(customer: Customer, account: Account) -> None:
    crews = add_people(account, 130)
    customer.sync()
    before = watermark(customer)
    for crew in crews:
        account.change_crew(crew, last_name="変更")
    account.fail("not_found_html", path="/crews", page=2)

    failed = customer.sync("--changed")
    after_failure = watermark(customer)
    good = customer.sync("--changed")

    assert (failed.code, after_failure) == (1, before)
    assert (good.code, good["employees"]) == (0, counted(updated=30, unchanged=100))


def test_X2_the_watermark_stays_before_what_was_changed_while_all_were_read(
    customer: Customer, account: Account
) -> None:
    """Who stands on the first page changed after it was read; a later page shows a newer time."""
    crews = add_people(account, 150)

    def change(page: int) -> None:
        if page == 2:
            late = datetime.now(UTC) + timedelta(hours=3)
            account.change_crew(crews[0], last_name="変更")
            account.change_crew(crews[140], updated_at=late.strftime("%Y-%m-%dT%H:%M:%S.000Z"))

    account.before_page = between_pages(change)
    customer.sync()
    account.before_page = None

    answer = customer.sync("--changed")

    assert answer["employees"]["updated"] == 1
    assert customer.person(crews[0]).last_name == "変更"


def test_X2_a_change_shortly_before_the_watermark_is_seen(
    customer: Customer, account: Account
) -> None:
    """A change can show up later than its own time says."""
    crews = add_people(account, 150)
    newest = datetime.fromisoformat(long_ago(150))
    customer.sync()
    late = (newest - timedelta(minutes=9)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    account.change_crew(crews[0], last_name="変更", updated_at=late)

    customer.sync("--changed")

    assert customer.person(crews[0]).last_name == "変更"


def test_X2_a_list_that_gets_shorter_is_read_again(customer: Customer, account: Account) -> None:
    """With one row less, one slips from the second page onto the first, unseen."""
    crews = add_people(account, 150)
    customer.sync()
    for crew in crews:
        account.change_crew(crew, last_name="変更")
    newest = crews[-1]
    shortened: list[int] = []

    def shorten(page: int) -> None:
        if page == 2 and not shortened:
            shortened.append(page)
            account.delete_crew(newest)

    account.before_page = between_pages(shorten)

    answer = customer.sync("--changed")

    assert answer.code == 0
    renamed = Employee.objects.for_company(customer.company).filter(last_name="変更")
    assert renamed.count() == 150


def test_X2_who_was_reported_last_time_is_looked_at_again(
    customer: Customer, account: Account
) -> None:
    holder = EmployeeFactory(company=customer.company, employee_id="E999")
    crews = add_people(account, 120)
    account.change_crew(crews[0], emp_code="E999", updated_at=long_ago(1))
    first = customer.sync()
    holder.delete()

    answer = customer.sync("--changed")

    assert said(first) == [(crews[0], "employee_id_taken")]
    assert customer.person(crews[0]).employee_id == "E999"
    assert said(answer) == []


def test_X2_E11_what_was_emptied_is_emptied(customer: Customer, account: Account) -> None:
    crews = add_people(account, 130)
    customer.sync()
    account.change_crew(crews[0], email=None)

    answer = customer.sync("--changed")

    assert customer.person(crews[0]).email == ""
    assert answer["unreadable"] == []


def test_X2_E11_what_cannot_be_read_is_kept(customer: Customer, account: Account) -> None:
    crews = add_people(account, 130)
    customer.sync()
    kept = customer.person(crews[0]).email
    account.add_token(TOKEN, hidden_attributes=["email"], hidden_as=HiddenAs.NULL)
    account.change_crew(crews[0], last_name="変更")

    answer = customer.sync("--changed")

    person = customer.person(crews[0])
    assert (person.last_name, person.email) == ("変更", kept)
    assert answer["unreadable"] == ["email"]
    # A look at some says nothing of the token that the settings page would show.
    assert customer.integration.unreadable == []


def test_X2_S3_a_swap_of_numbers(customer: Customer, account: Account) -> None:
    crews = add_people(account, 120)
    customer.sync()
    first, second = (customer.person(crew).employee_id for crew in crews[:2])
    account.change_crew(crews[0], emp_code=second)
    account.change_crew(crews[1], emp_code=first)

    answer = customer.sync("--changed")

    assert [customer.person(crew).employee_id for crew in crews[:2]] == [second, first]
    assert answer["employees"]["updated"] == 2


def test_X2_X1_a_dry_run_says_what_it_would_do(customer: Customer, account: Account) -> None:
    crews = add_people(account, 120)
    customer.sync()
    account.change_crew(crews[0], last_name="変更")

    plan = customer.sync("--changed", "--dry-run")
    answer = customer.sync("--changed")

    assert {**plan.data, "run": None} == {**answer.data, "run": None}
    assert plan["employees"] == counted(updated=1, unchanged=99)


def test_X2_an_empty_list_stops_it(customer: Customer, account: Account) -> None:
    add_people(account, 3)
    customer.sync()
    account.clear()

    answer = customer.sync("--changed")

    assert (answer.code, answer["status"]) == (3, "needs_confirmation")
    run: SyncRun = SyncRun.objects.for_company(customer.company).latest("pk")
    assert (run.status, run.error_code) == (RunStatus.NEEDS_CONFIRMATION, "empty_answer")
