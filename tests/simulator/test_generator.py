import re
from collections import Counter
from datetime import date
from typing import cast

import pytest

from simulator.account import Account
from simulator.json_text import Record

TODAY = date(2026, 4, 1)
VALID_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._-]{1,22}[A-Za-z0-9]")
VALID_EMAIL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)


def generated(**options: int) -> Account:
    account = Account("acme")
    account.generate(**options, today=TODAY)
    return account


@pytest.fixture(scope="module")
def company() -> Account:
    return generated(people=3000, seed=1)


def people_where(company: Account, name: str) -> Counter[object]:
    return Counter(cast("str", crew.get(name)) for crew in company.crews.values())


def test_default_size(company: Account) -> None:
    assert (len(company.crews), len(company.departments)) == (3000, 86)


def test_one_seed_gives_one_company(company: Account) -> None:
    same, other = generated(people=50, seed=7), generated(people=50, seed=7)

    assert same.crews == other.crews
    assert same.departments == other.departments
    assert not generated(people=50, seed=8).crews.keys() & same.crews.keys()


@pytest.mark.parametrize(("people", "departments"), [(0, 0), (1, 0), (1, 1), (7, 9), (250, 400)])
def test_any_size(people: int, departments: int) -> None:
    company = generated(people=people, departments=departments)

    assert (len(company.crews), len(company.departments)) == (people, departments)


def test_generate_replaces_what_was_there() -> None:
    account = Account("acme")
    account.add_crew()

    account.generate(people=3, departments=2)

    assert len(account.crews) == 3


@pytest.mark.parametrize("people", [200, 3000])
def test_every_gap_occurs(people: int) -> None:
    company = generated(people=people, seed=4)
    crews = list(company.crews.values())
    emails = [crew["email"] for crew in crews]
    codes = [crew["emp_code"] for crew in crews]

    assert None in people_where(company, "birth_at")
    assert None in people_where(company, "last_name")
    assert None in people_where(company, "first_name")
    assert {None, ""} <= set(emails)
    assert None in codes
    assert any(isinstance(code, str) and not VALID_CODE.fullmatch(code.strip()) for code in codes)
    assert any(isinstance(code, str) and code != code.strip() for code in codes)
    assert any(email and not VALID_EMAIL.fullmatch(str(email)) for email in emails)
    assert any(email and re.search(r"\.\.|\.@", str(email)) for email in emails)
    assert max(Counter(code for code in codes if code).values()) > 1
    assert max(Counter(email for email in emails if email).values()) > 1
    assert any(crew["last_name"] == "髙﨑" for crew in crews)


def test_every_status_occurs_with_its_dates(company: Account) -> None:
    crews = list(company.crews.values())
    today = TODAY.isoformat()

    statuses = people_where(company, "emp_status")

    assert 250 < statuses["retired"] < 500
    assert 30 < statuses["absent"] < 150
    assert any(_is(crew, "employed") and str(crew["resigned_at"] or "") > today for crew in crews)
    assert any(
        _is(crew, "employed") and "" < str(crew["resigned_at"] or "") < today for crew in crews
    )
    assert any(_is(crew, "retired") and crew["resigned_at"] is None for crew in crews)
    assert any(str(crew["entered_at"]) > today for crew in crews)


def _is(crew: Record, status: str) -> bool:
    return crew["emp_status"] == status


def test_equal_names_and_business_names_occur(company: Account) -> None:
    crews = list(company.crews.values())
    names = Counter((crew["last_name"], crew["first_name"]) for crew in crews)

    partly = [c for c in crews if c.get("business_last_name") and not c.get("business_first_name")]
    whole = [c for c in crews if c.get("business_last_name") and c.get("business_first_name")]

    assert max(names.values()) > 1
    assert len(partly) > 10
    assert len(whole) > 10


def test_slots_are_filled_in_every_way(company: Account) -> None:
    shapes = {
        tuple(slot is not None for slot in cast("list[str | None]", crew["department_ids"]))
        for crew in company.crews.values()
    }

    assert shapes == {(), (True,), (True, True), (False, True)}


def test_tree_is_deep_has_namesakes_and_one_cycle(company: Account) -> None:
    texts = company.department_texts
    depths = {key: len(list(texts.ancestors(key))) for key in company.departments}
    names = Counter(record["name"] for record in company.departments.values())
    in_cycle = [
        record["name"]
        for key, record in company.departments.items()
        if company.departments.get(str(record["parent"]), {}).get("parent") == key
    ]

    assert max(depths.values()) == 5
    assert names["営業一課"] == 2
    assert in_cycle == ["新規事業準備室", "新規事業推進室"]
    codes = Counter(record["code"] for record in company.departments.values())
    assert codes[None] > 1
    assert max(count for code, count in codes.items() if code) > 1


def test_no_time_lies_ahead(company: Account) -> None:
    changed = [str(crew["updated_at"]) for crew in company.crews.values()]

    assert max(changed) < f"{TODAY.isoformat()}T12:00:00.000Z"
