"""smarthr_configure: what the settings screen does, with the same checks (T1–T5, X6)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from companies.models import AuditEntry
from employees.models import Employee
from integrations.choices import RunStatus
from integrations.models import SmartHRIntegration, TokenPace
from integrations.reasons import Reason
from integrations.services.connection import access_token
from integrations.services.runs import due_runs
from tests.factories import ActiveRunFactory, CompanyFactory, EmployeeFactory
from tests.integrations.conftest import TOKEN, Customer, run_command
from tests.integrations.lives import work

NEW_TOKEN = "shr_5678_new-token-new-token-new-token-7890"
STATE = {
    "status": "succeeded",
    "subdomain": "acme",
    "token_set": True,
    "token_ending": TOKEN[-4:],
    "department_slot": None,
    "webhook_mode": "off",
    "hourly_sync": True,
    "nightly_sync": True,
    "deletion": "confirm",
    "retired": "import",
    "name_source": "legal",
    "force_password_change": True,
    "initial_password_days": None,
    "account_unchecked": True,
}


def audited(customer: Customer) -> list[dict[str, Any]]:
    entries = AuditEntry.objects.for_company(customer.company).filter(action="configured")
    return [entry.changes for entry in entries.order_by("pk")][1:]  # the fixture's own comes first


def test_T1_without_options_it_says_what_is_set(customer: Customer) -> None:
    answer = customer.configure()

    assert (answer.code, answer.data) == (0, STATE)
    assert audited(customer) == []


@pytest.mark.parametrize(
    ("options", "said", "column", "stored"),
    [
        (["--department-slot", "1"], {"department_slot": 1}, "department_slot", 1),
        (["--department-slot", "10"], {"department_slot": 10}, "department_slot", 10),
        (["--deletion", "auto"], {"deletion": "auto"}, "deletion_policy", "auto"),
        (["--retired", "skip"], {"retired": "skip"}, "retired_policy", "skip"),
        (["--retired", "suspend"], {"retired": "suspend"}, "retired_policy", "suspend"),
        (["--retired", "skip_suspend"], {"retired": "skip_suspend"}, "retired_policy", None),
        (["--name-source", "business"], {"name_source": "business"}, "name_source", "business"),
        (["--subdomain", "acme2"], {"subdomain": "acme2"}, "subdomain", "acme2"),
    ],
)
def test_T1_each_option_sets_one_thing_and_is_audited(
    customer: Customer, options: list[str], said: dict[str, Any], column: str, stored: object
) -> None:
    before = customer.integration

    answer = customer.configure(*options)

    assert (answer.code, answer.data) == (0, {**STATE, **said})
    after = customer.integration
    value = getattr(after, column)
    assert value == (stored or "skip_suspend")
    assert audited(customer) == [{column: [getattr(before, column), value]}]
    assert after.settings_version == before.settings_version + 1
    assert customer.configure(*options).code == 0  # once more changes nothing
    assert len(audited(customer)) == 1
    assert customer.integration.settings_version == after.settings_version


@pytest.mark.parametrize(
    ("options", "wakes"),
    [
        (["--retired", "skip"], True),
        (["--retired", "import"], False),  # as before
        (["--initial-password-days", "90"], False),  # no run reads it
    ],
)
def test_T6_a_run_that_waits_under_other_settings_does_not_block_the_next(
    customer: Customer, options: list[str], wakes: bool
) -> None:
    waiting = ActiveRunFactory(
        company=customer.company,
        status=RunStatus.WAITING,
        not_before=timezone.now() + timedelta(hours=20),
        settings_version=customer.integration.settings_version,
    )
    elsewhere = ActiveRunFactory(
        status=RunStatus.WAITING, not_before=timezone.now() + timedelta(hours=20)
    )

    assert customer.configure(*options).code == 0

    assert due_runs() == ([waiting.pk] if wakes else [])
    elsewhere.refresh_from_db()
    assert elsewhere.not_before is not None
    if wakes:
        work(waiting)
        assert (waiting.status, waiting.error_code) == (RunStatus.FAILED, Reason.SETTINGS_CHANGED)


def test_D2_the_slot_is_taken_back_with_none(customer: Customer) -> None:
    customer.configure("--department-slot", "3")

    answer = customer.configure("--department-slot", "none")

    assert (answer.code, answer["department_slot"]) == (0, None)
    assert audited(customer)[-1] == {"department_slot": [3, None]}


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ("acme", "acme"),
        ("ACME", "acme"),
        ("a-1", "a-1"),
        ("a" * 63, "a" * 63),
        ("https://acme-x.smarthr.jp", "acme-x"),
        ("https://ACME-X.smarthr.jp/", "acme-x"),
        ("https://acme-x.smarthr.jp/settings?a=b#c", "acme-x"),
    ],
)
def test_T2_a_label_or_the_address_is_taken(customer: Customer, given: str, label: str) -> None:
    answer = customer.configure("--subdomain", given)

    assert (answer.code, answer["subdomain"]) == (0, label)


BAD_SUBDOMAINS = [
    *("", " ", "acme ", " acme", "a.b", "acme.smarthr.jp", "acme/x", "a@b", "a b", "-acme"),
    *(
        "acme-",
        "a" * 64,
        "あくめ",
        "ａｃｍｅ",
        "a_b",
        "a\nb",
        "acme\n",
        "a\x00b",
        "http://acme.smarthr.jp",
    ),
    *("https://acme.smarthr.jp.evil.example", "https://evil.example/acme.smarthr.jp"),
    *("https://x@acme.smarthr.jp", "https://acme.smarthr.jp:8443", "https://a.acme.smarthr.jp"),
    *("\u212aacme", "https://acme.\u017fmarthr.jp", "https://\u212aacme.smarthr.jp"),
    *("https://.smarthr.jp", "https://-a.smarthr.jp", "https://acme.smarthr.jp\n", "{subdomain}"),
]


@pytest.mark.parametrize("given", BAD_SUBDOMAINS)
def test_T2_anything_else_is_refused_with_an_explanation(customer: Customer, given: str) -> None:
    answer = customer.configure("--deletion", "auto", f"--subdomain={given}")

    assert (answer.code, answer["status"], answer["field"]) == (2, "failed", "subdomain")
    assert "サブドメインに使えない文字" in answer["error"]
    assert customer.configure().data == STATE  # nothing else was set either
    assert audited(customer) == []


def test_T3_the_token_is_stored_encrypted_and_never_shown(
    customer: Customer, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = customer.configure(token=NEW_TOKEN)

    assert (answer.code, answer["token_set"], answer["token_ending"]) == (0, True, "7890")
    assert access_token(customer.integration) == NEW_TOKEN
    assert audited(customer) == [{"token": [None, "変更"]}]
    stored = [
        str(row)
        for model in apps.get_models(include_auto_created=True)
        for row in model._default_manager.values()
    ]
    shown = json.dumps(answer.data) + "".join(capfd.readouterr()) + "".join(stored)
    assert NEW_TOKEN not in shown
    assert NEW_TOKEN[9:-4] not in shown


def test_T3_the_same_token_is_no_change(customer: Customer) -> None:
    before = customer.integration

    assert customer.configure(token=f" {TOKEN}\n").code == 0

    assert customer.integration.settings_version == before.settings_version
    assert customer.integration.token_ciphertext == before.token_ciphertext
    assert audited(customer) == []


@pytest.mark.parametrize("token", [" ", "a b", "合言葉", "a\nb", "x" * 256, "a\tb", "é"])
def test_T3_a_token_that_cannot_be_one_is_refused_without_an_echo(
    customer: Customer, token: str
) -> None:
    answer = customer.configure("--deletion", "auto", token=token)

    assert (answer.code, answer["status"], answer["field"]) == (2, "failed", "token")
    assert token.strip() == "" or token not in answer["error"]
    assert customer.configure().data == STATE


def test_T3_a_short_token_shows_no_ending(customer: Customer) -> None:
    assert customer.configure(token="short-1234")["token_ending"] == ""


def test_T5_subdomain_and_token_leave_the_account_to_be_checked(customer: Customer) -> None:
    customer.sync()
    assert customer.configure()["account_unchecked"] is False

    assert customer.configure("--deletion", "auto")["account_unchecked"] is False
    assert customer.configure(token=NEW_TOKEN)["account_unchecked"] is True

    answer = customer.configure("--accept-account")
    assert answer["account_unchecked"] is False
    assert audited(customer)[-1] == {"account": [None, "確認済み"]}
    assert customer.configure("--subdomain", "acme2")["account_unchecked"] is True


def test_X5_forcing_the_change_holds_for_those_who_still_have_the_initial_password(
    customer: Customer,
) -> None:
    initial = EmployeeFactory(
        company=customer.company, is_initial_password=True, must_change_password=True
    )
    own = EmployeeFactory(company=customer.company)
    stranger = EmployeeFactory(is_initial_password=True, must_change_password=True)

    off = customer.configure("--force-password-change", "off")

    assert (off.code, off["force_password_change"]) == (0, False)
    for person in (initial, own, stranger):
        person.refresh_from_db()
    flags = [person.must_change_password for person in (initial, own, stranger)]
    assert flags == [False, False, True]
    customer.configure("--force-password-change", "on")
    initial.refresh_from_db()
    own.refresh_from_db()
    assert (initial.must_change_password, own.must_change_password) == (True, False)
    assert audited(customer) == [
        {"force_password_change": [True, False]},
        {"force_password_change": [False, True]},
    ]


def test_X5_initial_passwords_expire_after_so_many_days_or_never(customer: Customer) -> None:
    version = customer.integration.settings_version
    stored = []
    for given in ("90", "90", "none", "3650"):
        answer = customer.configure("--initial-password-days", given)
        assert answer.code == 0
        stored.append(answer["initial_password_days"])

    assert stored == [90, 90, 0, 3650]
    assert customer.configure("--deletion", "confirm")["initial_password_days"] == 3650
    assert audited(customer) == [
        {"initial_password_days": [None, 90]},
        {"initial_password_days": [90, 0]},
        {"initial_password_days": [0, 3650]},
    ]
    assert customer.integration.settings_version == version  # no run reads it


def test_X5_more_days_than_ten_years_are_refused(customer: Customer) -> None:
    answer = customer.configure("--initial-password-days", "3651", "--deletion", "auto")

    assert (answer.code, answer["field"]) == (2, "initial_password_days")
    assert "1〜3650日" in answer["error"]
    assert customer.configure().data == STATE


def test_C1_only_the_named_company_is_changed(customer: Customer) -> None:
    other = CompanyFactory(code="other")
    run_command("smarthr_configure", "--deletion", "auto", company="other")

    assert customer.integration.deletion_policy == "confirm"
    assert SmartHRIntegration.objects.for_company(other).get().deletion_policy == "auto"


@pytest.mark.parametrize("name", ["smarthr_configure", "smarthr_sync", "smarthr_deletions"])
@pytest.mark.parametrize("code", ["nobody", "", "ＡＣＭＥ", "a\x00b", "ACME"])
@pytest.mark.django_db
def test_an_unknown_company_is_wrong_usage(name: str, code: str) -> None:
    CompanyFactory(code="acme")

    answer = run_command(name, company=code)

    assert (answer.code, answer["status"]) == (2, "failed")
    assert "会社はありません" in answer["error"]
    if name == "smarthr_sync":
        assert answer["run"] is None
        assert {"departments", "employees", "skipped", "requests"} <= answer.data.keys()


@pytest.mark.parametrize(
    "arguments",
    [
        ["smarthr_configure", "--department-slot", "0"],
        ["smarthr_configure", "--department-slot", "11"],
        ["smarthr_configure", "--deletion", "never"],
        ["smarthr_configure", "--retired", "x"],
        ["smarthr_configure", "--name-source", "x"],
        ["smarthr_configure", "--webhook-mode", "x"],
        ["smarthr_configure", "--token", "x"],
        ["smarthr_configure", "--initial-password-days", "0"],
        ["smarthr_configure", "--initial-password-days=-1"],
        ["smarthr_configure", "--initial-password-days", "１"],
        ["smarthr_configure", "--initial-password-days", "x"],
        ["smarthr_sync", "people"],
        ["smarthr_sync", "--unknown"],
        ["smarthr_deletions", "--approve", "--dismiss"],
        ["smarthr_configure", "--webhook-mode", "always"],
        ["smarthr_configure", "--hourly-sync", "yes"],
    ],
)
def test_a_bad_argument_is_wrong_usage(customer: Customer, arguments: list[str]) -> None:
    with pytest.raises(CommandError):  # manage.py ends with 2
        call_command(arguments[0], "--company", "acme", "--json", *arguments[1:])

    assert customer.configure().data == STATE


def test_a_pace_is_kept_for_each_token(customer: Customer) -> None:
    customer.configure(token=NEW_TOKEN)

    assert TokenPace.objects.count() == 2
    assert Employee.objects.for_company(customer.company).count() == 1
