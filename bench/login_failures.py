"""How long each kind of failed login takes: nothing should tell them apart by time.

Nor what became of a mail that somebody asked for who forgot the password.

    python -m bench.login_failures --rounds 25

Runs on the database of DATABASE_URL in a database of its own, which is dropped afterwards, with
the password hash at its real cost. The kinds take turns, so that a busy machine is as busy for
each. Prints the median of each in milliseconds and how far it is from that of a wrong password,
or of a mail that goes out.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402
from django.utils import timezone  # noqa: E402

from companies.audit import command  # noqa: E402
from companies.models import Company  # noqa: E402
from employees.initial_password import InitialPasswordHasher  # noqa: E402
from employees.models import Employee, LoginGuard  # noqa: E402
from employees.services import guesses  # noqa: E402
from employees.services.companies import create_company  # noqa: E402
from employees.services.former_ids import remember_former_ids  # noqa: E402

PASSWORD = "correct horse battery"  # noqa: S105
INITIAL = "acme-1990-04-01"
HOME = "203.0.113.7"
Values = dict[str, str]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.login_failures")
    parser.add_argument("--rounds", type=int, default=25)
    rounds = parser.parse_args().rounds
    settings.ALLOWED_HOSTS = ["testserver"]
    old = setup_databases(verbosity=0, interactive=False)
    try:
        make_people()
        report(measured(rounds, "/login/", kinds(), 422))
        report(measured(rounds, "/password/forgot/", mail_kinds(), 302))
    finally:
        teardown_databases(old, verbosity=0)


def make_people() -> None:
    administrator = create_company(
        code="acme",
        name="アクメ株式会社",
        admin_id="a001",
        admin_email="a@example.com",
        admin_password=PASSWORD,
        actor=command("bench"),
    )
    company = administrator.company
    Company.objects.filter(pk=company.pk).update(initial_password_days=90)
    suspended = add(administrator, "suspended", administrator.password)
    Employee.objects.for_company(company).filter(pk=suspended.pk).update(is_active=False)
    add(administrator, "reader", administrator.password, email="reader@example.com")
    hasher = InitialPasswordHasher()
    initial = hasher.encode(INITIAL, hasher.salt())
    moved = add(administrator, "moved", administrator.password)
    remember_former_ids(company=company, left={moved.pk: "former"})
    for name in ("new", "expired"):
        add(administrator, name, initial, is_initial_password=True)
    long_ago = timezone.now() - timedelta(days=100)
    people = Employee.objects.for_company(company)
    people.filter(employee_id="expired").update(created_at=long_ago)


def add(colleague: Employee, employee_id: str, encoded: str, **values: object) -> Employee:
    person: Employee = Employee.objects.create(
        company=colleague.company,
        employee_id=employee_id,
        last_name="姓",
        group=colleague.group,
        password=encoded,
        **values,
    )
    return person


def kinds() -> dict[str, tuple[Values, tuple[str, ...]]]:
    """Name -> what is entered instead of the right values, and the keys that are used up."""
    company = Company.objects.get(code="acme")
    initial = guesses._initial_key(company.pk)
    return {
        "wrong password": ({"password": "wrong"}, ()),
        "wrong initial password": ({"employee_id": "new", "password": "wrong"}, ()),
        "unknown 社員ID": ({"employee_id": "nobody"}, ()),
        "unknown 企業ID": ({"company_code": "nobody"}, ()),
        "former 社員ID": ({"employee_id": "former", "password": "wrong"}, ()),
        "former 社員ID, right": ({"employee_id": "former"}, ()),
        "malformed": ({"company_code": "a\0", "employee_id": "あ" * 300}, ()),
        "suspended": ({"employee_id": "suspended"}, ()),
        "expired": ({"employee_id": "expired", "password": INITIAL}, ()),
        "account waits": ({}, (guesses._key("account", "acme", "a001"),)),
        "address waits": ({}, (guesses._key("address", HOME),)),
        "company waits": ({"employee_id": "new", "password": INITIAL}, (initial,)),
    }


def mail_kinds() -> dict[str, tuple[Values, tuple[str, ...]]]:
    """As `kinds`, for パスワードの再設定."""
    return {
        "mail goes out": ({"employee_id": "reader"}, ()),
        "without an address": ({"employee_id": "moved"}, ()),
        "former 社員ID": ({"employee_id": "former"}, ()),
        "suspended": ({"employee_id": "suspended"}, ()),
        "unknown 社員ID": ({"employee_id": "nobody"}, ()),
        "unknown 企業ID": ({"company_code": "nobody"}, ()),
        "company waits": ({}, (guesses._key("mail in company", "acme"),)),
    }


def use_up(keys: Sequence[str]) -> None:
    now = time.time()
    rows = [LoginGuard(key=key, failures=[now] * 300, quiet_at=now + 900) for key in keys]
    LoginGuard.objects.bulk_create(rows)


def measured(
    rounds: int, path: str, table: Mapping[str, tuple[Values, tuple[str, ...]]], status: int
) -> dict[str, list[float]]:
    """Seconds of each try, the first of each kind left out."""
    client = Client()
    seconds: dict[str, list[float]] = {name: [] for name in table}
    for number in range(rounds + 1):
        for name, (values, keys) in table.items():
            LoginGuard.objects.all().delete()
            use_up(keys)
            form = {"company_code": "acme", "employee_id": "a001", "password": PASSWORD, **values}
            start = time.perf_counter()
            response = client.post(path, form, REMOTE_ADDR=HOME)
            taken = time.perf_counter() - start
            if response.status_code != status:
                raise SystemExit(f"{name}: {response.status_code}")
            if number:
                seconds[name].append(taken)
    return seconds


def report(seconds: dict[str, list[float]]) -> None:
    plain = statistics.median(next(iter(seconds.values())))
    for name, taken in seconds.items():
        median = statistics.median(taken)
        print(f"{name:24} {median * 1000:7.1f} ms {100 * (median / plain - 1):+6.1f} %")


if __name__ == "__main__":
    main()
