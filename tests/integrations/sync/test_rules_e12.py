"""E12: people whom SmartHR no longer has, found by a full sync."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from companies.models import AuditEntry
from employees.models import Employee
from integrations.models import CrewTombstone, DeletionCandidate, RunRecord, SyncRun
from integrations.smarthr.client import SmartHRClient
from simulator.account import Account
from tests.factories import BusinessCardFactory
from tests.integrations.conftest import Answer, Customer
from tests.integrations.lives import between_pages
from tests.integrations.sync.groups import planned_and_run
from tests.integrations.sync.people import counted, said

# Linked people, how many of them are gone, and whether they wait for a person's word.
LIMITS = [
    *((2, 1, False), (10, 1, False), (10, 2, True), (19, 1, False), (19, 2, True)),
    *((39, 2, True), (40, 2, False), (40, 3, True), (200, 10, False), (200, 11, True)),
    *((1000, 10, False), (1000, 11, True)),
]


def with_people(customer: Customer, account: Account, count: int, deletion: str) -> list[str]:
    customer.configure("--deletion", deletion)
    crews = [account.add_crew() for _ in range(count)]
    assert customer.sync().code == 0
    return crews


def candidates(answer: Answer) -> list[str]:
    return [entry["smarthr_id"] for entry in answer["deletion_candidates"]]


def test_E12_confirm_lists_who_is_gone_and_deletes_nobody(
    customer: Customer, account: Account
) -> None:
    crews = with_people(customer, account, 3, "confirm")
    BusinessCardFactory(employee=customer.person(crews[0]))
    account.delete_crew(crews[0])

    answer = planned_and_run(customer)

    assert (answer.code, answer["status"], answer["error"]) == (3, "needs_confirmation", None)
    assert answer["employees"] == counted(unchanged=2)
    assert answer["deletion_candidates"] == [
        {"smarthr_id": crews[0], "employee_id": customer.person(crews[0]).employee_id}
    ]
    assert customer.person(crews[0]).cards.count() == 1
    assert planned_and_run(customer).code == 3  # still asked, still one candidate
    assert DeletionCandidate.objects.for_company(customer.company).count() == 1


@pytest.mark.parametrize(("linked", "gone", "held"), LIMITS)
def test_E12_auto_deletes_up_to_the_limit_and_nobody_above_it(
    customer: Customer, account: Account, linked: int, gone: int, held: bool
) -> None:
    crews = with_people(customer, account, linked, "auto")
    for crew in crews[:gone]:
        account.delete_crew(crew)

    answer = planned_and_run(customer)

    assert answer["employees"] == counted(unchanged=linked - gone, deleted=0 if held else gone)
    assert candidates(answer) == (sorted(crews[:gone]) if held else [])
    assert (answer.code, answer["status"]) == (
        (3, "needs_confirmation") if held else (0, "succeeded")
    )
    people = Employee.objects.for_company(customer.company).linked()
    assert people.count() == (linked if held else linked - gone)
    tombstones = CrewTombstone.objects.for_company(customer.company)
    assert tombstones.count() == (0 if held else gone)
    if held:
        run = SyncRun.objects.for_company(customer.company).get(pk=answer["run"])
        assert run.error_detail["people"]["count"] == gone


def test_E12_auto_asks_for_each_crew_on_its_own_before_it_deletes(
    customer: Customer, account: Account
) -> None:
    crews = with_people(customer, account, 3, "auto")
    person = customer.person(crews[0])
    account.delete_crew(crews[0])

    answer = customer.sync()

    assert [r.status for r in account.logged(f"/crews/{crews[0]}")] == [404]
    assert account.logged(f"/crews/{crews[1]}") == []
    record = RunRecord.objects.for_company(customer.company).get(
        run_id=answer["run"], outcome="deleted"
    )
    assert (record.smarthr_id, record.object_pk) == (crews[0], person.pk)
    entry = AuditEntry.objects.for_company(customer.company).get(action="deleted")
    assert (entry.object_type, entry.object_id, entry.actor_kind) == ("employee", person.pk, "sync")
    assert entry.changes == {"employee_id": [person.employee_id, None]}


def test_E12_a_crew_that_still_answers_to_its_id_is_no_candidate(
    customer: Customer, account: Account
) -> None:
    crews = with_people(customer, account, 3, "auto")
    record = account.crews[crews[1]]
    account.delete_crew(crews[1])
    requests = 0

    def before(page: int) -> None:
        nonlocal requests
        requests += 1
        if requests == 2:  # the list was read; now it is asked for by id
            account.crews[crews[1]] = record
            account.touched()

    account.before_page = before
    answer = customer.sync()

    assert requests == 2
    assert (answer.code, answer["employees"]) == (0, counted(unchanged=2))
    assert customer.has_person(crews[1])


def test_E12_a_crew_that_answers_on_its_own_is_not_deleted(
    customer: Customer, account: Account
) -> None:
    crews = with_people(customer, account, 3, "auto")
    record = account.crews.pop(crews[1])
    account.touched()

    answer = _with_crew_back_before_its_own_answer(customer, account, crews[1], record)

    assert (answer.code, answer["status"]) == (0, "succeeded")
    assert answer["employees"] == counted(unchanged=2)
    assert said(answer) == [(crews[1], "still_exists")]
    assert customer.has_person(crews[1])


def _with_crew_back_before_its_own_answer(
    customer: Customer, account: Account, crew: str, record: dict[str, Any]
) -> Answer:
    asked = SmartHRClient.crew_exists

    def back_then_ask(client: SmartHRClient, crew_id: Any) -> bool:
        account.crews[crew] = record
        account.touched()
        return asked(client, crew_id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SmartHRClient, "crew_exists", back_then_ask)
        return customer.sync()


def test_E12_a_count_that_does_not_match_is_read_once_more(
    customer: Customer, account: Account
) -> None:
    crews = with_people(customer, account, 3, "auto")
    account.delete_crew(crews[0])
    account.fail("wrong_total", path="/crews", page=1, times=1)
    before = len(account.logged("/crews"))

    answer = customer.sync()

    assert len(account.logged("/crews")) - before == 3  # twice the list, once by id
    assert (answer.code, answer["employees"]) == (0, counted(unchanged=2, deleted=1))


@pytest.mark.parametrize("deletion", ["confirm", "auto"])
@pytest.mark.parametrize("fault", ["wrong_total", "missing_total"])
def test_E12_without_a_matching_count_nobody_is_deleted_or_proposed(
    customer: Customer, account: Account, fault: str, deletion: str
) -> None:
    crews = with_people(customer, account, 3, deletion)
    account.delete_crew(crews[0])
    account.change_crew(crews[1], last_name="改姓")
    account.fail(fault, path="/crews", page=1, times=None)

    answer = planned_and_run(customer)

    assert (answer.code, answer["status"]) == (1, "failed")
    assert "すべて読み取れなかった" in answer["error"]
    assert answer["employees"] == counted(updated=1, unchanged=1)
    assert candidates(answer) == []
    assert customer.has_person(crews[0])
    assert customer.person(crews[1]).last_name == "改姓"


def test_E12_rows_that_shift_between_pages_delete_nobody_who_is_there(
    customer: Customer, account: Account
) -> None:
    crews = with_people(customer, account, 250, "auto")
    gone_before_page_2 = crews[5]

    def before(page: int) -> None:
        if page == 2 and gone_before_page_2 in account.crews:
            account.delete_crew(gone_before_page_2)

    account.before_page = before
    first = customer.sync()
    account.before_page = None

    # The first of page 2 slipped onto page 1 unseen; the count changed, so all was read again.
    assert (first.code, candidates(first)) == (0, [])
    assert first["employees"] == counted(unchanged=250, deleted=1)
    assert [crew for crew in crews if not customer.has_person(crew)] == [gone_before_page_2]
    second = customer.sync()
    assert (second.code, second["employees"]) == (0, counted(unchanged=249))


def test_E12_a_crew_added_while_pages_are_read_does_no_harm(
    customer: Customer, account: Account
) -> None:
    crews = with_people(customer, account, 250, "auto")
    added: list[str] = []

    def before(page: int) -> None:
        if page == 3 and not added:
            added.append(account.add_crew(last_name="途中"))

    account.before_page = before
    answer = customer.sync()

    assert (answer.code, answer["employees"]) == (0, counted(unchanged=250, created=1))
    assert all(customer.has_person(crew) for crew in [*crews, *added])


def test_E12_a_candidate_whose_crew_answers_again_drops_out(
    customer: Customer, account: Account
) -> None:
    crews = with_people(customer, account, 3, "confirm")
    records = {crew: account.crews[crew] for crew in crews[:2]}
    for crew in records:
        account.delete_crew(crew)
    assert candidates(customer.sync()) == sorted(records)
    account.crews[crews[0]] = records[crews[0]]
    account.touched()

    assert candidates(planned_and_run(customer)) == [crews[1]]

    account.crews[crews[1]] = records[crews[1]]
    account.touched()
    answer = planned_and_run(customer)
    assert (answer.code, answer["employees"]) == (0, counted(unchanged=3))


def test_E12_a_dismissed_one_is_not_asked_again_until_it_was_back(
    customer: Customer, account: Account
) -> None:
    crews = with_people(customer, account, 3, "confirm")
    record = account.crews[crews[0]]
    account.delete_crew(crews[0])
    customer.sync()
    customer.deletions("--dismiss")

    answer = planned_and_run(customer)
    assert (answer.code, answer["status"], candidates(answer)) == (0, "succeeded", [])
    customer.configure("--deletion", "auto")
    assert planned_and_run(customer)["employees"] == counted(unchanged=2)
    assert customer.has_person(crews[0])

    account.crews[crews[0]] = record
    account.touched()
    assert planned_and_run(customer).code == 0
    assert not DeletionCandidate.objects.for_company(customer.company).exists()
    customer.configure("--deletion", "confirm")
    account.delete_crew(crews[0])
    assert candidates(planned_and_run(customer)) == [crews[0]]


def test_E12_those_over_the_limit_are_still_held_by_the_next_run(
    customer: Customer, account: Account
) -> None:
    crews = with_people(customer, account, 10, "auto")
    for crew in crews[:3]:
        account.delete_crew(crew)
    assert candidates(planned_and_run(customer)) == sorted(crews[:3])

    answer = planned_and_run(customer)

    assert (answer.code, candidates(answer)) == (3, sorted(crews[:3]))
    assert answer["employees"] == counted(unchanged=7)


@pytest.mark.parametrize("fault", ["status", "html200", "not_found_html", "redirect"])
def test_E12_a_run_that_fails_on_the_last_look_deletes_nobody(
    customer: Customer, account: Account, fault: str
) -> None:
    crews = with_people(customer, account, 40, "auto")
    for crew in crews[:2]:
        account.delete_crew(crew)
    # The first of the two answers 404 as it should, the second one does not.
    account.fail(fault, path=f"/crews/{max(crews[:2])}", times=None, status=403)

    answer = planned_and_run(customer)

    assert (answer.code, answer["status"]) == (1, "failed")
    assert answer["employees"] == counted(unchanged=38)
    assert all(customer.has_person(crew) for crew in crews)


def test_E12a_a_deleted_crew_is_not_brought_back_by_what_was_read_before(
    customer: Customer, account: Account
) -> None:
    crews = with_people(customer, account, 3, "confirm")
    account.delete_crew(crews[0])
    customer.sync()
    record = {"id": crews[0], "last_name": "幽霊", "first_name": "花子", "birth_at": "1990-01-01"}
    extra = account.add_crew(**record)

    def delete_meanwhile(page: int) -> None:
        """Another door, after the page was asked for and before it is applied."""
        Employee.objects.for_company(customer.company).filter(smarthr_id=crews[0]).delete()
        CrewTombstone.objects.update_or_create(
            company=customer.company,
            smarthr_id=crews[0],
            defaults={"deleted_at": timezone.now()},
        )

    account.before_page = between_pages(delete_meanwhile)
    answer = customer.sync()
    account.before_page = None

    assert extra == crews[0]
    assert not customer.has_person(crews[0])
    assert answer["employees"] == counted(unchanged=3)
    # Read after the deletion, the crew is a person again.
    assert planned_and_run(customer)["employees"] == counted(created=1, unchanged=2)
