from simulator.account import Account

from .conftest import Api


def names(api: Api) -> list[object]:
    departments = api.get("/crews", fields="departments").json()[0]["departments"]
    return [department and department["name"] for department in departments]


def test_padded_slots_always_have_the_same_length(account: Account, api: Api) -> None:
    sales = account.add_department("営業部")
    account.add_crew(department_ids=[None, sales])

    assert names(api) == [None, "営業部", None]


def test_trimmed_slots_end_with_the_last_filled_one(account: Account, api: Api) -> None:
    account.slot_shape = "trimmed"
    sales = account.add_department("営業部")
    key = account.add_crew(department_ids=[None, sales, None])

    assert names(api) == [None, "営業部"]

    account.change_crew(key, department_ids=[None, None, None])

    assert names(api) == []


def test_slots_follow_the_account(account: Account, api: Api) -> None:
    account.department_slots = 10
    ids = [account.add_department(f"部署{number}") for number in range(10)]
    account.add_crew(department_ids=ids)

    assert names(api) == [f"部署{number}" for number in range(10)]

    account.department_slots = 2

    assert names(api) == ["部署0", "部署1"]


def test_department_in_a_crew_has_its_parents_and_no_children(account: Account, api: Api) -> None:
    root = account.add_department("販売部門", code="S")
    area = account.add_department("福岡エリア", parent=root)
    shop = account.add_department("春日店", parent=area)
    account.add_crew(department_ids=[shop])

    crew = api.get("/crews").json()[0]
    department = crew["departments"][0]

    assert department["full_name"] == "販売部門/福岡エリア/春日店"
    assert department["parent"]["name"] == "福岡エリア"
    assert department["parent"]["parent"]["code"] == "S"
    assert department["parent"]["parent"]["parent"] is None
    assert "children" not in department
    assert crew["department"] == "販売部門/福岡エリア/春日店"


def test_department_string_is_the_first_slot_only(account: Account, api: Api) -> None:
    shop = account.add_department("春日店")
    account.add_crew(department_ids=[None, shop])

    assert api.get("/crews").json()[0]["department"] is None


def test_deleted_department_leaves_its_slot_empty(account: Account, api: Api) -> None:
    first, second = account.add_department("一"), account.add_department("二")
    account.add_crew(department_ids=[first, second])

    account.delete_department(first)

    assert names(api) == [None, "二", None]
