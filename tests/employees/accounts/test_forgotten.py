"""X5: a new password by e-mail: who gets a mail, and that nobody else learns of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.mail import EmailMessage
from django.test import Client

from employees.models import Employee, LoginGuard
from employees.services import guesses, resets
from employees.services.former_ids import remember_former_ids
from tests.employees.accounts.steps import new_person, once_issued
from tests.employees.logins import HOME, is_let_in
from tests.factories import EmployeeFactory, LinkedEmployeeFactory

pytestmark = pytest.mark.django_db
Outbox = list[EmailMessage]
ASKED = "/password/forgot/?asked"


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Whom a worker is asked to mail, and mails, as soon as it is asked."""
    seen: list[int] = []

    def work(pk: int) -> None:
        seen.append(pk)
        resets.send_reset_mail(pk)

    monkeypatch.setattr(resets, "_ask_worker", work)
    return seen


def ask(address: str = HOME, **values: str) -> str:
    """Asks in a browser of its own; the one answer."""
    form = {"company_code": "acme", "employee_id": "a001", **values}
    client = Client()
    response = client.post("/password/forgot/", form, REMOTE_ADDR=address)
    assert (response.status_code, response["Location"]) == (302, ASKED)
    assert "sessionid" not in response.cookies
    return str(client.get(ASKED).content.decode())


def stop(person: Employee) -> dict[str, str]:
    Employee.objects.for_company(person.company).filter(pk=person.pk).update(is_active=False)
    return {}


def lose_address(person: Employee) -> dict[str, str]:
    Employee.objects.for_company(person.company).filter(pk=person.pk).update(email="")
    return {}


def share_address(person: Employee) -> dict[str, str]:
    EmployeeFactory(company=person.company, email="Hanako@Example.com", is_active=False)
    return {}


def mistype(person: Employee) -> dict[str, str]:
    return {"employee_id": "a002"}


def mistype_company(person: Employee) -> dict[str, str]:
    return {"company_code": "acne"}


def write_nonsense(person: Employee) -> dict[str, str]:
    return {"company_code": "あ\0", "employee_id": "x" * 200}


@pytest.mark.parametrize(
    "change", [stop, lose_address, share_address, mistype, mistype_company, write_nonsense]
)
def test_X5_nobody_is_mailed_and_nothing_tells_of_it(
    forgetful: Employee,
    worker: list[int],
    mailoutbox: Outbox,
    django_capture_on_commit_callbacks: Any,
    change: Callable[[Employee], dict[str, str]],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        plain = ask()
    assert len(mailoutbox) == 1
    LoginGuard.objects.all().delete()
    values = change(forgetful)

    with django_capture_on_commit_callbacks(execute=True):
        answer = ask(**values)

    assert answer == plain
    assert len(mailoutbox) == 1
    assert len(worker) == 2  # a message in every case


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(new_person, id="initial password"),
        pytest.param(lambda c, **v: once_issued(c, days_left=-1, **v), id="expired one"),
        pytest.param(lambda c, **v: LinkedEmployeeFactory(company=c, **v), id="linked"),
    ],
)
def test_X5_whoever_may_log_in_is_mailed(
    administrator: Employee,
    worker: list[int],
    mailoutbox: Outbox,
    django_capture_on_commit_callbacks: Any,
    make: Callable[..., Employee],
) -> None:
    administrator.company.initial_password_days = 1
    administrator.company.save()
    person = make(administrator.company, employee_id="a001", email="hanako@example.com")
    # The same address in another company is another matter.
    EmployeeFactory(email="hanako@example.com")

    with django_capture_on_commit_callbacks(execute=True):
        ask()

    [mail] = mailoutbox
    assert mail.to == ["hanako@example.com"]
    assert worker == [person.pk]


def test_X5_the_mail_names_company_and_link_and_nobody(
    forgetful: Employee, mailoutbox: Outbox, settings: Any
) -> None:
    resets.send_reset_mail(forgetful.pk)

    [mail] = mailoutbox
    text = f"{mail.subject}\n{mail.body}"
    assert mail.subject == "パスワードの再設定のご案内｜アクメ株式会社"
    assert f"{settings.PUBLIC_URL}/password/reset/{forgetful.login_key}/?key=" in text
    assert forgetful.last_name not in text
    assert forgetful.employee_id not in text


def test_S5_a_former_id_leads_to_the_person(
    forgetful: Employee,
    worker: list[int],
    mailoutbox: Outbox,
    django_capture_on_commit_callbacks: Any,
) -> None:
    remember_former_ids(company=forgetful.company, left={forgetful.pk: "b001"})

    with django_capture_on_commit_callbacks(execute=True):
        ask(employee_id="b001")

    assert len(mailoutbox) == 1


def test_X5_a_mail_server_that_refuses_leaves_no_address_in_the_log(
    forgetful: Employee, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(mail: EmailMessage) -> int:
        raise OSError(mail.to[0])

    monkeypatch.setattr(EmailMessage, "send", refuse)

    assert not resets.send_reset_mail(forgetful.pk)
    assert "OSError" in caplog.text
    assert "hanako" not in caplog.text


def test_X5_the_login_shows_everybody_alike_where_to_go() -> None:
    page = Client().get("/login/").content.decode()

    assert "パスワードの期限が切れたとき、忘れたときは、" in page
    assert 'href="/password/forgot/"' in page


def test_the_company_that_the_device_remembers_is_filled_in() -> None:
    client = Client()
    client.cookies["company_code"] = "acme"

    form = client.get("/password/forgot/").context["form"]

    assert form["company_code"].value() == "acme"


@pytest.mark.parametrize("missing", ["company_code", "employee_id"])
def test_what_is_missing_is_named(missing: str) -> None:
    form = {"company_code": "acme", "employee_id": "a001", missing: ""}

    response = Client().post("/password/forgot/", form)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [missing]


@pytest.mark.parametrize("employee_id", ["a001", "nobody", "あ"])
def test_X5_asking_costs_one_slow_hash(
    forgetful: Employee, monkeypatch: pytest.MonkeyPatch, employee_id: str
) -> None:
    made: list[str] = []
    encode = Argon2PasswordHasher.encode

    def counted(*args: Any) -> str:
        made.append("encode")
        return encode(*args)

    monkeypatch.setattr(Argon2PasswordHasher, "encode", counted)

    ask(employee_id=employee_id)

    assert made == ["encode"]


class TestLimits:
    @pytest.mark.parametrize("employee_id", ["a001", "nobody"])
    def test_X5_three_mails_for_an_account(self, forgetful: Employee, employee_id: str) -> None:
        assert [self.may(forgetful, employee_id) for _ in range(5)] == [True] * 3 + [False] * 2

    def test_S5_all_ids_of_a_person_share_the_limit(self, forgetful: Employee) -> None:
        for number in range(3):
            assert self.may(forgetful, f"former-{number}", person=forgetful)

        assert not self.may(forgetful, "a001", person=forgetful)

    def test_X5_a_hundred_from_an_address(self, forgetful: Employee) -> None:
        seen = [self.may(forgetful, f"nobody-{number}") for number in range(101)]

        assert seen == [True] * 100 + [False]
        assert self.may(forgetful, "a001", address="203.0.113.8")

    def test_X5_three_hundred_in_a_company(
        self, forgetful: Employee, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(guesses, "MAILS_PER_COMPANY", 2)

        seen = [self.may(forgetful, f"n-{n}", address=f"198.51.100.{n}") for n in range(3)]

        assert seen == [True, True, False]
        assert guesses.may_ask_for_mail(
            company_code="other", employee_id="a001", employee=None, address=HOME
        )

    def test_X5_they_pause_no_login(self, forgetful: Employee) -> None:
        for number in range(101):
            self.may(forgetful, "a001", person=forgetful)
            self.may(forgetful, f"nobody-{number}")

        assert is_let_in()

    def test_X5_nor_do_failed_logins_hold_a_mail_back(self, forgetful: Employee) -> None:
        for _ in range(6):
            is_let_in(password="wrong")

        assert self.may(forgetful, "a001", person=forgetful)

    @staticmethod
    def may(
        forgetful: Employee,
        employee_id: str,
        *,
        person: Employee | None = None,
        address: str = HOME,
    ) -> bool:
        if employee_id == "a001":
            person = forgetful
        return guesses.may_ask_for_mail(
            company_code="acme", employee_id=employee_id, employee=person, address=address
        )
