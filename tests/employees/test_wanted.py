"""What may be wanted of a person's record (C3, C5, E9, X5). Pure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from employees.choices import Role
from employees.wanted import (
    EMAIL_INVALID,
    EMAIL_KEPT,
    EMAIL_NEEDED,
    EMAIL_NEEDED_LINKED,
    EMPLOYEE_ID_CHARACTERS,
    EMPLOYEE_ID_LENGTH,
    LAST_NAME_MISSING,
    NOBODY,
    Current,
    Wanted,
    differences,
    locked,
    needs_one_time_password,
    problems_of,
)

HANAKO = Current("00027", "佐藤", "花子", "", 1, Role.APPLICANT, False, False)
LINKED = replace(HANAKO, is_linked=True)
NEW = Wanted(employee_id="00027", last_name="佐藤", first_name="花子")


def texts(current: Current, wanted: Wanted) -> list[tuple[str, str]]:
    return [(problem.field, problem.text) for problem in problems_of(current, wanted)]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ab", EMPLOYEE_ID_LENGTH),
        ("", EMPLOYEE_ID_LENGTH),
        ("a" * 25, EMPLOYEE_ID_LENGTH),
        ("-abc", EMPLOYEE_ID_CHARACTERS),
        ("abc.", EMPLOYEE_ID_CHARACTERS),
        ("a b", EMPLOYEE_ID_CHARACTERS),
        ("a\nb", EMPLOYEE_ID_CHARACTERS),
        ("ＡＢＣ", EMPLOYEE_ID_CHARACTERS),
        ("abc", None),
        ("a" * 24, None),
        ("a@._-1", None),
    ],
)
def test_C5_the_id_that_is_wanted(code: str, text: str | None) -> None:
    expected = [("employee_id", text)] if text else []

    assert texts(NOBODY, replace(NEW, employee_id=code)) == expected
    assert texts(HANAKO, Wanted(employee_id=code)) == expected


@pytest.mark.parametrize(
    ("current", "wanted", "found"),
    [
        (HANAKO, Wanted(role=Role.APPROVER), [("role", EMAIL_NEEDED)]),
        (LINKED, Wanted(role=Role.APPROVER), [("role", EMAIL_NEEDED_LINKED)]),
        (HANAKO, Wanted(role=Role.ADMINISTRATOR, email="a@example.com"), []),
        (replace(HANAKO, email="a@example.com"), Wanted(role=Role.APPROVER), []),
        (
            replace(HANAKO, email="a@example.com", role=Role.APPROVER),
            Wanted(email=""),
            [("email", EMAIL_KEPT)],
        ),
        (
            replace(HANAKO, email="a@example.com", role=Role.APPROVER),
            Wanted(email="", role=Role.APPLICANT),
            [],
        ),
        (NOBODY, replace(NEW, role=Role.APPROVER), [("role", EMAIL_NEEDED)]),
        (HANAKO, Wanted(email="a..b.@example.ne.jp"), []),
        (HANAKO, Wanted(email="a@b"), [("email", EMAIL_INVALID)]),
        (NOBODY, replace(NEW, last_name="　 "), [("last_name", LAST_NAME_MISSING)]),
        (NOBODY, replace(NEW, first_name=""), []),
    ],
)
def test_C3_email_role_and_names(
    current: Current, wanted: Wanted, found: list[tuple[str, str]]
) -> None:
    assert texts(current, wanted) == found


@pytest.mark.parametrize("text", ["a\nb", "a\x00b", "a\ud800b", "a\u2028b", "あ" * 256])
@pytest.mark.parametrize("field", ["last_name", "first_name"])
def test_a_name_is_one_line_that_can_be_stored(field: str, text: str) -> None:
    [(place, _)] = texts(HANAKO, Wanted(**{field: text}))  # type: ignore[arg-type]

    assert place == field


def test_what_stays_as_it_is_is_not_looked_at() -> None:
    odd = replace(HANAKO, last_name="佐\n藤", first_name="")
    same = Wanted("00027", "佐\n藤", "", "", 1, Role.APPLICANT)

    assert texts(odd, same) == []
    assert differences(odd, same) == {}


@pytest.mark.parametrize(
    ("field", "value", "label"),
    [
        ("employee_id", "other", "社員ID"),
        ("last_name", "鈴木", "姓"),
        ("first_name", "太郎", "名"),
        ("email", "a@example.com", "メールアドレス"),
    ],
)
def test_E9_a_linked_persons_identity_is_locked(field: str, value: str, label: str) -> None:
    wanted = Wanted(**{field: value})  # type: ignore[arg-type]

    assert texts(LINKED, wanted) == [(field, locked(label))]
    assert texts(LINKED, wanted.without_identity()) == []  # B3


def test_E9_group_role_and_password_of_a_linked_person_are_open() -> None:
    person = replace(LINKED, email="a@example.com")
    wanted = Wanted(group_id=2, role=Role.APPROVER, password="a password of one's own")

    assert texts(person, wanted) == []
    assert differences(person, wanted) == {
        "group_id": (1, 2),
        "role": (Role.APPLICANT, Role.APPROVER),
    }


@pytest.mark.parametrize(
    ("current", "wanted", "needed"),
    [
        (replace(HANAKO, has_initial_password=True), Wanted(role=Role.APPROVER), True),
        (replace(HANAKO, has_initial_password=True), Wanted(role=Role.APPLICANT), False),
        (HANAKO, Wanted(role=Role.APPROVER), False),
        (
            replace(HANAKO, has_initial_password=True),
            Wanted(role=Role.APPROVER, password="a password of one's own"),
            False,
        ),
        (
            replace(HANAKO, has_initial_password=True, role=Role.APPROVER),
            Wanted(role=Role.APPROVER),
            False,
        ),
        (
            replace(HANAKO, has_initial_password=True, role=Role.APPROVER),
            Wanted(role=Role.ADMINISTRATOR),
            True,
        ),
    ],
)
def test_X5_raising_replaces_the_initial_password(
    current: Current, wanted: Wanted, needed: bool
) -> None:
    assert needs_one_time_password(current, wanted) is needed
