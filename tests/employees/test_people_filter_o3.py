"""O3: what 社員リスト finds, in which order, on which page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from companies.models import Company
from employees import people_pages
from employees.models import Employee
from employees.people_filter import PeopleFilter
from tests.factories import (
    AdministratorFactory,
    ApproverFactory,
    EmployeeFactory,
    GroupFactory,
    LinkedEmployeeFactory,
    PersonCandidateFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(client: Client) -> Company:
    administrator = AdministratorFactory(
        employee_id="admin", last_name="管理", email="boss@example.org"
    )
    client.force_login(administrator)
    return administrator.company


def ids(client: Client, **query: Any) -> list[str]:
    rows = client.get("/employees/", query).context["rows"]
    return [row.employee.employee_id for row in rows]


@pytest.mark.parametrize(
    "words",
    [
        "髙﨑",
        "花子",
        "髙﨑 花子",
        "髙﨑　花子",
        "花子 髙﨑",
        "髙﨑花子",
        "﨑花",
        "A-00027",
        "a-00027",
        "002",
        "Ａ－０００２７",
        "Hanako.T@",
        "example.co",
        "髙﨑 a-0 hanako",
        "100%_",
    ],
)
def test_O3_finds_parts_of_name_id_and_mail(client: Client, company: Company, words: str) -> None:
    EmployeeFactory(
        company=company,
        employee_id="A-00027",
        last_name="髙﨑",
        first_name="花子100%_",
        email="hanako.t@example.co.jp",
    )
    EmployeeFactory(company=company, employee_id="b-1", last_name="髙", first_name="次郎1000")
    EmployeeFactory(employee_id="A-00027", last_name="髙﨑", first_name="花子100%_")

    assert ids(client, q=words) == ["A-00027"]


@pytest.mark.parametrize("words", ["子A-0", "髙﨑 次郎", "%", "_", "' OR 1=1 --"])
def test_O3_finds_nobody_else(client: Client, company: Company, words: str) -> None:
    EmployeeFactory(company=company, employee_id="A-00027", last_name="髙﨑", first_name="花子")

    assert ids(client, q=words) == []


def test_O3_what_no_database_can_hold_is_left_out_of_the_words() -> None:
    query = QueryDict(mutable=True)
    query["q"] = "\x00佐\ud800藤"

    assert PeopleFilter.of(query).words == "佐藤"


def test_O3_zero_found_keeps_the_filter_and_says_so(client: Client, company: Company) -> None:
    text = client.get("/employees/?q=zzz&role=approver").content.decode()

    assert "該当する社員はいません。条件を変えて検索してください。" in text
    assert 'value="zzz"' in text
    assert '<option value="approver" selected>' in text


def test_O3_an_empty_company_is_told_how_to_begin(client: Client, company: Company) -> None:
    assert "社員はまだいません。" in client.get("/employees/").content.decode()
    EmployeeFactory(company=company)
    assert "社員はまだいません。" not in client.get("/employees/").content.decode()


@pytest.fixture
def people(company: Company) -> dict[str, Employee]:
    top = GroupFactory(company=company, name="本社")
    below = GroupFactory(company=company, name="営業部", parent=top)
    made = {
        "linked": LinkedEmployeeFactory(company=company, employee_id="linked", group=below),
        "handmade": EmployeeFactory(company=company, employee_id="handmade", group=top),
        "approver": ApproverFactory(company=company, employee_id="approver"),
        "stopped": EmployeeFactory(company=company, employee_id="stopped", is_active=False),
        "gone": LinkedEmployeeFactory(company=company, employee_id="gone"),
    }
    PersonCandidateFactory(company=company, employee=made["gone"], status="dismissed")
    never = [made["linked"], made["gone"]]
    for number, person in enumerate(made.values()):
        if person not in never:
            person.last_login = timezone.now() - timedelta(days=number)
            person.save()
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"role": "approver"}, {"approver"}),
        ({"role": "administrator"}, {"admin"}),
        ({"smarthr": "linked"}, {"linked", "gone"}),
        ({"smarthr": "handmade"}, {"handmade", "approver", "stopped", "admin"}),
        ({"smarthr": "gone"}, {"gone"}),  # E12: the dismissed candidate
        ({"never": "1"}, {"linked", "gone"}),
        ({"stopped": "1"}, {"stopped"}),
        ({"smarthr": "linked", "never": "1", "q": "lin"}, {"linked"}),
        ({"role": "nonsense", "smarthr": "x", "group": "x"}, None),
        ({"group": "999999"}, set()),
        ({"group": "9" * 30}, None),
    ],
)
def test_O3_E12_filters(
    client: Client, people: dict[str, Employee], query: dict[str, str], found: set[str] | None
) -> None:
    everybody = {*people, "admin"}

    assert set(ids(client, **query)) == (everybody if found is None else found)


def test_O3_group_with_and_without_those_below(client: Client, people: dict[str, Employee]) -> None:
    top = people["handmade"].group_id

    assert set(ids(client, group=top, below=1)) == {"linked", "handmade"}
    assert ids(client, group=top) == ["handmade"]


def expected(company: Company, sort: str) -> list[int]:
    """In plain Python; the tree has two groups at the top and グループ1, which comes last."""
    rows = list(Employee.objects.for_company(company).order_by("last_name", "first_name", "pk"))
    groups = {"部門A": 0, "部門B": 1, "グループ1": 2}
    roles = {"applicant": 0, "approver": 1, "administrator": 2}
    keys: dict[str, Any] = {
        "name": lambda row: 0,
        "id": lambda row: row.employee_id,
        "group": lambda row: groups[row.group.name],
        "role": lambda row: roles[row.role],
    }
    plain = sort.removeprefix("-")
    if plain in {"group", "role"}:  # the parts turn round, not the names in them
        sign = 1 if plain == sort else -1
        return [row.pk for row in sorted(rows, key=lambda row: sign * keys[plain](row))]
    if plain == "login":
        never = sorted(row.pk for row in rows if row.last_login is None)
        seen = sorted((row for row in rows if row.last_login), key=lambda r: (r.last_login, r.pk))
        found = [*never, *(row.pk for row in seen)]
    else:
        found = [row.pk for row in sorted(rows, key=keys[plain])]
    return found[::-1] if sort.startswith("-") else found


def walked(client: Client, query: str) -> Iterator[int]:
    number = 1
    while True:
        page = client.get(f"/employees/?{query}&page={number}").context["page"]
        yield from (person.pk for person in page.object_list)
        if not page.has_next():
            return
        number += 1


@pytest.mark.parametrize("few", [0, 500])
@pytest.mark.parametrize("words", ["", "q=example"])
@pytest.mark.parametrize(
    "sort",
    ["name", "-name", "id", "-id", "group", "-group", "role", "-role", "login", "-login"],
)
def test_O3_pages_in_every_order_hold_everybody_once(
    client: Client,
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
    sort: str,
    words: str,
    few: int,
) -> None:
    monkeypatch.setattr(people_pages, "PAGE_SIZE", 4)
    monkeypatch.setattr(people_pages, "FEW", few)
    groups = [GroupFactory(company=company, name=name) for name in ("部門A", "部門B")]
    now = timezone.now()
    for number in range(22):
        EmployeeFactory(
            company=company,
            employee_id=f"e{number * 7 % 22:03}",
            last_name=f"姓{number % 3}",
            email=f"{number}@example.com",
            role="approver" if number % 5 == 0 else "applicant",
            last_login=now - timedelta(hours=number * 11 % 22) if number % 3 else None,
            password="!",
            **({"group": groups[number % 2]} if number % 4 else {}),
        )

    found = list(walked(client, f"sort={sort}&{words}"))

    assert len(found) == 23
    assert found == expected(company, sort)


def test_O3_the_heads_tell_the_order_and_turn_it(client: Client, company: Company) -> None:
    text = client.get("/employees/?sort=-id&q=a").content.decode()

    assert text.count("aria-sort") == 1
    assert (
        '<th scope="col" aria-sort="descending"><a class="mk-sort" href="?q=a&amp;sort=id">' in text
    )
    assert 'href="?q=a&amp;sort=-login"' in text
