"""A company to look at: what `make run` shows before the first sync. Invented throughout."""

from typing import NamedTuple

from django.db import transaction

from cards.models import BusinessCard
from companies.audit import command
from companies.models import Company
from employees.choices import Role
from employees.models import Employee
from employees.services.companies import create_company
from groups.models import Group
from integrations.services.connection import ConnectionChanges, configure

COMPANY_CODE = "demo"
ADMIN_ID = "admin"
ADMIN_PASSWORD = "demo-password-2026"  # noqa: S105 - printed at every start
ACTOR = command("make run")


class Person(NamedTuple):
    employee_id: str
    last_name: str
    first_name: str
    romaji: str
    group: str
    role: Role = Role.APPLICANT
    email: str = ""
    title: str = ""


GROUPS = {"名刺管理室": None, "外部スタッフ": "名刺管理室", "顧問": None}
PEOPLE = [
    Person("meishi-01", "相川", "真帆", "Maho Aikawa", "名刺管理室", Role.APPROVER,
           "aikawa@example.com", "室長"),
    Person("meishi-02", "戸田", "健", "Ken Toda", "名刺管理室", title="主任"),
    Person("staff-01", "Nguyen", "Linh", "Linh Nguyen", "外部スタッフ", title="デザイナー"),
    Person("advisor-01", "黒木", "誠一", "Seiichi Kuroki", "顧問", email="kuroki@example.com",
           title="技術顧問"),
]  # fmt: skip


def fill(*, connect_to: tuple[str, str] | None) -> None:
    """Makes the company at the first start; `connect_to` is SmartHR's subdomain and token."""
    company = Company.objects.filter(code=COMPANY_CODE).first()
    if company is None:
        with transaction.atomic():
            company = _make_company()
            _add_people(company, _add_groups(company))
    if connect_to is not None and not _is_connected(company):
        subdomain, token = connect_to
        changes = ConnectionChanges(subdomain=subdomain, token=token)
        configure(company=company, actor=ACTOR, changes=changes)


def _is_connected(company: Company) -> bool:
    integration = getattr(company, "smarthr_integration", None)
    return integration is not None and bool(integration.is_connected)


def _make_company() -> Company:
    administrator = create_company(
        code=COMPANY_CODE,
        name="株式会社デモ",
        admin_id=ADMIN_ID,
        admin_email="admin@example.com",
        admin_password=ADMIN_PASSWORD,
        actor=ACTOR,
    )
    _add_card(administrator, "総務担当", "")
    return administrator.company


def _add_groups(company: Company) -> dict[str, Group]:
    groups: dict[str, Group] = {}
    for name, parent in GROUPS.items():
        groups[name] = Group.objects.create(
            company=company, name=name, parent=groups[parent] if parent else None
        )
    return groups


def _add_people(company: Company, groups: dict[str, Group]) -> None:
    for person in PEOPLE:
        employee = Employee(
            company=company,
            employee_id=person.employee_id,
            last_name=person.last_name,
            first_name=person.first_name,
            group=groups[person.group],
            role=person.role,
            email=person.email,
        )
        employee.set_password(ADMIN_PASSWORD)
        employee.save()
        _add_card(employee, person.title, person.romaji)


def _add_card(employee: Employee, title: str, romaji: str) -> None:
    BusinessCard.objects.create(
        company=employee.company,
        employee=employee,
        company_name=employee.company.name,
        # As on the screen: グループ1 is no department.
        department_name="" if employee.group.is_default else employee.group.name,
        title=title,
        last_name=employee.last_name,
        first_name=employee.first_name,
        name_romaji=romaji,
        postal_code="100-0000",
        address="東京都千代田区見本町1-2-3",
        phone="03-0000-0000",
        email=employee.email,
        url="https://example.com/",
    )
