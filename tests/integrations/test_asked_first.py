"""Nobody is deleted by a sync whom this account never showed, or about whom a person is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from cards.models import BusinessCard
from employees.models import Employee
from groups.models import Group
from integrations.choices import CandidateStatus, Subject, Trigger
from integrations.models import DeletionCandidate, Tie
from integrations.services.deletions import approve, dismiss
from integrations.services.ties import Tied, tie, untie
from integrations.smarthr.client import SmartHRClient
from integrations.sync.database import DatabaseLedger
from simulator.account import Account
from simulator.server import Simulator, start_simulator
from tests.factories import BusinessCardFactory
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.lives import administrator, work
from tests.integrations.ties import (
    ACTOR,
    FIRST,
    OTHER_TOKEN,
    RELINK,
    add_account,
    by_hand,
    keys,
    survey,
)

PEOPLE = 20
Queue = Callable[..., Any]


@pytest.fixture
def simulator(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    monkeypatch.setattr("integrations.pacing._SPACING", 0.001)
    with start_simulator() as running:
        settings.SMARTHR_API_URL = running.api_url_template
        yield running


@pytest.fixture
def account(simulator: Simulator) -> Account:
    return add_account(simulator, "acme", TOKEN)


@pytest.fixture
def other(simulator: Simulator) -> Account:
    return add_account(simulator, "other", OTHER_TOKEN)


def fill(account: Account, codes: list[str]) -> None:
    for number, code in enumerate(codes):
        account.add_crew(emp_code=code, last_name="佐藤", first_name=f"{number}")


def move(customer: Customer, account: Account, other: Account, *, unknown: int = 0) -> Employee:
    """Everybody is in both accounts under other ids, the unknown under other numbers, too.

    Returns the first person, who has a card.
    """
    codes = [f"{number:05}" for number in range(PEOPLE)]
    fill(account, codes)
    fill(other, [f"X{code}" for code in codes[:unknown]] + codes[unknown:])
    customer.configure("--deletion", "auto")
    assert customer.sync().code == 0
    person: Employee = Employee.objects.for_company(customer.company).get(employee_id="00000")
    BusinessCardFactory(employee=person)
    customer.configure("--subdomain", "other", token=OTHER_TOKEN)
    assert customer.sync().code == 3
    return person


def waiting(customer: Customer, subject: Subject = Subject.EMPLOYEE) -> set[int | None]:
    rows = DeletionCandidate.objects.for_company(customer.company).pending()
    column = "employee_id" if subject == Subject.EMPLOYEE else "group_id"
    return set(rows.filter(subject=subject).values_list(column, flat=True))


def assert_asked(customer: Customer, person: Employee) -> None:
    assert BusinessCard.objects.filter(employee=person).exists()
    assert waiting(customer) == {person.pk}


def test_T5_whoever_is_left_out_of_the_relinking_is_asked_about(
    customer: Customer, account: Account, other: Account
) -> None:
    person = move(customer, account, other, unknown=1)
    done = tie(company=customer.company, ties=keys(survey(customer, RELINK)), actor=ACTOR)
    assert len(done.done) == PEOPLE - 1
    assert customer.sync().code == 3
    assert_asked(customer, person)


def test_X12_whose_relinking_was_undone_is_asked_about(
    customer: Customer, account: Account, other: Account
) -> None:
    person = move(customer, account, other)
    run = survey(customer, RELINK)
    tie(company=customer.company, ties=keys(run), actor=ACTOR)
    untie(company=customer.company, ties=keys(run, str(person)), actor=ACTOR)
    assert customer.sync().code == 3
    assert_asked(customer, person)


def test_X12_an_undone_relinking_ends_the_sync_that_goes_on(
    customer: Customer, account: Account, other: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = move(customer, account, other)
    run = survey(customer, RELINK)
    tie(company=customer.company, ties=keys(run), actor=ACTOR)
    step = DatabaseLedger.step
    undone: list[Tied] = []

    def undo_after_a_page(ledger: DatabaseLedger, write: Callable[[], None]) -> None:
        step(ledger, write)
        if not undone and ledger.progress.crews.page == 2:
            chosen = keys(run, str(person))
            undone.append(untie(company=customer.company, ties=chosen, actor=ACTOR))

    monkeypatch.setattr(DatabaseLedger, "step", undo_after_a_page)
    answer = customer.sync()
    assert (len(undone), answer.code, answer.data["status"]) == (1, 1, "failed")
    assert customer.integration.account_unchecked
    assert BusinessCard.objects.filter(employee=person).exists()


def test_T5_a_confirmed_account_deletes_nobody_of_the_former_one(
    customer: Customer, account: Account, other: Account
) -> None:
    crew = account.add_crew()
    other.add_crew()
    customer.configure("--deletion", "auto")
    customer.sync()
    person = customer.person(crew)
    BusinessCardFactory(employee=person)
    customer.configure("--subdomain", "other", token=OTHER_TOKEN)
    assert customer.sync().code == 3
    customer.configure("--accept-account")
    assert customer.sync().code == 3
    assert_asked(customer, person)


def test_T5_G4_groups_that_were_not_relinked_are_asked_about(
    customer: Customer, account: Account, other: Account
) -> None:
    for one in (account, other):
        for number in range(3):
            one.add_department(f"部{number}")
        fill(one, ["00001"])
    customer.sync("departments")
    customer.sync()
    linked = Group.objects.for_company(customer.company).filter(smarthr_id__isnull=False)
    former = set(linked.values_list("pk", flat=True))
    customer.configure("--subdomain", "other", token=OTHER_TOKEN)
    assert customer.sync().code == 3
    run = survey(customer, RELINK)
    people = Tie.objects.for_company(customer.company).filter(run=run, subject=Subject.EMPLOYEE)
    tie(company=customer.company, ties=list(people.values_list("pk", flat=True)), actor=ACTOR)
    answer = customer.sync("departments")
    assert answer.code == 3
    assert waiting(customer, Subject.GROUP) == former


def test_X8_whoever_is_tied_to_a_crew_that_has_gone_is_asked_about(
    customer: Customer, account: Account
) -> None:
    customer.configure("--deletion", "auto")
    person = by_hand(customer, employee_id="hanako", email="h@example.com")
    BusinessCardFactory(employee=person)
    by_hand(customer, employee_id="00028", email="y@example.com")
    crew = account.add_crew(emp_code="00027", email="h@example.com")
    account.add_crew(emp_code="00028", email="y@example.com")
    run = survey(customer, FIRST)
    account.delete_crew(crew)
    assert len(tie(company=customer.company, ties=keys(run), actor=ACTOR).done) == 2
    assert customer.sync().code == 3
    assert_asked(customer, person)


def test_E12_whoever_waits_for_a_word_is_not_deleted_by_the_next_sync(
    customer: Customer, account: Account
) -> None:
    customer.configure("--deletion", "auto")
    crews = [account.add_crew() for _ in range(40)]
    customer.sync()
    for crew in crews[:5]:
        account.delete_crew(crew)
    assert customer.sync().code == 3  # above the limit of 2
    rows = DeletionCandidate.objects.for_company(customer.company).order_by("pk")
    chosen = list(rows.values_list("pk", flat=True))[:4]
    run, _ = approve(
        company=customer.company,
        candidates=chosen,
        trigger=Trigger.SCREEN,
        actor=administrator(customer),
    )
    work(run)
    left = waiting(customer)
    assert len(left) == 1
    assert customer.sync().code == 3
    assert waiting(customer) == left


def test_E12_automatic_from_now_on_does_not_answer_what_was_asked_before(
    customer: Customer, account: Account
) -> None:
    crews = [account.add_crew() for _ in range(40)]
    customer.sync()
    account.delete_crew(crews[0])
    assert customer.sync().code == 3
    asked = waiting(customer)
    customer.configure("--deletion", "auto")
    account.delete_crew(crews[1])
    later = customer.person(crews[1])
    assert customer.sync().code == 3
    assert waiting(customer) == asked
    assert not Employee.objects.filter(pk=later.pk).exists()


def test_E12_whoever_is_kept_while_the_sync_asks_stays(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer.configure("--deletion", "auto")
    crews = [account.add_crew() for _ in range(40)]
    customer.sync()
    account.delete_crew(crews[0])
    person = customer.person(crews[0])
    ask = SmartHRClient.crew_exists

    def keep(client: SmartHRClient, crew: Any) -> bool:
        answer = ask(client, crew)
        row = DeletionCandidate.objects.create(
            company=customer.company,
            subject=Subject.EMPLOYEE,
            employee=person,
            smarthr_id=UUID(crews[0]),
        )
        dismiss(company=customer.company, candidates=[row.pk], actor=ACTOR)
        return answer

    monkeypatch.setattr(SmartHRClient, "crew_exists", keep)
    customer.sync()
    row = DeletionCandidate.objects.for_company(customer.company).get(employee=person)
    assert row.status == CandidateStatus.DISMISSED
