import pytest
import requests

from simulator.account import Account

from .conftest import Api


def codes(response: requests.Response) -> list[object]:
    return [crew["emp_code"] for crew in response.json()]


def test_list_without_paging_gives_ten_of_all(account: Account, api: Api) -> None:
    for number in range(12):
        account.add_crew(emp_code=f"{number:03d}")

    response = api.get("/crews")

    assert codes(response) == [f"{number:03d}" for number in range(10)]
    assert response.headers["x-total-count"] == "12"
    assert response.headers["x-page"] == "1"
    assert response.headers["x-per-page"] == "10"
    assert response.headers["Content-Type"] == "application/json;charset=utf-8"


def test_link_names_every_neighbour_in_the_middle(account: Account, api: Api) -> None:
    for _ in range(7):
        account.add_crew()
    url = f"{account.api_url}/crews"

    response = api.get("/crews", page=2, per_page=2, sort="id")

    assert response.headers["Link"] == (
        f'<{url}?page=1&per_page=2&sort=id>; rel="first", '
        f'<{url}?page=1&per_page=2&sort=id>; rel="prev", '
        f'<{url}?page=3&per_page=2&sort=id>; rel="next", '
        f'<{url}?page=4&per_page=2&sort=id>; rel="last"'
    )


def test_link_of_first_and_last_page_name_one_side(account: Account, api: Api) -> None:
    for _ in range(4):
        account.add_crew()

    first = api.get("/crews", page=1, per_page=2).links
    last = api.get("/crews", page=2, per_page=2).links

    assert sorted(first) == ["last", "next"]
    assert sorted(last) == ["first", "prev"]


def test_link_of_only_page_is_absent(account: Account, api: Api) -> None:
    account.add_crew()

    assert "Link" not in api.get("/crews").headers


def test_page_past_the_end_is_empty_with_the_true_total(account: Account, api: Api) -> None:
    account.add_crew()

    response = api.get("/crews", page=9)

    assert response.json() == []
    assert response.headers["x-total-count"] == "1"


def test_empty_list_has_total_zero(api: Api) -> None:
    response = api.get("/departments")

    assert response.json() == []
    assert response.headers["x-total-count"] == "0"


def test_per_page_above_100_is_clamped(account: Account, api: Api) -> None:
    for _ in range(101):
        account.add_crew()

    response = api.get("/crews", per_page=500)

    assert len(response.json()) == 100
    assert response.headers["x-per-page"] == "100"


@pytest.mark.parametrize("number", ["x", "1.5", "99999999999"])
def test_page_that_is_no_number_is_refused(api: Api, number: str) -> None:
    response = api.get("/crews", page=number)

    assert response.status_code == 400
    assert response.json()["code"] == 1
    assert response.json()["errors"][0]["field"] == "page"


def test_departments_page_like_crews(account: Account, api: Api) -> None:
    for number in range(3):
        account.add_department(f"部署{number}")

    response = api.get("/departments", page=2, per_page=2)

    assert [d["name"] for d in response.json()] == ["部署2"]
    assert response.headers["x-total-count"] == "3"


def test_sort_takes_several_keys_and_directions(account: Account, api: Api) -> None:
    account.add_crew(emp_code="1", emp_status="retired")
    account.add_crew(emp_code="2", emp_status="employed")
    account.add_crew(emp_code="3", emp_status="employed")

    response = api.get("/crews", sort="emp_status,-emp_code")

    assert codes(response) == ["3", "2", "1"]


def test_sort_puts_null_last_and_first_when_descending(account: Account, api: Api) -> None:
    for code in ("b", None, "a"):
        account.add_crew(emp_code=code)

    assert codes(api.get("/crews", sort="emp_code")) == ["a", "b", None]
    assert codes(api.get("/crews", sort="-emp_code")) == [None, "b", "a"]


def test_sort_by_updated_at_descending_gives_the_latest_change_first(
    account: Account, api: Api
) -> None:
    first = account.add_crew(emp_code="1")
    account.add_crew(emp_code="2")
    account.change_crew(first, last_name="鈴木")

    assert codes(api.get("/crews", sort="-updated_at")) == ["1", "2"]


def test_sort_survives_values_of_mixed_types(account: Account, api: Api) -> None:
    for code in ("b", 7, {"x": 1}, None):
        account.add_crew(emp_code=code)

    assert codes(api.get("/crews", sort="emp_code")) == [7, "b", {"x": 1}, None]


@pytest.mark.parametrize("path", ["/crews", "/departments"])
def test_sort_by_unknown_key_is_refused(api: Api, path: str) -> None:
    response = api.get(path, sort="-shoe_size")

    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"message": "sort に shoe_size は指定できません。", "resource": None, "field": "sort"}
    ]


def test_order_follows_a_change_between_two_pages(account: Account, api: Api) -> None:
    for code in ("1", "2", "3", "4"):
        account.add_crew(id=code, emp_code=code)

    def shift(page: int) -> None:
        if page == 2:
            account.delete_crew("1")

    account.before_page = shift
    pages = [codes(api.get("/crews", sort="id", per_page=2, page=page)) for page in (1, 2)]

    # "3" slipped onto the page that was read already.
    assert pages == [["1", "2"], ["4"]]


def test_before_department_page_is_called_with_its_page(account: Account, api: Api) -> None:
    seen: list[int] = []
    account.before_department_page = seen.append

    api.get("/departments", page=3)
    api.get("/crews", page=2)

    assert seen == [3]
