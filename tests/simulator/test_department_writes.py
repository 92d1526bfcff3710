import pytest

from simulator.account import Account

from .conftest import Api


def test_create_numbers_the_position_itself(account: Account, api: Api) -> None:
    account.add_department("本社")

    response = api.post("/departments", {"name": "営業部"})
    department = response.json()

    assert response.status_code == 201
    assert response.headers["Location"] == f"{account.api_url}/departments/{department['id']}"
    assert (department["position"], department["code"], department["parent"]) == (2, None, None)


def test_patch_moves_and_put_clears(account: Account, api: Api) -> None:
    root = account.add_department("本社")
    key = account.add_department("営業部", code="S")

    moved = api.patch(f"/departments/{key}", {"parent_id": root}).json()
    cleared = api.put(f"/departments/{key}", {"name": "営業一部"}).json()

    assert (moved["parent"]["id"], moved["code"]) == (root, "S")
    assert (cleared["name"], cleared["parent"], cleared["code"]) == ("営業一部", None, None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "営業/一課"}, "name"),
        ({"name": "x", "parent_id": "nowhere"}, "parent_id"),
        ({"name": "x", "position": "first"}, "position"),
        ({"name": "x", "code": 5}, "code"),
    ],
)
def test_bad_department_is_refused(api: Api, body: object, field: str) -> None:
    response = api.post("/departments", body)

    assert response.status_code == 400
    assert response.json()["errors"][0]["resource"] == "Department"
    assert response.json()["errors"][0]["field"] == field


def test_department_cannot_move_below_itself(account: Account, api: Api) -> None:
    root = account.add_department("本社")
    below = account.add_department("営業部", parent=root)

    assert api.patch(f"/departments/{root}", {"parent_id": below}).status_code == 400
    assert api.patch(f"/departments/{root}", {"parent_id": root}).status_code == 400


def test_delete_is_refused_while_in_use(account: Account, api: Api) -> None:
    root = account.add_department("本社")
    below = account.add_department("営業部", parent=root)
    person = account.add_crew(department_ids=[None, below], emp_status="absent")

    with_children, with_members = (api.delete(f"/departments/{key}") for key in (root, below))
    account.change_crew(person, emp_status="retired")
    unused = api.delete(f"/departments/{below}")

    assert (with_children.status_code, with_children.json()["code"]) == (400, 8)
    assert (with_members.status_code, with_members.json()["code"]) == (400, 8)
    assert unused.status_code == 204
    assert [d["name"] for d in api.get("/departments").json()] == ["本社"]


def test_discontinued_department_leaves_the_list(account: Account, api: Api) -> None:
    key = account.add_department("営業部")
    account.add_crew(emp_status="retired", department_ids=[key])
    path = f"/departments/{key}/discontinue"

    future = api.post(path, {"discontinued_date": "2999-01-01"})
    missing = api.post(path, {})
    past = api.post(path, {"discontinued_date": "2024-03-31"})

    assert [r.status_code for r in (future, missing, past)] == [400, 400, 204]
    assert api.get("/departments").json() == []
    assert api.get(f"/departments/{key}").status_code == 404
    assert api.get("/crews").json()[0]["departments"][0]["id"] == key

    account.lists_discontinued = True

    assert [d["id"] for d in api.get("/departments").json()] == [key]


def test_discontinue_is_refused_while_people_belong(account: Account, api: Api) -> None:
    key = account.add_department("営業部")
    account.add_crew(department_ids=[key])

    response = api.post(f"/departments/{key}/discontinue", {"discontinued_date": "2024-03-31"})

    assert (response.status_code, response.json()["code"]) == (400, 8)
