"""社員: the login user of a company."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from companies.models import Company, TenantOwned, TenantQuerySet
from employees.choices import DisplayMode, Role
from employees.emails import EMAIL_LENGTH
from employees.identifiers import EMPLOYEE_ID_PATTERN, PARKED_PATTERN
from employees.wanted import NAME_LENGTH
from groups.models import Group


def new_login_key() -> str:
    return uuid.uuid4().hex


class EmployeeQuerySet(TenantQuerySet["Employee"]):
    def linked(self) -> Self:
        return self.filter(smarthr_id__isnull=False)

    def able_administrators(self) -> Self:
        """管理者 who can log in; C6 keeps at least one a company."""
        return self.filter(role=Role.ADMINISTRATOR, is_active=True)

    def able_approvers(self) -> Self:
        """Those who take a step of an application (C3, O6): a suspended person is no approver."""
        return self.filter(role=Role.APPROVER, is_active=True)


class EmployeeManager(BaseUserManager["Employee"].from_queryset(EmployeeQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> Any:
        return self.across_companies().get(login_key=username)


class Employee(TenantOwned, AbstractBaseUser):
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="employees")
    # 社員ID is unique only inside its company; Django wants one column that is unique everywhere.
    login_key = models.CharField(max_length=32, unique=True, default=new_login_key, editable=False)
    employee_id = models.CharField("社員ID", max_length=24)
    last_name = models.CharField("姓", max_length=NAME_LENGTH)
    first_name = models.CharField("名", max_length=NAME_LENGTH, blank=True)
    email = models.CharField("メールアドレス", max_length=EMAIL_LENGTH, blank=True, default="")
    role = models.CharField("権限", max_length=16, choices=Role.choices, default=Role.APPLICANT)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="members")
    image = models.ImageField("画像", upload_to="images/", blank=True)
    is_active = models.BooleanField(default=True)
    # E13: a rehire resumes the login only if the sync had stopped it.
    suspended_by_sync = models.BooleanField(default=False, editable=False)
    # Written by the database alone (employees.suspensions); null: never.
    suspensions = models.PositiveIntegerField(null=True, editable=False)
    must_change_password = models.BooleanField(default=False)
    # Stays after the hash was upgraded at the first login: the password is still the initial one.
    is_initial_password = models.BooleanField(default=False, editable=False)
    # X5: a one-time password opens nothing any more from then on; null: no such limit.
    password_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # Null until chosen: SQLite can add such a column without rebuilding the table, which would
    # lose its triggers (companies.same_company).
    display_mode = models.CharField(
        "表示モード", max_length=8, choices=DisplayMode.choices, null=True, blank=True
    )

    smarthr_id = models.UUIDField(null=True, blank=True, editable=False)
    # E12a: the version of the crew that this row shows, and what SmartHR said (never a birth date).
    source_updated_at = models.DateTimeField(null=True, blank=True, editable=False)
    source_read_at = models.DateTimeField(null=True, blank=True, editable=False)
    source = models.JSONField(default=dict, blank=True, editable=False)

    USERNAME_FIELD: ClassVar[str] = "login_key"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[Any] = EmployeeManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "employee_id"], name="employee_id_once"),
            # Plain, not partial: nulls are distinct, and a partial index cannot be a conflict
            # target.
            models.UniqueConstraint(
                fields=["company", "smarthr_id"], name="employee_smarthr_id_once"
            ),
            models.CheckConstraint(  # C5
                condition=Q(employee_id__regex=EMPLOYEE_ID_PATTERN)
                | Q(employee_id__regex=PARKED_PATTERN),
                name="employee_id_form",
            ),
            models.CheckConstraint(  # C3
                condition=Q(role=Role.APPLICANT) | ~Q(email=""), name="email_from_approver_up"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_known"),
            models.CheckConstraint(
                condition=Q(suspended_by_sync=False) | Q(is_active=False),
                name="suspended_by_sync_is_suspended",
            ),
        ]
        indexes = [
            models.Index(fields=["company", "role"], name="employee_by_role"),
            models.Index(fields=["company", "last_name", "first_name"], name="employee_by_name"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def full_name(self) -> str:
        return f"{self.last_name} {self.first_name}".strip()

    @property
    def label(self) -> str:
        return f"{self.full_name}（{self.employee_id}）"

    @property
    def is_linked(self) -> bool:
        return self.smarthr_id is not None

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def is_operator_staff(self) -> bool:
        """X11."""
        return self.is_administrator and self.company.is_operator

    @property
    def is_support_visitor(self) -> bool:
        """X11: who is, is no employee of the company (operators.visitor)."""
        return False

    @property
    def theme(self) -> str:
        return self.display_mode or DisplayMode.AUTO.value

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """A session ends when the password or the role changes: rights follow at once (C3).

        And with each suspension, for good: a resumed person logs in anew.

        Django gives `secret` for an older SECRET_KEY that is still accepted.
        """
        mark = f"{self.role}\n{self.suspensions or 0}\n{self.password}"
        return salted_hmac("employees.session", mark, secret=secret, algorithm="sha256").hexdigest()

    def save(self, *args: Any, **kwargs: Any) -> None:
        # C4: whoever has no group is in グループ1.
        group_id: int | None = self.group_id
        if group_id is None:
            self.group = Group.objects.for_company(self.company_id).get(is_default=True)
        super().save(*args, **kwargs)


class FormerEmployeeId(TenantOwned):
    """A 社員ID that somebody left; for 30 days it leads to the present one (S5)."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")
    # The last who left it, though others may have had it before.
    employee = models.ForeignKey(Employee, on_delete=models.CASCADE, related_name="former_ids")
    former_id = models.CharField(max_length=24)
    left_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "former_id"], name="former_employee_id_once")
        ]

    def __str__(self) -> str:
        return self.former_id


class LoginGuard(models.Model):
    """Failed tries to log in: of an account, a person, an address, a company (services.guesses)."""

    # HMAC of what is counted, never an address or a 社員ID.
    key = models.CharField(max_length=64, unique=True)
    # Seconds since the epoch of each failure.
    failures = models.JSONField(default=list)
    # From then on the row says nothing any more.
    quiet_at = models.FloatField(default=0, db_index=True)

    def __str__(self) -> str:
        return self.key[:8]
