"""What somebody wants of an employee's record, and what forbids it. Pure.

Screen, 一括処理 and restore ask the same functions; services.records writes what they allow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from companies.refusals import Problem
from companies.texts import is_one_line
from employees.choices import Role
from employees.emails import is_valid_email
from employees.identifiers import is_valid_employee_id

NAME_LENGTH: Final = 255
IDENTITY: Final = ("employee_id", "last_name", "first_name", "email")
LABELS: Final = {
    "employee_id": "社員ID",
    "last_name": "姓",
    "first_name": "名",
    "email": "メールアドレス",
}

EMPLOYEE_ID_LENGTH: Final = "社員IDは3〜24文字で入力してください。"
EMPLOYEE_ID_CHARACTERS: Final = (
    "社員IDに使えない文字が含まれています。"
    "半角英数字と @ . _ - を使い、先頭と末尾は英数字にしてください。"
)
EMPLOYEE_ID_TAKEN: Final = "この社員IDはほかの社員が使っています。別の社員IDを入力してください。"
LAST_NAME_MISSING: Final = "姓を入力してください。"
EMAIL_INVALID: Final = (
    "メールアドレスの形式が正しくありません。「name@example.co.jp」の形で入力してください。"
)
EMAIL_NEEDED: Final = (
    "メールアドレスがないため、承認者・管理者にできません。メールアドレスを登録してください。"
)
EMAIL_NEEDED_LINKED: Final = (
    "メールアドレスがないため、承認者・管理者にできません。"
    "SmartHRでメールアドレスを登録し、同期してください。"
)
EMAIL_KEPT: Final = (
    "権限が承認者・管理者の社員のメールアドレスは、空にできません。"
    "先に権限を申請者に変更してください。"
)
LAST_ADMINISTRATOR: Final = (
    "ログインできる最後の管理者のため、{}できません。先に別の社員を管理者にしてください。"
)


def locked(label: str) -> str:
    return f"SmartHRと連携しているため、{label}は変更できません。SmartHRで変更してください。"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The values that somebody gave; None leaves a field as it is."""

    employee_id: str | None = None
    last_name: str | None = None
    first_name: str | None = None
    email: str | None = None
    group_id: int | None = None
    role: Role | None = None
    # Checked by employees.passwords; whoever gets it has to change it at the first login.
    password: str | None = None

    def without_identity(self) -> Wanted:
        """B3: what a file says of a linked person's identity is not applied."""
        return replace(self, employee_id=None, last_name=None, first_name=None, email=None)


@dataclass(frozen=True, slots=True)
class Current:
    """An employee as far as the rules look at it."""

    employee_id: str
    last_name: str
    first_name: str
    email: str
    group_id: int | None
    role: Role
    is_linked: bool
    has_initial_password: bool


NOBODY: Final = Current("", "", "", "", None, Role.APPLICANT, False, False)


def differences(current: Current, wanted: Wanted) -> dict[str, tuple[Any, Any]]:
    """Field -> before and after, of what would change; never the password."""
    fields = (*IDENTITY, "group_id", "role")
    return {
        field: (getattr(current, field), getattr(wanted, field))
        for field in fields
        if getattr(wanted, field) is not None and getattr(wanted, field) != getattr(current, field)
    }


def problems_of(current: Current, wanted: Wanted) -> list[Problem]:
    """What forbids it, whoever else exists. What stays as it is is not looked at.

    A 社員ID that another has, a foreign group and the last 管理者 are found where the rows are.
    """
    changed = differences(current, wanted)
    if current.is_linked and (fixed := [field for field in IDENTITY if field in changed]):  # E9
        return [Problem(field, locked(LABELS[field])) for field in fixed]
    return [*_identity_problems(current, wanted, changed), *_role_problems(current, wanted)]


def needs_one_time_password(current: Current, wanted: Wanted) -> bool:
    """X5: whoever still has the initial password gets another when the role is raised."""
    raised = wanted.role is not None and wanted.role.needs_email
    return (
        raised
        and wanted.role != current.role
        and current.has_initial_password
        and not wanted.password
    )


def _identity_problems(
    current: Current, wanted: Wanted, changed: dict[str, tuple[Any, Any]]
) -> Iterator[Problem]:
    is_new = current is NOBODY
    if (is_new or "employee_id" in changed) and (text := _id_problem(wanted.employee_id or "")):
        yield Problem("employee_id", text)
    if (is_new or "last_name" in changed) and not (wanted.last_name or "").strip():
        yield Problem("last_name", LAST_NAME_MISSING)
    for field in ("last_name", "first_name"):
        if field in changed and (text := _name_problem(changed[field][1], LABELS[field])):
            yield Problem(field, text)
    if "email" in changed and wanted.email and not is_valid_email(wanted.email):
        yield Problem("email", EMAIL_INVALID)


def _id_problem(text: str) -> str | None:  # C5
    if is_valid_employee_id(text):
        return None
    return EMPLOYEE_ID_CHARACTERS if 3 <= len(text) <= 24 else EMPLOYEE_ID_LENGTH


def _name_problem(text: str, label: str) -> str | None:
    if len(text) > NAME_LENGTH:
        return f"{label}は{NAME_LENGTH}文字以内で入力してください。"
    if not is_one_line(text):
        return f"{label}に改行などの使えない文字が含まれています。取り除いて入力してください。"
    return None


def _role_problems(current: Current, wanted: Wanted) -> Iterator[Problem]:  # C3
    role = wanted.role or current.role
    email = current.email if wanted.email is None else wanted.email
    if not role.needs_email or email:
        return
    if wanted.email is not None and current.email and role == current.role:
        yield Problem("email", EMAIL_KEPT)
    else:
        yield Problem("role", EMAIL_NEEDED_LINKED if current.is_linked else EMAIL_NEEDED)
