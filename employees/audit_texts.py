"""What the audit log calls the things of this app (X6)."""

from collections.abc import Collection
from typing import Any

from django.db.models import Q

from companies.audit_texts import FieldText, RecordText, register
from employees.choices import DisplayMode, Role
from employees.models import Employee, FormerEmployeeId


def existing(company_id: int, keys: Collection[int]) -> dict[int, bool]:
    people = Employee.objects.for_company(company_id).filter(pk__in=keys)
    rows = people.values_list("pk", "smarthr_id")
    return {pk: smarthr_id is not None for pk, smarthr_id in rows}


def called(company_id: int, words: str) -> Any:
    """Each word is part of the name or of the 社員ID, as it is now or was until lately."""
    people = Employee.objects.for_company(company_id)
    for word in words.split():
        former = FormerEmployeeId.objects.for_company(company_id).filter(former_id__icontains=word)
        people = people.filter(
            Q(last_name__icontains=word)
            | Q(first_name__icontains=word)
            | Q(employee_id__icontains=word)
            | Q(pk__in=former.values("employee_id"))
        )
    return people.order_by().values_list("pk", flat=True)


def register_texts() -> None:
    fields = {
        "employee_id": FieldText("社員ID", is_personal=True),
        "last_name": FieldText("姓", is_personal=True),
        "first_name": FieldText("名", is_personal=True),
        "email": FieldText("メールアドレス", is_personal=True),
        "role": FieldText("権限", dict(Role.choices)),
        "group": FieldText("グループ"),
        "image": FieldText("画像", {True: "あり", False: "なし"}),
        "is_active": FieldText("ログイン", {True: "できる", False: "停止"}),
        "suspended_by_sync": FieldText("同期によるログインの停止"),
        "display_mode": FieldText("表示モード", dict(DisplayMode.choices)),
        "password": FieldText("パスワード", sentences={"": "パスワードを変更"}),
    }
    register("employee", RecordText("社員", fields, "employee-edit", existing, called))
