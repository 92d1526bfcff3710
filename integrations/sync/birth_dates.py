"""Birth dates live no longer than it takes to make the initial password of them (E7)."""

from __future__ import annotations

from employees.initial_password import InitialPasswordHasher, initial_password
from integrations.smarthr.records import Text
from integrations.sync.types import SyncSettings
from integrations.sync.values import birth_date


class SealedBirthDate(str):
    """The hash of the initial password, in the place of the birth date that it was made from."""

    __slots__ = ()


def seal(value: Text, settings: SyncSettings) -> SealedBirthDate | None:
    """None for what is no date of birth (E8)."""
    if isinstance(value, SealedBirthDate):
        return value
    born = birth_date(value, today=settings.today)
    if born is None:
        return None
    hasher = InitialPasswordHasher()
    password = initial_password(settings.company_code, born)
    return SealedBirthDate(hasher.encode(password, hasher.salt()))
