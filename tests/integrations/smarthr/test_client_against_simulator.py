"""The client over real HTTP against the bundled SmartHR."""

import threading
import time
from uuid import UUID

import pytest

from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.records import BadRecord, Crew, Department, Flag
from simulator.account import Account
from tests.integrations.smarthr.conftest import TOKEN

FIELDS = ["emp_code", "last_name", "first_name", "birth_at", "email", "departments"]


def only_crew(client: SmartHRClient) -> Crew:
    (crew,) = client.crews_page(1, fields=FIELDS).items
    assert isinstance(crew, Crew)
    return crew


def departments_of(client: SmartHRClient, *, window: int = 2) -> list[Department | BadRecord]:
    pages = client.read_ahead(1, client.departments_page, window=window)
    return [department for page in pages for department in page.items]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_all_pages_are_read_once(account: Account, client: SmartHRClient, count: int) -> None:
    ids = [UUID(account.add_crew()) for _ in range(count)]

    pages = list(client.read_ahead(1, lambda n: client.crews_page(n, fields=FIELDS)))

    crews = [item for page in pages for item in page.items]
    assert sorted(crew.id for crew in crews if isinstance(crew, Crew)) == sorted(ids)
    assert [page.total for page in pages] == [count] * len(pages)
    assert len(pages) == max(1, -(-count // 100))
    assert client.requests == account.request_count == len(pages)


def test_only_needed_attributes_are_asked_for(account: Account, client: SmartHRClient) -> None:
    account.add_crew()

    client.crews_page(1, fields=["email"])
    client.crew_exists(only_crew(client).id)

    asked = [dict(request.query).get("fields") for request in account.requests]
    assert asked == ["id,updated_at,email", f"id,updated_at,{','.join(FIELDS)}", "id"]


def test_slots_keep_their_order_and_holes(account: Account, client: SmartHRClient) -> None:
    sales = account.add_department("営業部")
    account.add_crew(department_ids=[None, sales, None])

    assert only_crew(client).departments == (None, UUID(sales), None)


def test_trimmed_and_unset_slots(account: Account, client: SmartHRClient) -> None:
    account.slot_shape = "trimmed"
    sales = account.add_department("営業部")
    account.add_crew(department_ids=[None, sales])
    account.add_crew(department_ids=[])

    departments = [
        item.departments
        for item in client.crews_page(1, fields=FIELDS).items
        if isinstance(item, Crew)
    ]
    assert departments == [(None, UUID(sales)), ()]


def test_missing_key_is_not_null(account: Account, client: SmartHRClient) -> None:
    account.add_crew(email=None, birth_at="1990-04-01")
    account.add_token(TOKEN, hidden_attributes=["birth_at", "departments"])

    crew = only_crew(client)

    assert (crew.email, crew.birth_at, crew.departments) == (None, Flag.ABSENT, Flag.ABSENT)


def test_attribute_hidden_as_null_is_null(account: Account, client: SmartHRClient) -> None:
    account.add_crew()
    account.add_token(TOKEN, hidden_attributes=["email"], hidden_as="null")

    assert only_crew(client).email is None


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", "長" * 10_000, 7, ["x"], None, ""])
def test_odd_values_arrive(account: Account, client: SmartHRClient, value: object) -> None:
    account.add_crew(last_name=value)

    is_text = value is None or isinstance(value, str)
    assert only_crew(client).last_name == (value if is_text else Flag.MALFORMED)


def test_record_with_an_odd_id_does_not_spoil_its_page(
    account: Account, client: SmartHRClient
) -> None:
    account.add_crew(id="not-a-uuid")
    good = account.add_crew()

    bad, crew = client.crews_page(1, fields=FIELDS).items

    assert bad == BadRecord("not-a-uuid")
    assert isinstance(crew, Crew)
    assert crew.id == UUID(good)


def test_chain_of_1000_departments(account: Account, client: SmartHRClient) -> None:
    ids: list[str] = []
    for number in range(1_000):
        ids.append(account.add_department(f"D{number}", parent=ids[-1] if ids else None))
    account.add_crew(department_ids=[ids[-1]])
    started = time.monotonic()

    departments = departments_of(client)

    parents = {d.id: d.parent_id for d in departments if isinstance(d, Department)}
    expected = dict(zip(map(UUID, ids), [None, *map(UUID, ids[:-1])], strict=True))
    assert parents == expected
    assert only_crew(client).departments == (UUID(ids[-1]), None, None)
    assert client.requests == 11
    assert time.monotonic() - started < 10


def test_crews_by_id(account: Account, client: SmartHRClient) -> None:
    ids = [UUID(account.add_crew()) for _ in range(130)]
    gone = UUID(int=5)

    found = client.crews_by_id([*ids[:120], gone], fields=["emp_code"])

    assert set(found) == set(ids[:120])
    assert client.requests == 2


def test_existence(account: Account, client: SmartHRClient) -> None:
    crew, department = UUID(account.add_crew()), UUID(account.add_department("営業部"))

    assert client.crew_exists(crew) is True
    assert client.department_exists(department) is True
    assert client.crew_exists(department) is False
    assert client.department_exists(crew) is False


def test_reading_can_be_left_in_the_middle(account: Account, client: SmartHRClient) -> None:
    for _ in range(1_000):
        account.add_department("部")

    for page in client.read_ahead(1, client.departments_page):
        if page.number == 2:
            break

    asked = client.requests
    time.sleep(0.05)
    assert client.requests == asked <= 5
    assert not [t for t in threading.enumerate() if t.name.startswith("smarthr-")]


def test_threads_share_connections(account: Account, client: SmartHRClient) -> None:
    ids = [UUID(account.add_department(f"D{n}")) for n in range(900)]

    departments = departments_of(client, window=3)

    assert [d.id for d in departments if isinstance(d, Department)] == ids
    assert client.requests == 9
