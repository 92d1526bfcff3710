"""Nothing tells why a login failed (C2, S5, X5): text, status and cost are the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.utils import timezone

from employees.forms import LOGIN_FAILED
from employees.initial_password import InitialPasswordHasher
from employees.models import Employee, FormerEmployeeId
from tests.employees.logins import (
    INITIAL,
    fail,
    fail_at_newcomers,
    fail_elsewhere,
    is_let_in,
    is_told,
    newcomer,
    post,
    rename,
)
from tests.factories import PASSWORD, EmployeeFactory

pytestmark = pytest.mark.django_db


def suspend(person: Employee) -> dict[str, str]:
    Employee.objects.for_company(person.company).update(is_active=False)
    return {}


def suspend_newcomer(person: Employee) -> dict[str, str]:
    newcomer(person, "new-x", is_active=False)
    return {"employee_id": "new-x", "password": INITIAL}


def expire(person: Employee) -> dict[str, str]:
    made = newcomer(person, "new-x")
    made.company.initial_password_days = 30
    made.company.save()
    long_ago = timezone.now() - timedelta(days=31)
    Employee.objects.for_company(person.company).filter(pk=made.pk).update(created_at=long_ago)
    return {"employee_id": "new-x", "password": INITIAL}


def expire_one_time(person: Employee, hasher: str = "default") -> dict[str, str]:
    """X5: the right one-time password, too late."""
    Employee.objects.for_company(person.company).filter(pk=person.pk).update(
        password=make_password(PASSWORD, hasher=hasher),
        password_expires_at=timezone.now() - timedelta(seconds=1),
        must_change_password=True,
    )
    return {}


def expire_letter(person: Employee) -> dict[str, str]:
    """As `expire_one_time`; of many at once."""
    return expire_one_time(person, "initial_hmac")


def guess_letter(person: Employee) -> dict[str, str]:
    expire_letter(person)
    later = timezone.now() + timedelta(days=1)
    Employee.objects.for_company(person.company).update(password_expires_at=later)
    return {"password": "wrong"}


def guess_initial(person: Employee) -> dict[str, str]:
    newcomer(person, "new-x")
    return {"employee_id": "new-x", "password": "acme-1990-04-02"}


def use_up_account(person: Employee) -> dict[str, str]:
    fail(5)
    return {}


def use_up_address(person: Employee) -> dict[str, str]:
    fail_elsewhere(100)
    return {}


def use_up_company(person: Employee) -> dict[str, str]:
    newcomer(person, "new-x")
    fail_at_newcomers(person)
    return {"employee_id": "new-x", "password": INITIAL}


def unusable(person: Employee) -> dict[str, str]:
    person.set_unusable_password()
    person.save()
    return {}


def lost_key(person: Employee) -> dict[str, str]:
    hasher = InitialPasswordHasher()
    encoded = hasher.encode(INITIAL, hasher.salt()).split("$")
    encoded[1] = "0" * 12
    made = newcomer(person, "new-x")
    Employee.objects.for_company(person.company).filter(pk=made.pk).update(
        password="$".join(encoded)
    )
    return {"employee_id": "new-x", "password": INITIAL}


def leave_id(person: Employee) -> dict[str, str]:
    rename(person, "a009")
    return {"password": "wrong"}


def leave_id_with_initial_password(person: Employee) -> dict[str, str]:
    rename(newcomer(person, "new-x"), "new-y")
    return {"employee_id": "new-x", "password": "acme-1990-04-02"}


def leave_id_suspended(person: Employee) -> dict[str, str]:
    rename(person, "a009")
    return suspend(person)


def leave_id_expired(person: Employee) -> dict[str, str]:
    values = expire(person)
    rename(Employee.objects.for_company(person.company).get(employee_id="new-x"), "new-y")
    return values


def leave_id_expired_one_time(person: Employee) -> dict[str, str]:
    expire_letter(person)
    rename(person, "a009")
    return {}


def leave_id_used_up(person: Employee) -> dict[str, str]:
    rename(person, "a009")
    fail(5, employee_id="a009")
    return {}


def leave_id_long_ago(person: Employee) -> dict[str, str]:
    rename(person, "a009")
    long_ago = timezone.now() - timedelta(days=30)
    FormerEmployeeId.objects.for_company(person.company).update(left_at=long_ago)
    return {}


def leave_id_to_another(person: Employee) -> dict[str, str]:
    rename(person, "a009")
    EmployeeFactory(company=person.company, employee_id="a001", password="!")
    return {}


FAILURES: dict[str, Callable[[Employee], dict[str, str]]] = {
    "wrong password": lambda _: {"password": "wrong"},
    "wrong initial password": guess_initial,
    "unknown id": lambda _: {"employee_id": "nobody"},
    "unknown company": lambda _: {"company_code": "nobody"},
    "parked id": lambda _: {"employee_id": "~1"},
    "id that nobody can have": lambda _: {"employee_id": "あ" * 300},
    "NUL in the company": lambda _: {"company_code": "acme\0"},
    "NUL in the password": lambda _: {"password": f"{PASSWORD}\0"},
    "long password": lambda _: {"password": "x" * 10_000},
    "suspended": suspend,
    "suspended with the initial password": suspend_newcomer,
    "expired initial password": expire,
    "expired one-time password": expire_one_time,
    "expired one-time password of a letter": expire_letter,
    "wrong one-time password of a letter": guess_letter,
    "no usable password": unusable,
    "key of the hash is gone": lost_key,
    "account has to wait": use_up_account,
    "address has to wait": use_up_address,
    "initial passwords are paused": use_up_company,
    "former id, wrong password": leave_id,
    "former id, wrong initial password": leave_id_with_initial_password,
    "former id, suspended": leave_id_suspended,
    "former id, expired initial password": leave_id_expired,
    "former id, expired one-time password": leave_id_expired_one_time,
    "former id, account has to wait": leave_id_used_up,
    "former id of long ago": leave_id_long_ago,
    "former id that another person has": leave_id_to_another,
}


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The slow hashes since the last clear()."""
    made: list[str] = []
    for name in ("encode", "verify"):
        original = getattr(Argon2PasswordHasher, name)

        def counted(*args: Any, _name: str = name, _original: Any = original) -> Any:
            made.append(_name)
            return _original(*args)

        monkeypatch.setattr(Argon2PasswordHasher, name, counted)
    return made


@pytest.mark.parametrize("failure", FAILURES)
def test_every_failure_costs_one_slow_hash_and_says_the_same(
    person: Employee, hashes: list[str], failure: str
) -> None:
    values = FAILURES[failure](person)
    plain = post("198.51.100.200", employee_id="somebody", password="x")
    hashes.clear()

    response = post(**values)

    assert len(hashes) == 1
    assert response.status_code == plain.status_code == 422
    assert headers_of(response) == headers_of(plain)
    form = response.context["form"]
    assert (form.non_field_errors(), list(form.errors)) == ([LOGIN_FAILED], ["__all__"])
    assert without_values(response) == without_values(plain)


def headers_of(response: Any) -> dict[str, str]:
    own = {"Content-Length", "Expires", "Last-Modified"}
    return {name: value for name, value in response.items() if name not in own}


def without_values(response: Any) -> str:
    """The page but for what was typed and the CSRF token."""
    text: str = response.content.decode()
    form = response.context["form"]
    for name in ("company_code", "employee_id"):
        text = text.replace(f' value="{form[name].value()}"', "")
    token = str(response.context["csrf_token"])
    return text.replace(token, "")


@pytest.mark.parametrize("is_new", [False, True])
def test_a_success_costs_one_slow_hash_too(
    person: Employee, hashes: list[str], is_new: bool
) -> None:
    newcomer(person, "new-x")
    hashes.clear()

    assert is_let_in(**({"employee_id": "new-x", "password": INITIAL} if is_new else {}))

    assert len(hashes) == 1


@pytest.mark.parametrize("is_new", [False, True])
def test_S5_being_told_the_new_id_costs_one_slow_hash_too(
    person: Employee, hashes: list[str], is_new: bool
) -> None:
    rename(person, "a009")
    rename(newcomer(person, "new-x"), "new-y")
    hashes.clear()

    if is_new:
        assert is_told("new-y", employee_id="new-x", password=INITIAL)
    else:
        assert is_told("a009")

    assert len(hashes) == 1


def test_a_refused_login_changes_nothing_of_the_person(person: Employee) -> None:
    values = suspend_newcomer(person)
    before = Employee.objects.for_company(person.company).order_by("pk").values()

    rows = list(before)
    assert not is_let_in(**values)

    assert list(before.all()) == rows
