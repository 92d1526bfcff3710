"""Login guessing: how many failed tries an account, a person, an address and a company may have.

And how many mails may be asked for that let somebody set a new password (X5).

A try takes its place before the password is looked at, and a success gives it back: any number
of tries at the same time get no more passwords checked than the limit says. The state is in
rows, since without Redis each process has a cache of its own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils.crypto import salted_hmac

from companies.models import Company
from employees.models import Employee, LoginGuard

WINDOW: Final = 15 * 60.0  # seconds, rolling
PER_ACCOUNT: Final = 5
PER_ADDRESS: Final = 100
# Of one company, on accounts that still have their initial password; pauses only those.
PER_COMPANY_INITIAL: Final = 100
# Mails that are asked for: of one account or person, and of one company.
MAILS_PER_ACCOUNT: Final = 3
MAILS_PER_COMPANY: Final = 300
# Clocks of several machines may differ by less than this; more was a clock that was set back.
_SKEW: Final = 60.0
_FORGOTTEN_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True)
class Place:
    keys: tuple[str, ...]
    at: float


def take_place(
    *, company_code: str, employee_id: str, employee: Employee | None, address: str | None
) -> Place | None:
    """A place for one try, counted as failed until it is given back; None: it has to wait.

    The account counts whether it exists or not; `employee` is to whom the 社員ID leads. `address`
    is None where no browser asks. Takes all its places or none, in a transaction of its own; but a
    try that only a pause refuses, the company's or the person's, counts for the others, as it
    would without a pause: its cost tells nothing about the account.
    """
    limits = {_key("account", company_code, employee_id): PER_ACCOUNT}
    if address is not None:
        limits[_key("address", address)] = PER_ADDRESS
    pauses = {_person_key(company_code, employee_id, employee): PER_ACCOUNT}
    if employee is not None and employee.is_initial_password:
        pauses[_initial_key(employee.company_id)] = PER_COMPANY_INITIAL
    return _take(limits, pauses)


def give_back(place: Place) -> None:
    with transaction.atomic(durable=True):
        rows = _locked(place.keys)
        for row in rows:
            if place.at in row.failures:
                row.failures.remove(place.at)
        LoginGuard.objects.bulk_update(rows, ["failures"])


def may_ask_for_mail(
    *, company_code: str, employee_id: str, employee: Employee | None, address: str
) -> bool:
    """Whether a mail may go out for this; counted apart, so that no number of them pauses a login.

    The account and the company count whether they exist or not; `employee` as in `take_place`.
    """
    limits = {
        _key("mail to account", company_code, employee_id): MAILS_PER_ACCOUNT,
        _key("mail from address", address): PER_ADDRESS,
    }
    person = _person_key(company_code, employee_id, employee)
    pauses = {
        _key("mail to person", person): MAILS_PER_ACCOUNT,
        _key("mail in company", company_code): MAILS_PER_COMPANY,
    }
    return _take(limits, pauses) is not None


def forget_failures_of(employee: Employee) -> None:
    """Lets someone try at once who has a new password; what an address failed still counts."""
    code = employee.company.code
    keys = (_key("account", code, employee.employee_id), _person_key(code, "", employee))
    with transaction.atomic(durable=True):
        rows = _locked(keys)
        for row in rows:
            row.failures = []
        LoginGuard.objects.bulk_update(rows, ["failures"])


def initial_logins_paused(company: Company) -> bool:
    """Whether accounts with their initial password cannot log in at the moment."""
    row = LoginGuard.objects.filter(key=_initial_key(company.pk)).first()
    return row is not None and len(_recent(row, time.time())) >= PER_COMPANY_INITIAL


def forget_old_failures() -> None:
    """Deletes the rows that say nothing any more. Runs beside logins and itself."""
    while _forget_some() == _FORGOTTEN_AT_ONCE:
        pass


def forget_company(company: Company, people: Iterable[tuple[int, str]]) -> int:
    """What was counted of these people (keys and 社員ID) and of the company (P3); how many rows."""
    keys = {_initial_key(company.pk)}
    for pk, employee_id in people:
        keys |= {_key("account", company.code, employee_id), _key("person", str(pk))}
    forgotten: int = LoginGuard.objects.filter(key__in=sorted(keys)).delete()[0]
    return forgotten


def _take(limits: Mapping[str, int], pauses: Mapping[str, int]) -> Place | None:
    keys = limits.keys() | pauses.keys()
    while True:
        known = LoginGuard.objects.in_bulk(list(keys), field_name="key")
        if _is_any_full(known.values(), limits):
            return None
        # Before the transaction: in it, two could each hold a row that the other waits for.
        missing = [LoginGuard(key=key) for key in sorted(keys - known.keys())]
        LoginGuard.objects.bulk_create(missing, ignore_conflicts=True)
        # Durable: inside another transaction the rows would stay locked during the slow hash.
        with transaction.atomic(durable=True):
            rows = _locked(keys)
            if len(rows) == len(keys):  # else forget_old_failures came between
                return _taken(rows, limits, pauses)


def _taken(
    rows: list[LoginGuard], limits: Mapping[str, int], pauses: Mapping[str, int]
) -> Place | None:
    if _is_any_full(rows, limits):
        return None
    is_paused = _is_any_full(rows, pauses)
    if is_paused:
        rows = [row for row in rows if row.key in limits]
    now = time.time()
    for row in rows:
        row.failures = [*_recent(row, now), now]
        row.quiet_at = now + WINDOW
    LoginGuard.objects.bulk_update(rows, ["failures", "quiet_at"])
    return None if is_paused else Place(tuple(row.key for row in rows), now)


def _locked(keys: Iterable[str]) -> list[LoginGuard]:
    # SQLite: the transaction itself is IMMEDIATE.
    rows = LoginGuard.objects.select_for_update().filter(key__in=list(keys))
    return list(rows.order_by("key"))


def _is_any_full(rows: Iterable[LoginGuard], limits: Mapping[str, int]) -> bool:
    now = time.time()
    return any(len(_recent(row, now)) >= limits[row.key] for row in rows if row.key in limits)


def _recent(row: LoginGuard, now: float) -> list[float]:
    return [at for at in row.failures if now - WINDOW < at <= now + _SKEW]


def _forget_some() -> int:
    with transaction.atomic():
        # Rows that a login holds are left for the next time: waiting for them could deadlock.
        quiet = LoginGuard.objects.select_for_update(skip_locked=True).filter(
            quiet_at__lte=time.time()
        )
        found = list(quiet.values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE])
        LoginGuard.objects.filter(pk__in=found).delete()
    return len(found)


def _key(kind: str, *parts: str) -> str:
    """Says nothing about the person or the address."""
    value = json.dumps([kind, *parts])
    return salted_hmac("employees.login_guard", value, algorithm="sha256").hexdigest()


def _person_key(company_code: str, employee_id: str, employee: Employee | None) -> str:
    """All 社員ID of one person share the limit (S5); nobody is counted too, at the same cost."""
    if employee is None:
        return _key("nobody", company_code, employee_id)
    return _key("person", str(employee.pk))


def _initial_key(company_id: int) -> str:
    return _key("initial", str(company_id))
