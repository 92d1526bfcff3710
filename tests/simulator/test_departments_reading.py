import sys
import time

import pytest

from simulator.account import Account

from .conftest import Api


def depth_of(text: str) -> int:
    """Nesting of parents, counted without a JSON parser, which would give up at 1,000."""
    return text.count('"parent": {')


def test_departments_are_a_flat_list_with_parents_and_children(account: Account, api: Api) -> None:
    root = account.add_department("販売部門")
    area = account.add_department("福岡エリア", parent=root, code="S-030", position=2)

    first, second = api.get("/departments").json()

    assert (first["id"], first["parent"], first["full_name"]) == (root, None, "販売部門")
    assert [child["id"] for child in first["children"]] == [area]
    assert second["parent"] == {
        "id": root,
        "name": "販売部門",
        "full_name": "販売部門",
        "position": 1,
        "code": None,
        "company_id": first["company_id"],
        "parent": None,
    }
    assert second["children"] == []
    assert (second["code"], second["position"]) == ("S-030", 2)


def test_departments_ignore_fields(account: Account, api: Api) -> None:
    account.add_department("販売部門")

    assert "name" in api.get("/departments", fields="id").json()[0]


def test_departments_filter_by_code_and_sort_by_it(account: Account, api: Api) -> None:
    for code in ("B", "A", "B"):
        account.add_department("部", code=code)

    assert len(api.get("/departments", code="B").json()) == 2
    assert [d["code"] for d in api.get("/departments", sort="code").json()] == ["A", "B", "B"]


def test_unknown_parent_is_named_by_its_id(account: Account, api: Api) -> None:
    account.add_department("孤児", parent="gone")

    assert api.get("/departments").json()[0]["parent"]["id"] == "gone"


def test_unlisted_department_shows_in_crews_only(account: Account, api: Api) -> None:
    hidden = account.add_department("まだない部署", listed=False)
    account.add_crew(department_ids=[hidden])

    assert api.get("/departments").json() == []
    assert api.get(f"/departments/{hidden}").status_code == 404
    assert api.get("/crews").json()[0]["departments"][0]["id"] == hidden


def test_raw_parent_is_sent_as_it_is(account: Account, api: Api) -> None:
    account.add_department("部", parent=[1])

    assert api.get("/departments").json()[0]["parent"] == [1]


@pytest.mark.parametrize("name", [None, "", 5, "a\x00b", "\udfff"])
def test_odd_names_are_sent_as_they_are(account: Account, api: Api, name: object) -> None:
    account.add_department(name)

    assert api.get("/departments").json()[0]["name"] == name


def test_chain_of_1000_is_nested_to_the_root(account: Account, api: Api) -> None:
    parent = None
    for number in range(1001):
        parent = account.add_department(f"D{number}", parent=parent)

    started = time.perf_counter()
    text = api.get(f"/departments/{parent}").text
    pages = [api.get("/departments", per_page=100, page=page) for page in (1, 11)]

    assert depth_of(text) == 1000
    assert pages[0].headers["x-total-count"] == "1001"
    assert depth_of(pages[1].text) == 1000
    assert time.perf_counter() - started < 3
    assert sys.getrecursionlimit() <= 1000


def test_parent_depth_limits_the_nesting(account: Account, api: Api) -> None:
    account.parent_depth = 1
    parent = None
    for number in range(5):
        parent = account.add_department(f"D{number}", parent=parent)
    account.add_crew(department_ids=[parent])

    department = api.get(f"/departments/{parent}").json()

    assert department["parent"]["name"] == "D3"
    assert department["parent"]["parent"] is None
    assert api.get("/crews").json()[0]["departments"][0]["parent"]["parent"] is None


def test_cycle_is_cut_where_an_id_repeats(account: Account, api: Api) -> None:
    a, b, below = (account.add_department(name) for name in "ABC")
    account.change_department(a, parent=b)
    account.change_department(b, parent=a)
    account.change_department(below, parent=a)

    first, second, third = api.get("/departments").json()

    assert (first["parent"]["id"], first["parent"]["parent"]) == (b, None)
    assert (second["parent"]["id"], second["parent"]["parent"]) == (a, None)
    assert third["parent"]["parent"]["id"] == b
    assert third["parent"]["parent"]["parent"] is None


def test_department_that_is_its_own_parent_keeps_that_parent(account: Account, api: Api) -> None:
    key = account.add_department("自分")
    account.change_department(key, parent=key)

    department = api.get(f"/departments/{key}").json()

    assert department["parent"]["id"] == key
    assert department["parent"]["parent"] is None
