"""A new company and its 管理者 (C4, C6, P1)."""

from __future__ import annotations

from django.db import transaction

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company, is_valid_code
from companies.refusals import Refused
from companies.texts import is_storable
from employees.choices import Role
from employees.emails import is_valid_email
from employees.identifiers import is_valid_employee_id
from employees.models import Employee
from employees.services.removal import lock_company
from employees.signals import company_created
from groups.models import Group

ADMINISTRATOR_NAME = "管理者"


def create_company(
    *,
    code: str,
    name: str,
    admin_id: str,
    admin_email: str,
    admin_password: str,
    actor: Actor,
    is_operator: bool = False,
) -> Employee:
    """The first 管理者 of the new company. Raises Refused."""
    _check(code, name, admin_id, admin_email, admin_password)
    with transaction.atomic():
        company, created = Company.objects.get_or_create(
            code=code, defaults={"name": name, "is_operator": is_operator}
        )
        if not created:
            raise Refused(f"企業ID「{code}」はすでに使われています。")
        administrator = Employee(
            company=company,
            employee_id=admin_id,
            last_name=ADMINISTRATOR_NAME,
            email=admin_email,
            role=Role.ADMINISTRATOR,
            group=Group.objects.for_company(company).get(is_default=True),
        )
        administrator.set_password(admin_password)
        administrator.save()
        company_created.send(sender=Company, company=company)
        events = [
            Event(AuditAction.CREATED, "company", company.pk, company.name, {}),
            Event(AuditAction.CREATED, "employee", administrator.pk, administrator.label, {}),
        ]
        write_audit(company=company, actor=actor, events=events)
    return administrator


def _check(code: str, name: str, admin_id: str, admin_email: str, admin_password: str) -> None:
    if not is_valid_code(code):
        raise Refused("企業IDは3〜20文字の半角英数字とハイフンで指定してください。")
    if not name.strip() or len(name) > 255 or not is_storable(name):
        raise Refused("会社名を255文字以内で指定してください。")
    if not is_valid_employee_id(admin_id):  # C5
        raise Refused(
            "社員IDは3〜24文字の半角英数字と @ . _ - で、先頭と末尾を英数字にしてください。"
        )
    if not is_valid_email(admin_email):  # C3
        raise Refused("管理者のメールアドレスの形式が正しくありません。")
    if not admin_password:
        raise Refused("管理者のパスワードを指定してください。")


def appoint_administrator(*, employee: Employee, reason: str, actor: Actor) -> None:
    """C6: the operator's way out where the last 管理者 could not go. Raises Refused."""
    if not reason.strip() or not is_storable(reason):
        raise Refused("理由を指定してください。")
    with transaction.atomic():
        lock_company(employee.company_id)
        employee.refresh_from_db()
        if not employee.email:
            raise Refused("メールアドレスがないため、管理者にできません。")  # C3
        if not employee.is_active:
            raise Refused("ログインを停止している社員は、管理者にできません。")
        if employee.is_initial_password:  # X5: 企業ID and 生年月日 would open the settings
            raise Refused(
                "初期パスワードのままの社員は、管理者にできません。"
                "本人がパスワードを変更してからもう一度実行するか、別の社員を指定してください。"
            )
        before = employee.role
        employee.role = Role.ADMINISTRATOR
        employee.save(update_fields=["role"])
        event = Event(
            AuditAction.APPOINTED,
            "employee",
            employee.pk,
            employee.label,
            {"role": (before, Role.ADMINISTRATOR)},
            reason.strip()[:500],
        )
        write_audit(company=employee.company_id, actor=actor, events=[event])
