import json

import pytest

from simulator.account import Account
from simulator.records.crew import OMIT

from .conftest import Api


def test_fields_keeps_the_asked_keys_and_id(account: Account, api: Api) -> None:
    key = account.add_crew(last_name="髙﨑", email=None)

    response = api.get("/crews", fields="last_name,email,departments,nonsense")

    assert response.json() == [
        {"id": key, "last_name": "髙﨑", "email": None, "departments": [None, None, None]}
    ]


def test_fields_without_id_when_the_account_says_so(account: Account, api: Api) -> None:
    account.fields_include_id = False
    key = account.add_crew(emp_code="7")

    assert api.get("/crews", fields="emp_code").json() == [{"emp_code": "7"}]
    assert api.get(f"/crews/{key}", fields="emp_code").json() == {"emp_code": "7"}


def test_one_crew_is_read_by_its_id(account: Account, api: Api) -> None:
    key = account.add_crew(emp_code="00027")
    account.add_crew()

    response = api.get(f"/crews/{key}")

    assert response.status_code == 200
    assert response.json()["emp_code"] == "00027"


def test_unknown_crew_is_not_found(api: Api) -> None:
    response = api.get("/crews/nobody")

    assert response.status_code == 404
    assert response.json() == {
        "code": 4,
        "type": "not_found",
        "message": "リソースが見つかりません",
        "errors": None,
    }


def test_id_filter_takes_several(account: Account, api: Api) -> None:
    keys = [account.add_crew() for _ in range(4)]

    response = api.get("/crews", id=f"{keys[3]},{keys[1]},unknown")

    assert [crew["id"] for crew in response.json()] == [keys[1], keys[3]]
    assert response.headers["x-total-count"] == "2"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["1", "2", "3"]),
        ({"emp_code": "2"}, ["2"]),
        ({"emp_code": ""}, ["1", "2", "3"]),
        ({"emp_status": "employed"}, ["1"]),
        ({"emp_status": "absent"}, ["2"]),
        ({"emp_status": "retired"}, ["3"]),
        ({"gender": "female"}, ["2"]),
        ({"user_id": "u1,u3"}, ["1", "3"]),
        ({"department_id": "d2"}, ["2", "3"]),
        ({"position_id": "p1"}, ["1"]),
        ({"employment_type_id": "t3"}, ["3"]),
        ({"entered_at_from": "2020-01-02"}, ["2", "3"]),
        ({"entered_at_to": "2020-01-02"}, ["1", "2"]),
        ({"resigned_at_from": "2024-03-31", "resigned_at_to": "2024-03-31"}, ["3"]),
        ({"q": "髙﨑"}, ["1"]),
        ({"q": "田中 旧"}, []),
        ({"q": "旧姓"}, ["2"]),
        ({"q": "田中", "prefer_business_name": "true"}, []),
        ({"q": "田中"}, ["2"]),
        ({"q": "経理"}, ["2", "3"]),
        ({"q": "店長"}, ["1"]),
        ({"emp_status": "retired", "gender": "female"}, []),
    ],
)
def test_filters(account: Account, api: Api, query: dict[str, str], expected: list[str]) -> None:
    account.add_department("営業部", id="d1")
    account.add_department("経理部", id="d2")
    account.add_crew(
        emp_code="1",
        last_name="髙﨑",
        user_id="u1",
        department_ids=["d1"],
        entered_at="2020-01-01",
        positions=[{"id": "p1", "name": "店長"}],
    )
    account.add_crew(
        emp_code="2",
        emp_status="absent",
        last_name="田中",
        business_last_name="旧姓",
        gender="female",
        department_ids=[None, "d2"],
        entered_at="2020-01-02",
    )
    account.add_crew(
        emp_code="3",
        emp_status="retired",
        user_id="u3",
        department_ids=["d2", "d1"],
        entered_at="2020-01-03",
        resigned_at="2024-03-31",
        employment_type={"id": "t3", "name": "正社員"},
    )

    response = api.get("/crews", **query)

    assert [crew["emp_code"] for crew in response.json()] == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [("emp_status", "dismissed"), ("gender", "x"), ("entered_at_from", "2020/01/01")],
)
def test_filter_with_a_bad_value_is_refused(api: Api, name: str, value: str) -> None:
    response = api.get("/crews", **{name: value})

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == name


def test_updated_at_is_no_filter(account: Account, api: Api) -> None:
    account.add_crew()

    assert len(api.get("/crews", updated_at_from="2999-01-01").json()) == 1


def test_preferred_names_fall_back_part_by_part(account: Account, api: Api) -> None:
    account.add_crew(last_name="佐藤", first_name="花子", business_last_name="鈴木")

    crew = api.get("/crews").json()[0]

    assert (crew["preferred_last_name"], crew["preferred_first_name"]) == ("鈴木", "花子")


def test_timestamps_are_in_milliseconds_and_never_repeat(account: Account, api: Api) -> None:
    for _ in range(50):
        account.add_crew()

    stamps = [crew["updated_at"] for crew in api.get("/crews", per_page=100).json()]

    assert stamps == sorted(set(stamps))
    assert all(len(stamp) == len("2021-09-24T17:00:00.000Z") for stamp in stamps)


@pytest.mark.parametrize(
    "value", [None, "", "a\x00b", "\ud800", "長" * 10_000, 42, 1.5, True, {"x": [1]}, ["y"]]
)
def test_any_value_is_sent_as_it_is(account: Account, api: Api, value: object) -> None:
    account.add_crew(last_name=value)

    assert api.get("/crews").json()[0]["last_name"] == value


@pytest.mark.parametrize("value", [None, [], {}, "x", [None, 5], [{"id": "d9", "name": None}]])
def test_raw_departments_are_sent_as_they_are(account: Account, api: Api, value: object) -> None:
    account.add_crew(departments=value)

    assert api.get("/crews", fields="departments").json()[0]["departments"] == value


def test_odd_id_is_sent_as_it_is(account: Account, api: Api) -> None:
    key = account.add_crew(id=None)
    account.add_crew(id="same")
    account.change_crew(key, id="same")

    assert [crew["id"] for crew in api.get("/crews").json()] == ["same", "same"]


def test_omitted_attribute_is_no_key_of_the_answer(account: Account, api: Api) -> None:
    account.add_crew(email=OMIT)

    crew = json.loads(api.get("/crews").content)[0]

    assert "email" not in crew
    assert "emp_code" in crew


def test_body_is_utf8_not_escaped(account: Account, api: Api) -> None:
    account.add_crew(last_name="髙﨑")

    assert "髙﨑".encode() in api.get("/crews").content
