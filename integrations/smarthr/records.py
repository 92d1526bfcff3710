"""What SmartHR said, typed and unjudged: which values are usable is the planner's question."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar
from uuid import UUID


class Flag(enum.Enum):
    """Two answers that are neither a value nor null."""

    ABSENT = "absent"  # no such key: not asked for, or the token may not read it (E11)
    MALFORMED = "malformed"  # a JSON type that the attribute never has


Text: TypeAlias = str | Flag | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    id: UUID
    read_at: datetime  # taken before the request was sent, so it never claims too much (E12a)
    updated_at: datetime | None
    emp_code: Text
    emp_status: Text
    last_name: Text
    first_name: Text
    business_last_name: Text = Flag.ABSENT
    business_first_name: Text = Flag.ABSENT
    email: Text
    birth_at: Text = field(repr=False)  # never in a log (E7)
    # Slot order with the empty slots as None (D1).
    departments: tuple[UUID | None, ...] | Flag | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    id: UUID
    read_at: datetime
    updated_at: datetime | None
    name: Text
    parent_id: UUID | Flag | None
    position: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A registration at SmartHR. Its secret is never sent back (`secret_token` is write-only)."""

    id: str
    url: str
    crew_created: bool
    crew_updated: bool
    crew_deleted: bool
    crew_imported: bool
    expose_only_id: bool
    # As it was sent, a day or a moment: anything but None means that SmartHR sends nothing.
    disabled_at: str | None


@dataclass(frozen=True, slots=True)
class BadRecord:
    """An object whose id is a string, but no UUID: reported, never applied."""

    raw_id: str


T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    number: int
    items: tuple[T | BadRecord, ...]
    total: int | None  # x-total-count
    has_next: bool
    read_at: datetime
