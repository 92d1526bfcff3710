"""A new password by e-mail (X5): anybody may ask, only the stored address gets the key.

A stopped login stays stopped (O3a), whoever reads the mail.
"""

from __future__ import annotations

import logging
from typing import Final

from celery import current_app
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from companies.mails import NO_REPLY, heading, one_line
from companies.models import AuditAction
from employees.models import Employee, EmployeeQuerySet
from employees.reset_keys import is_reset_key_of, reset_key
from employees.services import guesses
from employees.services.finding import who_is_named
from employees.services.passwords import take_own_password

log = logging.getLogger(__name__)

TASK: Final = "employees.send_reset_mail"
NOBODY: Final = 0


def ask_for_reset(*, company_code: str, employee_id: str, address: str) -> None:
    """Has a worker look whether there is somebody to mail; says nothing of it to who asks."""
    employee = who_is_named(company_code=company_code, employee_id=employee_id)
    may = guesses.may_ask_for_mail(
        company_code=company_code, employee_id=employee_id, employee=employee, address=address
    )
    pk = employee.pk if employee is not None and may else NOBODY
    # As slow as a login, and a message for nobody too: how long the answer takes tells nothing.
    make_password(employee_id)
    transaction.on_commit(lambda: _ask_worker(pk), robust=True)


def send_reset_mail(employee_id: int) -> bool:
    """Mails the key to somebody who may log in and alone has the address; False without a mail."""
    employee = _who_may_log_in().filter(pk=employee_id).first()
    if employee is None or not employee.email or is_address_shared(employee):
        return False
    try:
        _mail(employee).send()
    except Exception as error:  # noqa: BLE001 - the mail server's; the person can ask again
        # Without its text: a mail server's names recipients.
        kind = type(error).__name__
        log.error("password mail to %s was not sent: %s", employee.pk, kind)  # noqa: TRY400
        return False
    return True


def is_address_shared(employee: Employee) -> bool:
    """Whoever reads a colleague's mail must not get into the account: then only 管理者 help."""
    others = Employee.objects.for_company(employee.company_id).exclude(pk=employee.pk)
    return bool(others.filter(email__iexact=employee.email).exists())


def who_resets(*, login_key: str, key: str) -> Employee | None:
    """Whom the key of a mail belongs to, as long as it is good."""
    employee = _who_may_log_in().filter(login_key=login_key).first()
    return employee if employee is not None and is_reset_key_of(employee, key) else None


def reset_password(*, employee: Employee, key: str, new_password: str) -> bool:
    """Sets it and ends all sessions of the person; False where the key is not good any more.

    The caller has checked the rules for passwords.
    """
    encoded = make_password(new_password)  # before the row is locked: it takes its time
    with transaction.atomic():
        people = Employee.objects.for_company(employee.company_id).select_for_update()
        person = people.filter(pk=employee.pk, is_active=True).first()
        if person is None or not is_reset_key_of(person, key):
            return False
        take_own_password(person, encoded, AuditAction.PASSWORD_RESET)
    guesses.forget_failures_of(person)
    return True


def _who_may_log_in() -> EmployeeQuerySet:
    people: EmployeeQuerySet = Employee.objects.across_companies().select_related("company")
    return people.filter(is_active=True)


def _ask_worker(pk: int) -> None:
    current_app.send_task(TASK, args=[pk], retry=False)


def _mail(employee: Employee) -> EmailMessage:
    company = employee.company
    path = reverse("password-reset", args=[employee.login_key])
    # As a query: paths are written into logs, of errors for example.
    link = f"{settings.PUBLIC_URL}{path}?{urlencode({'key': reset_key(employee)})}"
    now = timezone.localtime().strftime("%Y/%m/%d %H:%M")
    return EmailMessage(
        subject=f"パスワードの再設定のご案内｜{one_line(company.name)}",
        body=(
            f"{heading(company)}\n\n"
            "名刺管理のパスワードの再設定を受け付けました。\n\n"
            f"■ 受け付けた日時\n{now}\n\n"
            "■ 次にすること\n"
            "1時間以内に次のページを開き、新しいパスワードを設定してください。"
            "使えるのは一度だけです。\n"
            f"{link}\n\n"
            "■ 心当たりがないとき\n"
            "何もしないでください。パスワードは変わりません。"
            "続けて届くときは、自社の管理者に知らせてください。\n\n"
            f"{NO_REPLY}\n"
        ),
        to=[employee.email],
    )
