import pytest

from simulator.account import Account

from .conftest import Api

FULL = {
    "last_name": "佐藤",
    "first_name": "花子",
    "last_name_yomi": "サトウ",
    "first_name_yomi": "ハナコ",
    "gender": "female",
    "birth_at": "1990-04-01",
    "address": {"city": "港区"},
}


def test_create_gives_a_crew_with_only_what_was_sent(account: Account, api: Api) -> None:
    response = api.post("/crews", {"last_name": "髙﨑", "id": "mine", "shoe_size": 26})
    crew = response.json()

    assert response.status_code == 201
    assert response.headers["Location"] == f"{account.api_url}/crews/{crew['id']}"
    assert (crew["last_name"], crew["first_name"], crew["emp_code"]) == ("髙﨑", None, None)
    assert crew["emp_status"] == "employed"
    assert crew["id"] != "mine"
    assert "shoe_size" not in crew
    assert api.get(f"/crews/{crew['id']}").json() == crew


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_update_changes_only_what_was_sent(account: Account, api: Api, method: str) -> None:
    key = account.add_crew(last_name="佐藤", emp_code="1")
    before = account.crew(key)["updated_at"]

    response = api.request(method, f"/crews/{key}", json={"emp_code": "2"})

    assert response.status_code == 200
    assert (response.json()["last_name"], response.json()["emp_code"]) == ("佐藤", "2")
    assert response.json()["updated_at"] > before


def test_delete_removes_for_good(account: Account, api: Api) -> None:
    key = account.add_crew()

    response = api.delete(f"/crews/{key}")

    assert (response.status_code, response.content) == (204, b"")
    assert api.get(f"/crews/{key}").status_code == 404
    assert api.delete(f"/crews/{key}").status_code == 404


def test_departments_are_written_by_id_with_empty_slots(account: Account, api: Api) -> None:
    sales = account.add_department("営業部")
    key = account.add_crew()

    response = api.patch(f"/crews/{key}", {"department_ids": [None, sales]})

    assert [d and d["id"] for d in response.json()["departments"]] == [None, sales, None]
    assert api.delete(f"/crews/{key}/departments").status_code == 204
    assert api.get(f"/crews/{key}").json()["departments"] == [None, None, None]


def test_department_name_finds_or_makes_a_top_level_one(account: Account, api: Api) -> None:
    sales = account.add_department("営業部")
    account.add_department("課", parent=sales)

    found = api.post("/crews", {"department": "営業部"}).json()
    made = api.post("/crews", {"department": "課"}).json()

    assert found["departments"][0]["id"] == sales
    assert made["departments"][0]["parent"] is None
    assert len(account.departments) == 3


def test_employment_type_by_preset_and_by_id_agree(api: Api) -> None:
    by_preset = api.post("/crews", {"emp_type": "full_timer"}).json()
    type_id = by_preset["employment_type"]["id"]
    by_id = api.post("/crews", {"employment_type_id": type_id}).json()

    assert by_preset["employment_type"]["name"] == "正社員"
    assert by_id["emp_type"] == "full_timer"


def test_positions_are_written_by_name(api: Api) -> None:
    crew = api.post("/crews", {"positions": ["課長", "特命担当"]}).json()

    assert [p["name"] for p in crew["positions"]] == ["課長", "特命担当"]
    assert crew["position"] == "課長"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("emp_status", "dismissed"),
        ("emp_status", None),
        ("gender", "x"),
        ("birth_at", "1990-02-30"),
        ("birth_at", "19900401"),
        ("last_name", 5),
        ("monthly_base_salary", "5"),
        ("having_spouse", "yes"),
        ("address", "港区"),
        ("department_ids", ["nowhere"]),
        ("department_ids", [None, None, None, None]),
        ("employment_type_id", "none"),
        ("payment_period_id", "none"),
        ("positions", "課長"),
        ("custom_fields", [{"template_id": "x"}]),
    ],
)
def test_bad_values_are_refused_with_their_field(
    account: Account, api: Api, name: str, value: object
) -> None:
    response = api.post("/crews", {name: value})

    assert response.status_code == 400
    assert response.json()["code"] == 1
    error = response.json()["errors"][0]
    assert (error["resource"], error["field"].startswith(name)) == ("Crew", True)
    assert account.crews == {}


def test_occupation_has_the_message_of_the_real_one(api: Api) -> None:
    response = api.post("/crews", {"occupation": "あ" * 31})

    assert response.json() == {
        "code": 1,
        "type": "bad_request",
        "message": "不正なリクエストパラメータです。",
        "errors": [
            {
                "message": "業務内容は30文字以内で入力してください。",
                "resource": "Crew",
                "field": "occupation",
            }
        ],
    }


@pytest.mark.parametrize("body", [b"{", b"[]", b"null", b'"x"', b"[" * 5000])
def test_body_that_is_no_object_is_refused(api: Api, body: bytes) -> None:
    response = api.request("POST", "/crews", data=body)

    assert (response.status_code, response.json()["code"]) == (400, 1)


def test_complete_crew_cannot_lose_a_part(account: Account, api: Api) -> None:
    key = api.post("/crews", FULL).json()["id"]
    incomplete = account.add_crew()

    assert api.patch(f"/crews/{key}", {"birth_at": None}).status_code == 400
    assert api.patch(f"/crews/{key}", {"email": None}).status_code == 200
    assert api.patch(f"/crews/{incomplete}", {"birth_at": None}).status_code == 200


def test_emp_code_may_repeat_unless_the_account_forbids_it(account: Account, api: Api) -> None:
    account.add_crew(emp_code="1")

    assert api.post("/crews", {"emp_code": "1"}).status_code == 201

    account.requires_unique_emp_code = True

    response = api.post("/crews", {"emp_code": "1"})
    assert response.json()["errors"][0]["field"] == "emp_code"


def test_crew_beyond_the_plan_is_refused(account: Account, api: Api) -> None:
    account.plan_limit = 1

    first, second = api.post("/crews", {}), api.post("/crews", {})

    assert first.status_code == 201
    assert second.status_code == 403
    assert (second.json()["code"], second.json()["type"]) == (7, "plan_limit_exceeded")
