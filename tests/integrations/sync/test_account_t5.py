"""T5: a changed subdomain or token keeps the links; another company's account changes nothing."""

from __future__ import annotations

import pytest

from employees.models import Employee
from groups.models import Group
from integrations.models import DeletionCandidate
from simulator.account import Account
from simulator.server import Simulator, start_simulator
from tests.integrations.conftest import TOKEN, Answer, Customer
from tests.integrations.sync.groups import planned_and_run, without_run
from tests.integrations.sync.people import counted, rows

OTHER_TOKEN = "shr_9999_other-account-other-account-12345"


@pytest.fixture
def simulator(settings: object) -> object:
    with start_simulator() as running:
        settings.SMARTHR_API_URL = running.api_url_template  # type: ignore[attr-defined]
        yield running


@pytest.fixture
def account(simulator: Simulator) -> Account:
    """Takes the place of the usual one, so that there can be a second account."""
    return add_account(simulator, "acme", TOKEN)


def add_account(simulator: Simulator, subdomain: str, token: str) -> Account:
    account = simulator.add_account(subdomain, token)
    account.rate_limit_per_second = account.rate_limit_per_hour = None
    return account


@pytest.fixture
def other(simulator: Simulator) -> Account:
    """Another company's account, with people and departments of its own."""
    account = add_account(simulator, "other", OTHER_TOKEN)
    department = account.add_department("別会社")
    for _ in range(3):
        account.add_crew(last_name="別人", department_ids=[department])
    return account


@pytest.fixture
def linked(customer: Customer, account: Account) -> list[str]:
    department = account.add_department("営業部")
    crews = [account.add_crew(department_ids=[department]) for _ in range(3)]
    customer.configure("--department-slot", "1")
    assert customer.sync().code == 0
    return crews


def stored() -> list[object]:
    return [*rows(Employee, Group, DeletionCandidate)]


def assert_stopped(answer: Answer) -> None:
    assert (answer.code, answer["status"]) == (3, "needs_confirmation")
    assert "別の会社に接続した可能性がある" in answer["error"]
    assert answer["departments"] == answer["employees"] == counted()
    assert (answer["skipped"], answer["deletion_candidates"]) == ([], [])


@pytest.mark.parametrize("slot", ["none", "1"])
@pytest.mark.parametrize("kind", ["employees", "departments"])
@pytest.mark.usefixtures("linked")
def test_T5_another_account_stops_the_run_before_it_writes(
    customer: Customer, other: Account, kind: str, slot: str
) -> None:
    customer.configure("--subdomain", "other", "--department-slot", slot, token=OTHER_TOKEN)
    before = stored()

    for answer in (customer.sync(kind, "--dry-run"), customer.sync(kind), customer.sync(kind)):
        assert_stopped(answer)

    assert stored() == before
    assert customer.integration.account_unchecked
    assert [r.query.get("fields") for r in other.logged("/crews")] == ["id,updated_at"] * 3


@pytest.mark.usefixtures("linked")
def test_T5_the_account_can_be_confirmed(customer: Customer, other: Account) -> None:
    customer.configure("--subdomain", "other", token=OTHER_TOKEN)
    assert_stopped(customer.sync())

    confirmed = customer.configure("--accept-account")

    assert (confirmed.code, confirmed["account_unchecked"]) == (0, False)
    answer = planned_and_run(customer)
    # The new account's people come in; those of the old one wait for a person's word.
    assert (answer.code, answer["status"]) == (3, "needs_confirmation")
    assert answer["employees"] == counted(created=3)
    assert answer["departments"] == counted(created=1)
    assert len(answer["deletion_candidates"]) == 3


@pytest.mark.usefixtures("linked")
def test_T5_a_confirmation_is_for_the_account_it_was_given_for(
    customer: Customer, other: Account, account: Account
) -> None:
    customer.configure("--accept-account")  # nothing to confirm yet: no word for later accounts

    changed = customer.configure("--subdomain", "other", token=OTHER_TOKEN)

    assert changed["account_unchecked"] is True
    assert_stopped(customer.sync())


@pytest.mark.usefixtures("linked")
def test_T5_change_and_confirmation_in_one_go(customer: Customer, other: Account) -> None:
    answer = customer.configure("--subdomain", "other", "--accept-account", token=OTHER_TOKEN)

    assert (answer.code, answer["account_unchecked"]) == (0, False)
    assert customer.sync()["employees"]["created"] == 3


def test_T5_a_renamed_subdomain_keeps_the_links(
    customer: Customer, account: Account, simulator: Simulator, linked: list[str]
) -> None:
    account.inactive = True
    renamed = add_account(simulator, "acme-holdings", TOKEN)
    renamed.crews.update(account.crews)
    renamed.departments.update(account.departments)
    failed = customer.sync()
    assert (failed.code, failed["status"]) == (1, "failed")
    assert "サブドメイン「acme」はSmartHRで使われていません" in failed["error"]

    customer.configure("--subdomain", "acme-holdings")
    renamed.change_crew(linked[0], last_name="改姓")
    answer = planned_and_run(customer)

    assert (answer.code, answer["employees"]) == (0, counted(updated=1, unchanged=2))
    assert answer["departments"] == counted(unchanged=1)
    assert not customer.integration.account_unchecked


def test_T5_a_new_token_of_the_same_account_keeps_the_links(
    customer: Customer, account: Account, linked: list[str]
) -> None:
    account.remove_token(TOKEN)
    account.add_token(OTHER_TOKEN)
    assert customer.sync().code == 1
    customer.configure(token=OTHER_TOKEN)
    assert customer.integration.account_unchecked

    answer = planned_and_run(customer)

    assert (answer.code, answer["employees"]) == (0, counted(unchanged=3))
    assert not customer.integration.account_unchecked


def test_T5_one_known_id_is_enough(customer: Customer, account: Account, linked: list[str]) -> None:
    """Most people gone is no other account; E12 looks after them."""
    for crew in linked[1:]:
        account.delete_crew(crew)
    account.add_token(OTHER_TOKEN)
    customer.configure(token=OTHER_TOKEN)

    answer = planned_and_run(customer)

    assert answer["employees"] == counted(unchanged=1)
    assert sorted(c["smarthr_id"] for c in answer["deletion_candidates"]) == sorted(linked[1:])


def test_T5_a_known_department_is_enough(
    customer: Customer, account: Account, linked: list[str]
) -> None:
    for crew in linked:
        account.delete_crew(crew)
    account.add_crew()
    account.add_token(OTHER_TOKEN)
    customer.configure(token=OTHER_TOKEN)

    assert planned_and_run(customer)["employees"] == counted(created=1)


def test_T5_nothing_is_asked_where_nothing_is_linked(customer: Customer, other: Account) -> None:
    customer.configure("--subdomain", "other", token=OTHER_TOKEN)

    answer = planned_and_run(customer)

    assert (answer.code, answer["employees"]) == (0, counted(created=3))


@pytest.mark.parametrize("scopes", [["departments:read"], ["crews:read"]])
@pytest.mark.usefixtures("linked")
def test_T5_a_department_sync_with_a_new_token_needs_departments_only(
    customer: Customer, account: Account, scopes: list[str]
) -> None:
    account.add_token(OTHER_TOKEN, scopes=scopes)
    customer.configure(token=OTHER_TOKEN)

    answer = customer.sync("departments")

    if scopes == ["departments:read"]:
        assert (answer.code, answer["departments"]) == (0, counted(unchanged=1))
    else:
        assert answer.code == 1
        assert "「部署:参照」" in answer["error"]


@pytest.mark.usefixtures("linked")
def test_T5_a_token_that_may_read_no_crews_is_a_missing_permission(
    customer: Customer, account: Account
) -> None:
    account.add_token(OTHER_TOKEN, scopes=["departments:read"])
    customer.configure(token=OTHER_TOKEN)

    plan, answer = customer.sync("--dry-run"), customer.sync()

    assert without_run(plan) == without_run(answer)
    assert answer.code == 1
    assert "「従業員情報:参照」" in answer["error"]
