"""Rows of 社員: B2 to B5, C3, C5, C6, E9, X5, X6."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import check_password

from bulk.planning import employees as texts
from bulk.planning.group_names import group_names
from companies.models import AuditEntry
from employees.choices import Role
from employees.models import Employee
from employees.wanted import EMAIL_INVALID, EMAIL_NEEDED, EMAIL_NEEDED_LINKED, LAST_NAME_MISSING
from groups.models import Group
from groups.queries import group_tree
from tests.bulk.imports import Importing
from tests.bulk.workbooks import people
from tests.factories import (
    AdministratorFactory,
    EmployeeFactory,
    GroupFactory,
    LinkedEmployeeFactory,
    LinkedGroupFactory,
    default_group_of,
)

PASSWORD = "azure-Lantern-4711"
ROW = ["00027", "佐藤", "花子", "hanako@example.com", "", "", ""]


def person(importing: Importing, code: str = "00027") -> Employee:
    found: Employee = Employee.objects.for_company(importing.company).get(employee_id=code)
    return found


def test_B2_new_people_are_created(importing: Importing) -> None:
    sales = GroupFactory(company=importing.company, name="営業部")

    row = ["00027", "佐藤", "花子", "hanako@example.com", "営業部", "承認者", PASSWORD]
    assert importing.counts("employees", people(row)) == (1, 0, 0)

    made = person(importing)
    assert (made.full_name, made.email, made.role) == ("佐藤 花子", row[3], Role.APPROVER)
    assert (made.group, made.is_active, made.smarthr_id) == (sales, True, None)
    assert check_password(PASSWORD, made.password)
    assert made.must_change_password


def test_C4_new_people_without_group_or_role_are_applicants_in_the_first_group(
    importing: Importing,
) -> None:
    importing("employees", people(ROW))

    made = person(importing)
    assert (made.group, made.role) == (default_group_of(importing.company), Role.APPLICANT)


def test_X5_whoever_comes_without_password_gets_one_that_nobody_guesses(
    importing: Importing,
) -> None:
    importing("employees", people(ROW))

    made = person(importing)
    assert made.must_change_password
    assert made.password_expires_at is not None
    assert not check_password("", made.password)


def test_B2_people_are_changed_and_others_stay(importing: Importing) -> None:
    one = EmployeeFactory(
        company=importing.company, employee_id="00027", last_name="佐藤", email="x@example.com"
    )
    other = EmployeeFactory(company=importing.company)

    row = ["00027", "鈴木", "", "", "", "", ""]
    assert importing.counts("employees", people(row)) == (0, 1, 0)

    one.refresh_from_db()
    assert (one.last_name, one.first_name, one.email) == ("鈴木", "", "")
    assert person(importing, other.employee_id).last_name == other.last_name
    entry = AuditEntry.objects.for_company(importing.company).get(object_id=one.pk)
    assert (entry.actor_kind, entry.action) == ("import", "updated")
    assert entry.changes["last_name"] == ["佐藤", "鈴木"]


def test_B3_E9_the_identity_of_linked_people_stays(importing: Importing) -> None:
    linked = LinkedEmployeeFactory(company=importing.company, employee_id="00027")
    group = GroupFactory(company=importing.company, name="営業部")

    row = ["00027", "別", "人", "other@example.com", "営業部", "", PASSWORD]
    assert importing.counts("employees", people(row)) == (0, 1, 0)

    after = person(importing)
    assert (after.last_name, after.first_name, after.email) == (linked.last_name, "名", "")
    assert after.group == group
    assert check_password(PASSWORD, after.password)


def test_B3_a_linked_person_who_differs_in_identity_alone_is_unchanged(
    importing: Importing,
) -> None:
    LinkedEmployeeFactory(company=importing.company, employee_id="00027")

    assert importing.counts("employees", people(ROW)) == (0, 0, 1)


def test_B4_the_linked_group_wins(importing: Importing) -> None:
    GroupFactory(company=importing.company, name="営業部")
    linked = LinkedGroupFactory(company=importing.company, name="営業部")
    EmployeeFactory(company=importing.company, employee_id="00027")

    importing("employees", people([*ROW[:4], "営業部", "", ""]))

    assert person(importing).group == linked


def test_B4_several_linked_groups_are_an_error_that_lists_them(importing: Importing) -> None:
    for parent in ("本社", "大阪支店"):
        above = LinkedGroupFactory(company=importing.company, name=parent)
        LinkedGroupFactory(company=importing.company, name="営業部", parent=above)

    [(row, column, message)] = importing.refused("employees", people([*ROW[:4], "営業部", "", ""]))

    assert (row, column) == (2, "グループ")
    assert message == (
        "E2：「営業部」というグループが2件あります：大阪支店/営業部、本社/営業部。"
        "「親/子」の形で、どちらかを入力してください。"
    )


def test_groups_are_made_on_request_only(importing: Importing) -> None:
    GroupFactory(company=importing.company, name="本社")
    content = people(
        [*ROW[:4], "本社/新部/新課", "", ""], ["00028", "b", "c", "", "本社/新部", "", ""]
    )

    [(_, _, message), _] = importing.refused("employees", content)
    assert message == "E2：" + texts.GROUP_MISSING.format("本社/新部/新課")
    assert importing.counts("employees", content, "--create-groups") == (2, 0, 0)

    group = person(importing).group
    assert group_names(group_tree(importing.company)).path(group.pk) == "本社/新部/新課"
    assert person(importing, "00028").group_id == group.parent_id
    assert Group.objects.for_company(importing.company).count() == 4


@pytest.mark.parametrize(
    ("place", "value", "cell", "text"),
    [
        (0, "a b", "A2", texts.ID_WITH_SPACE),
        (0, "", "A2", texts.ID_MISSING),
        (0, "ab", "A2", "社員IDは3〜24文字で入力してください。"),
        (1, "", "B2", LAST_NAME_MISSING),
        (
            2,
            "花\n子",
            "C2",
            "名に改行などの使えない文字が含まれています。取り除いて入力してください。",
        ),
        (3, "hanako", "D2", EMAIL_INVALID),
        (4, "ない", "E2", texts.GROUP_MISSING.format("ない")),
        (5, "社長", "F2", texts.ROLE_UNKNOWN),
        (6, "short", "G2", "パスワードが短すぎます。12文字以上にしてください。"),
        (
            6,
            "acme-1990-01-02",
            "G2",
            "企業IDが含まれています。企業IDを含まないパスワードにしてください。",
        ),
    ],
)
def test_B5_a_bad_row_is_told_with_its_cell(
    importing: Importing, place: int, value: str, cell: str, text: str
) -> None:
    row = [*ROW]
    row[place] = value
    before = Employee.objects.for_company(importing.company).count()

    [(number, column, message)] = importing.refused(
        "employees", people(row, ["00028", "b", "c", "", "", "", ""])
    )

    headings = ["社員ID", "姓", "名", "メールアドレス", "グループ", "権限", "パスワード"]
    assert (number, column, message) == (2, headings[place], f"{cell}：{text}")
    assert Employee.objects.for_company(importing.company).count() == before


def test_B5_one_person_in_two_rows_is_an_error(importing: Importing) -> None:
    found = importing.refused("employees", people(ROW, ROW))

    assert found == [(3, "社員ID", "A3：" + texts.ID_TWICE.format("00027", 2))]


@pytest.mark.parametrize(
    ("factory", "text"),
    [(EmployeeFactory, EMAIL_NEEDED), (LinkedEmployeeFactory, EMAIL_NEEDED_LINKED)],
)
def test_C3_no_role_without_email(
    importing: Importing, factory: type[EmployeeFactory], text: str
) -> None:
    factory(company=importing.company, employee_id="00027", email="", last_name="佐藤")

    row = ["00027", "佐藤", "名", "", "", "承認者", ""]
    assert importing.refused("employees", people(row)) == [(2, "権限", f"F2：{text}")]


def test_C6_the_last_administrator_stays(importing: Importing, administrator: Employee) -> None:
    row = ["a001", "山田", "花子", administrator.email, "", "申請者", ""]

    found = importing.refused("employees", people(row))

    assert found == [(2, "権限", "F2：" + texts.LAST_ADMINISTRATOR)]
    assert person(importing, "a001").role == Role.ADMINISTRATOR


def test_C6_a_change_of_hands_in_one_file_is_possible(
    importing: Importing, administrator: Employee
) -> None:
    content = people(
        ["a001", "山田", "花子", administrator.email, "", "申請者", ""],
        [*ROW[:5], "管理者", PASSWORD],
    )

    assert importing.counts("employees", content) == (1, 1, 0)
    assert person(importing).role == Role.ADMINISTRATOR


def test_C6_a_suspended_administrator_does_not_count(
    importing: Importing, administrator: Employee
) -> None:
    AdministratorFactory(company=importing.company, employee_id="b001", is_active=False)

    row = ["a001", "山田", "花子", administrator.email, "", "申請者", ""]
    assert importing("employees", people(row))["status"] == "refused"


def test_X5_raising_someone_with_the_initial_password_replaces_it(importing: Importing) -> None:
    linked = LinkedEmployeeFactory(
        company=importing.company,
        employee_id="00027",
        email="hanako@example.com",
        is_initial_password=True,
    )

    assert importing.counts("employees", people([*ROW[:5], "承認者", ""])) == (0, 1, 0)

    after = person(importing)
    assert (after.role, after.is_initial_password) == (Role.APPROVER, False)
    assert after.password != linked.password
    assert after.must_change_password
    assert after.password_expires_at is not None


def test_X6_passwords_are_told_nowhere(importing: Importing) -> None:
    EmployeeFactory(company=importing.company, employee_id="00028")
    content = people([*ROW[:6], PASSWORD], ["00028", "b", "c", "", "", "", PASSWORD + "2"])

    said = importing("employees", content)

    entries = AuditEntry.objects.for_company(importing.company)
    assert said["new"] + said["changed"] == 2
    assert PASSWORD not in str([said, *entries.values()])
    assert PASSWORD not in str(importing.refused("employees", people([*ROW[:6], "azure"])))
    assert "azure" not in str(importing.refused("employees", people([*ROW[:6], "azure"])))
    assert entries.filter(action="password_issued").count() == 1


def test_an_empty_password_leaves_it(importing: Importing) -> None:
    before = EmployeeFactory(company=importing.company, employee_id="00027")

    importing("employees", people(ROW))

    assert person(importing).password == before.password


def test_C1_another_companys_people_and_groups_are_nobodys(importing: Importing) -> None:
    foreign = EmployeeFactory(employee_id="00027")
    GroupFactory(company=foreign.company, name="営業部")

    assert importing.refused("employees", people([*ROW[:4], "営業部", "", ""]))
    assert importing.counts("employees", people(ROW)) == (1, 0, 0)
    foreign.refresh_from_db()
    assert foreign.last_name != "佐藤"


def test_a_dry_run_writes_no_row(importing: Importing) -> None:
    before = AuditEntry.objects.across_companies().count()

    said = importing("employees", people(ROW), "--dry-run")

    assert said == {"status": "previewed", "new": 1, "changed": 0, "unchanged": 0, "errors": []}
    assert not Employee.objects.for_company(importing.company).filter(employee_id="00027").exists()
    assert AuditEntry.objects.across_companies().count() == before


def test_what_no_database_takes_is_an_error_of_the_row(importing: Importing) -> None:
    found = importing.refused(
        "employees", people(["0002_x0000_7", "佐藤_xD800_", "花_x0000_子", "", "_x0000_", "", ""])
    )

    assert {row for row, _, _ in found} == {2}


@pytest.mark.parametrize("rows", [1, 30])
def test_number_of_queries_does_not_grow(
    importing: Importing, rows: int, django_assert_max_num_queries: object
) -> None:
    content = people(
        *([f"id-{number:03}", "a", "b", "", "", "", PASSWORD] for number in range(rows))
    )
    changed = people(*([f"id-{number:03}", "c", "b", "", "", "", ""] for number in range(rows)))

    with django_assert_max_num_queries(40):  # type: ignore[operator]
        assert importing.counts("employees", content) == (rows, 0, 0)
    with django_assert_max_num_queries(40):  # type: ignore[operator]
        assert importing.counts("employees", changed) == (0, rows, 0)
