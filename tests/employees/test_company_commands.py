"""create_company and grant_administrator: the operator's commands (C3–C6)."""

from __future__ import annotations

import json
import os
from io import StringIO
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command

from companies.models import AuditEntry, Company
from employees.choices import Role
from employees.models import Employee
from groups.models import Group
from tests.factories import (
    AdministratorFactory,
    CompanyFactory,
    EmployeeFactory,
    LinkedEmployeeFactory,
)

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
OPTIONS = {"--admin-id": "admin", "--admin-email": "admin@example.com"}


def run(name: str, *arguments: str, password: str = PASSWORD) -> tuple[int, dict[str, Any]]:
    out = StringIO()
    with (
        mock.patch.dict(os.environ, {"ADMIN_PASSWORD": password}),
        pytest.raises(SystemExit) as end,
    ):
        call_command(name, *arguments, "--json", stdout=out)
    assert PASSWORD not in out.getvalue()
    return int(end.value.code or 0), json.loads(out.getvalue())


def create(
    code: str = "acme", name: str = "アクメ株式会社", *more: str, **options: str
) -> tuple[int, dict[str, Any]]:
    password = options.pop("password", PASSWORD)
    given = {**OPTIONS, **{f"--{key.replace('_', '-')}": value for key, value in options.items()}}
    pairs = [part for pair in given.items() for part in pair]
    return run("create_company", code, name, *pairs, *more, password=password)


def test_C4_C6_a_new_company_has_its_group_and_its_administrator() -> None:
    code, data = create()

    assert (code, data["status"]) == (0, "succeeded")
    assert (data["company"], data["administrator"]) == ("acme", "admin")
    company = Company.objects.get(code="acme")
    assert (company.name, company.is_operator) == ("アクメ株式会社", False)
    group = Group.objects.for_company(company).get()
    assert (group.name, group.is_default, group.smarthr_id) == ("グループ1", True, None)
    person = Employee.objects.for_company(company).get()
    assert (person.employee_id, person.email, person.role) == (
        "admin",
        "admin@example.com",
        Role.ADMINISTRATOR,
    )
    assert (person.group, person.is_active, person.is_linked) == (group, True, False)
    assert person.check_password(PASSWORD)
    entries = AuditEntry.objects.for_company(company)
    assert sorted(entries.values_list("action", "object_type", "actor_label")) == [
        ("created", "company", "create_company"),
        ("created", "employee", "create_company"),
    ]


def test_X11_the_operators_company_is_made_by_command_only() -> None:
    assert create("ops", "運営", "--operator")[0] == 0
    assert Company.objects.get(code="ops").is_operator is True


def test_C1_a_taken_code_is_refused_and_changes_nothing() -> None:
    create()

    code, data = create(name="別の会社", admin_id="other")

    assert (code, data["status"]) == (2, "failed")
    assert "すでに使われています" in data["error"]
    assert Company.objects.get(code="acme").name == "アクメ株式会社"
    assert Employee.objects.across_companies().count() == 1


@pytest.mark.parametrize(
    "code", ["ab", "a" * 21, "a b", "a_b", "社会", "ａｂｃ", "abc\n", "a/b", "a.b", "", "a\x00b"]
)
def test_a_company_code_of_the_wrong_form_is_refused(code: str) -> None:
    exit_code, data = create(code)

    assert (exit_code, data["status"]) == (2, "failed")
    assert "企業IDは3〜20文字" in data["error"]
    assert not Company.objects.exists()


@pytest.mark.parametrize("code", ["abc", "A" * 20, "a-b", "123", "ab-"])
def test_a_company_code_of_the_right_form_is_taken(code: str) -> None:
    assert create(code)[0] == 0


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"admin_id": "ab"}, "社員IDは3〜24文字"),
        ({"admin_id": "管理者1"}, "社員IDは3〜24文字"),
        ({"admin_id": ".abc"}, "社員IDは3〜24文字"),
        ({"admin_email": ""}, "メールアドレスの形式"),
        ({"admin_email": "admin"}, "メールアドレスの形式"),
        ({"admin_email": "a@b"}, "メールアドレスの形式"),
        ({"password": ""}, "パスワードを指定"),
        ({"name": " "}, "会社名を255文字以内"),
        ({"name": "あ" * 256}, "会社名を255文字以内"),
        ({"name": "a\x00b"}, "会社名"),
    ],
)
def test_C3_C5_bad_values_are_refused(
    options: dict[str, str], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())  # nobody to ask for the password
    name = options.pop("name", "アクメ株式会社")

    code, data = create("acme", name, **options)

    assert (code, data["status"]) == (2, "failed")
    assert text in data["error"]
    assert not Company.objects.exists()


def grant(company: Company, employee_id: str, reason: str = "前任者の退職") -> Any:
    return run("grant_administrator", employee_id, "--reason", reason, "--company", company.code)


def test_C6_a_successor_is_appointed_with_a_reason_in_the_audit_log() -> None:
    company = CompanyFactory()
    AdministratorFactory(company=company)
    person = LinkedEmployeeFactory(company=company, email="next@example.com")

    code, data = grant(company, person.employee_id, " 前任者の退職 ")

    assert (code, data) == (
        0,
        {"status": "succeeded", "employee_id": person.employee_id, "role": "administrator"},
    )
    person.refresh_from_db()
    assert person.role == Role.ADMINISTRATOR
    entry = AuditEntry.objects.for_company(company).get()
    assert (entry.action, entry.object_id, entry.reason) == (
        "appointed",
        person.pk,
        "前任者の退職",
    )
    assert entry.changes == {"role": ["applicant", "administrator"]}
    assert (entry.actor_kind, entry.actor_label) == ("command", "grant_administrator")


@pytest.mark.parametrize(
    ("values", "reason", "text"),
    [
        ({"email": ""}, "理由", "メールアドレスがない"),
        ({"email": "a@example.com", "is_active": False}, "理由", "ログインを停止"),
        ({"email": "a@example.com", "is_initial_password": True}, "理由", "本人がパスワードを変更"),
        ({"email": "a@example.com"}, " ", "理由を指定"),
    ],
)
def test_C6_X5_who_cannot_be_an_administrator_is_refused(
    values: dict[str, Any], reason: str, text: str
) -> None:
    person = EmployeeFactory(**values)

    code, data = grant(person.company, person.employee_id, reason)

    assert (code, data["status"]) == (2, "failed")
    assert text in data["error"]
    person.refresh_from_db()
    assert person.role == Role.APPLICANT
    assert not AuditEntry.objects.for_company(person.company).exists()


def test_C1_nobody_of_another_company_is_appointed() -> None:
    stranger = EmployeeFactory(email="a@example.com")

    code, data = grant(CompanyFactory(), stranger.employee_id)

    assert (code, data["status"]) == (2, "failed")
    assert "社員はいません" in data["error"]


@pytest.mark.parametrize("employee_id", ["nobody", "社員", ""])
def test_C6_an_unknown_id_is_wrong_usage(employee_id: str) -> None:
    code, data = grant(CompanyFactory(), employee_id)

    assert (code, data["status"]) == (2, "failed")
