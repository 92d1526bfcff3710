import pytest

from simulator.account import Account

from .browser import Browser, names


def test_departments_are_shown_as_a_tree_with_members(account: Account, browser: Browser) -> None:
    below = account.add_department("営業一課", id="below", position=3)
    root = account.add_department("営業部", position=9)
    account.add_department("総務部", position=1)
    account.change_department(below, parent=root)
    account.add_crew(department_ids=[below])
    account.add_crew(department_ids=[below], emp_status="retired")

    response = browser.get("/departments")

    assert names(response) == ["総務部", "営業部", "営業一課"]
    assert 'class="name indent-1"' in response.text
    assert ">1名</a>" in response.text
    assert names(browser.get("/departments", q="一課")) == ["営業一課"]


def test_cycle_is_shown_and_its_members_can_be_edited(account: Account, browser: Browser) -> None:
    a, b = account.add_department("準備室"), account.add_department("推進室")
    account.change_department(a, parent=b)
    account.change_department(b, parent=a)

    assert browser.get("/departments").text.count("上位の部署が循環") == 2

    browser.post(f"/departments/{a}", name="新準備室", parent_id=b, code="", position="1")

    assert (account.department(a)["name"], account.department(a)["parent"]) == ("新準備室", b)


def test_department_is_added_renamed_and_moved(account: Account, browser: Browser) -> None:
    root = account.add_department("本社")

    added = browser.post("/departments/new", name="営業部", parent_id=root, code="S", position="")
    key = list(account.departments)[-1]
    assert "部署を追加しました。" in added.text
    assert account.department(key)["parent"] == root

    browser.post(f"/departments/{key}", name="営業本部", parent_id="", code="", position="5")
    department = account.department(key)
    assert (department["name"], department["parent"]) == ("営業本部", None)
    assert (department["code"], department["position"]) == (None, 5)


@pytest.mark.parametrize(
    ("name", "message"),
    [("", "部署名を入力してください。"), ("営業/一課", "部署名に / は使えません。")],
)
def test_bad_department_name_is_refused(
    account: Account, browser: Browser, name: str, message: str
) -> None:
    response = browser.post("/departments/new", name=name, parent_id="")

    assert response.status_code == 422
    assert message in response.text
    assert account.departments == {}


def test_department_is_discontinued_only_when_nobody_is_left(
    account: Account, browser: Browser
) -> None:
    key = account.add_department("営業部")
    person = account.add_crew(department_ids=[key])

    refused = browser.post(f"/departments/{key}/discontinue", discontinued_date="2024-03-31")
    account.change_crew(person, emp_status="retired")
    done = browser.post(f"/departments/{key}/discontinue", discontinued_date="2024-03-31")

    assert refused.status_code == 422
    assert "所属する従業員がいるため削除できません。" in refused.text
    assert "部署を廃止しました。" in done.text
    assert "2024-03-31 廃止" in browser.get("/departments").text


def test_department_is_deleted_with_members_when_asked(account: Account, browser: Browser) -> None:
    key = account.add_department("営業部")
    below = account.add_department("営業一課", parent=key)
    person = account.add_crew(department_ids=[key, below])

    refused = browser.post(f"/departments/{key}/delete")
    assert refused.status_code == 422

    browser.post(f"/departments/{key}/delete", with_members="1")
    assert list(account.departments) == [below]
    assert account.department(below)["parent"] is None
    assert account.crew(person)["department_ids"] == [None, below]
