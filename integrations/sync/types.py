"""What the plan works on: current rows, settings, and the changes it decides. No database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from integrations.choices import DeletionPolicy, NameSource, Outcome, RetiredPolicy
from integrations.reasons import Reason

Changes = dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """What a company chose, frozen for one run."""

    company_code: str
    slot: int | None
    retired: RetiredPolicy
    names: NameSource
    deletion: DeletionPolicy
    force_password_change: bool
    today: date

    @property
    def crew_fields(self) -> tuple[str, ...]:
        """The attributes to ask for, and no other (X10)."""
        fields = ["id", "emp_code", "emp_status", "last_name", "first_name", "email", "birth_at"]
        if self.names == NameSource.BUSINESS:
            fields += ["business_last_name", "business_first_name"]
        if self.slot is not None:
            fields.append("departments")
        return (*fields, "updated_at")


@dataclass(frozen=True, slots=True)
class Person:
    """A linked employee as stored."""

    pk: int
    smarthr_id: UUID
    employee_id: str
    last_name: str
    first_name: str
    email: str
    role: str
    group_id: int
    is_active: bool
    suspended_by_sync: bool
    source_updated_at: datetime | None
    source_read_at: datetime | None
    source: Mapping[str, str]

    @property
    def label(self) -> str:
        return f"{self.last_name} {self.first_name}".strip() + f"（{self.employee_id}）"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a 社員ID: `smarthr_id` is None for somebody who is not linked."""

    pk: int
    name: str
    smarthr_id: UUID | None
    created_in_run: bool = False


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group as stored."""

    pk: int
    name: str
    parent_id: int | None
    position: int | None
    smarthr_id: UUID | None
    is_default: bool = False
    source_updated_at: datetime | None = None
    source_read_at: datetime | None = None

    @property
    def label(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Note:
    """Something to report about a record."""

    reason: Reason
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """The one decision about one crew."""

    smarthr_id: str
    label: str
    outcome: Outcome
    person: Person | None = None
    # Column -> new value; for a new person every column but the password.
    values: Mapping[str, Any] = field(default_factory=dict)
    changes: Changes = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    # The 社員ID wanted instead of the present one; decided after the last page (S3, S4).
    wish: str | None = None
    # The hash of the initial password of a new person (E7).
    password: str = field(default="", repr=False)
    # Cannot be decided before the last page (E11): read it again from the held crews then.
    held: bool = False


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """The one decision about one department."""

    smarthr_id: str
    label: str
    outcome: Outcome
    group: GroupRow | None = None
    name: str = ""
    position: int | None = None
    # The parent department, which is among the plans or the stored groups; None: top level.
    parent: UUID | None = None
    changes: Changes = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    source_updated_at: datetime | None = None
    source_read_at: datetime | None = None


def is_older(
    *,
    updated_at: datetime | None,
    read_at: datetime,
    stored_updated_at: datetime | None,
    stored_read_at: datetime | None,
) -> bool:
    """Whether what was read is older than what is stored (E12a)."""
    if updated_at and stored_updated_at and updated_at != stored_updated_at:
        return updated_at < stored_updated_at
    return stored_read_at is not None and read_at < stored_read_at
