from simulator.account import Account

from .browser import Browser, names, shown_form


def test_people_are_listed_fifty_a_page(account: Account, browser: Browser) -> None:
    for number in range(60):
        account.add_crew(last_name="姓", first_name=f"{number:02d}", emp_code=f"{number:03d}")

    first, second = browser.get("/"), browser.get("/", page="2")

    assert names(first) == [f"姓 {number:02d}" for number in range(50)]
    assert "60名中 1〜50名" in first.text
    assert names(second) == [f"姓 {number:02d}" for number in range(50, 60)]
    assert "60名中 51〜60名" in second.text


def test_people_are_found_by_name_number_status_and_department(
    account: Account, browser: Browser
) -> None:
    sales = account.add_department("営業部")
    account.add_crew(last_name="髙﨑", emp_code="077", department_ids=[None, sales])
    account.add_crew(last_name="鈴木", emp_status="retired")

    assert names(browser.get("/", q="髙﨑")) == ["髙﨑 太郎"]
    assert names(browser.get("/", q="077")) == ["髙﨑 太郎"]
    assert names(browser.get("/", emp_status="retired")) == ["鈴木 太郎"]
    assert names(browser.get("/", department_id=sales)) == ["髙﨑 太郎"]
    assert "該当する従業員はいません。" in browser.get("/", q="居ない").text


def test_person_is_added(account: Account, browser: Browser) -> None:
    sales = account.add_department("営業部")

    response = browser.post(
        "/crews/new",
        last_name=" 髙﨑 ",
        first_name="花子",
        emp_code="00027",
        birth_at="1990-04-01",
        email="",
        department_1="",
        department_2=sales,
        emp_status="employed",
    )
    crew = next(iter(account.crews.values()))

    assert "従業員を追加しました。" in response.text
    assert (crew["last_name"], crew["emp_code"], crew["email"]) == ("髙﨑", "00027", None)
    assert crew["department_ids"] == [None, sales, None]


def test_person_is_changed_and_moved(account: Account, browser: Browser) -> None:
    old, new = account.add_department("営業部"), account.add_department("経理部")
    key = account.add_crew(last_name="佐藤", emp_code=" 7 ", department_ids=[old], tel_number="1")

    form = shown_form(browser.get(f"/crews/{key}").text)
    browser.post(f"/crews/{key}", **(form | {"last_name": "鈴木", "department_1": new}))
    crew = account.crew(key)

    assert (crew["last_name"], crew["department_ids"]) == ("鈴木", [new, None, None])
    # What the person did not touch stays to the letter.
    assert (crew["emp_code"], crew["tel_number"]) == (" 7 ", "1")


def test_saving_without_a_change_changes_nothing(account: Account, browser: Browser) -> None:
    account.generate(people=3, departments=9)
    before = dict(account.crews)

    for key in before:
        form = shown_form(browser.get(f"/crews/{key}").text)
        assert browser.post(f"/crews/{key}", **form).status_code == 200

    assert account.crews == before


def test_bad_date_is_refused_with_what_was_typed(account: Account, browser: Browser) -> None:
    key = account.add_crew(last_name="佐藤")

    response = browser.post(f"/crews/{key}", last_name="鈴木", birth_at="昭和60年")

    assert response.status_code == 422
    assert "日付は「2026-04-01」の形で入力してください。" in response.text
    assert 'value="鈴木"' in response.text
    assert account.crew(key)["last_name"] == "佐藤"


def test_person_retires_and_comes_back(account: Account, browser: Browser) -> None:
    key = account.add_crew()

    retired = browser.post(f"/crews/{key}/retire", resigned_at="2024-03-31")
    assert "退職の手続きをしました。" in retired.text
    assert account.crew(key)["emp_status"] == "retired"
    assert account.crew(key)["resigned_at"] == "2024-03-31"

    browser.post(f"/crews/{key}/rehire")
    assert account.crew(key)["emp_status"] == "employed"
    assert account.crew(key)["resigned_at"] is None


def test_future_retirement_leaves_the_person_employed(account: Account, browser: Browser) -> None:
    key = account.add_crew()

    browser.post(f"/crews/{key}/retire", resigned_at="2999-03-31")

    assert account.crew(key)["emp_status"] == "employed"
    assert "2999-03-31 退職" in browser.get("/").text


def test_person_is_deleted_after_a_question(account: Account, browser: Browser) -> None:
    key = account.add_crew(last_name="佐藤", emp_code="7")

    question = browser.get(f"/crews/{key}/delete")
    answer = browser.post(f"/crews/{key}/delete")

    assert "佐藤 太郎（7）" in question.text
    assert "従業員を削除しました。" in answer.text
    assert account.crews == {}
