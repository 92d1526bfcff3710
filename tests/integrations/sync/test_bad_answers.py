"""What SmartHR answers when it answers no data: nobody is deleted, and it is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from employees.models import Employee
from groups.models import Group
from integrations.models import DeletionCandidate, SyncRun, TokenPace
from integrations.services import foreground, preview
from integrations.smarthr import transport
from simulator.account import Account
from tests.integrations.conftest import TOKEN, Customer
from tests.integrations.sync.groups import planned_and_run
from tests.integrations.sync.people import counted

UNEXPECTED = "想定しない回答"
NO_CONNECTION = "接続できませんでした"
# Fault, its options, and what the text says.
BAD_ANSWERS: list[Any] = [
    ("html200", {}, UNEXPECTED),
    ("null200", {}, UNEXPECTED),
    ("object200", {}, UNEXPECTED),
    ("bad_json", {}, UNEXPECTED),
    ("cut_body", {}, NO_CONNECTION),
    ("drop_connection", {}, NO_CONNECTION),
    ("redirect", {}, UNEXPECTED),
    ("not_found_html", {}, UNEXPECTED),
    ("status", {"status": 400}, UNEXPECTED),
    ("status", {"status": 401}, "アクセストークンがSmartHRで認められませんでした"),
    ("status", {"status": 403}, "の権限がありません"),
    ("status", {"status": 404}, UNEXPECTED),
    ("status", {"status": 500}, NO_CONNECTION),
    ("status", {"status": 502}, NO_CONNECTION),
    ("maintenance", {}, "メンテナンス中"),
    ("ip_not_permitted", {}, "アクセス制限"),
    ("inactive", {}, "サブドメイン「acme」はSmartHRで使われていません"),
]
NAMES = [f"{kind}{options.get('status', '')}" for kind, options, _ in BAD_ANSWERS]


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the five tries of one request."""
    monkeypatch.setattr(transport, "_PAUSES", (0.0, 0.0, 0.0, 0.0))


@pytest.fixture
def printed(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """No traceback and no token in what the commands printed or logged."""
    yield
    text = "".join(capfd.readouterr())
    assert "Traceback" not in text
    assert TOKEN not in text


@pytest.fixture
def three_pages(customer: Customer, account: Account) -> list[str]:
    """250 linked people; then one of each page is renamed and one of each page is gone."""
    customer.configure("--deletion", "auto")
    crews = [account.add_crew() for _ in range(250)]
    assert customer.sync().code == 0
    for place in (2, 102, 202):
        account.change_crew(crews[place], last_name="改姓")
    for place in (249, 149, 49):
        account.delete_crew(crews[place])
    return crews


@pytest.mark.usefixtures("printed")
@pytest.mark.parametrize("at_page", [1, 2, 3])
@pytest.mark.parametrize(("fault", "options", "text"), BAD_ANSWERS, ids=NAMES)
def test_E12_a_bad_page_of_crews_keeps_what_was_written_and_deletes_nobody(
    customer: Customer,
    account: Account,
    three_pages: list[str],
    fault: str,
    options: dict[str, Any],
    text: str,
    at_page: int,
) -> None:
    account.fail(fault, path="/crews", page=at_page, times=None, **options)

    answer = customer.sync()

    assert (answer.code, answer["status"]) == (1, "failed")
    assert text in answer["error"]
    written = at_page - 1
    assert answer["employees"] == counted(updated=written, unchanged=99 * written)
    people = Employee.objects.for_company(customer.company)
    assert people.linked().count() == 250
    assert people.filter(last_name="改姓").count() == written
    assert answer["deletion_candidates"] == []
    assert not DeletionCandidate.objects.for_company(customer.company).exists()
    run = SyncRun.objects.for_company(customer.company).get(pk=answer["run"])
    assert (run.is_active, run.pages.count()) == (False, 0)
    account.clear_faults()
    recovered = customer.sync()
    assert (recovered.code, recovered["employees"]) == (
        0,
        counted(updated=3 - written, unchanged=244 + written, deleted=3),
    )


@pytest.mark.usefixtures("printed")
@pytest.mark.parametrize(("fault", "options", "text"), BAD_ANSWERS, ids=NAMES)
def test_G4_a_bad_page_of_departments_changes_nothing(
    customer: Customer, account: Account, fault: str, options: dict[str, Any], text: str
) -> None:
    keys = [account.add_department(f"部署{number:03}") for number in range(120)]
    customer.configure("--department-slot", "1")
    customer.sync("departments")
    account.change_department(keys[0], name="改称")
    account.delete_department(keys[1])
    account.add_crew()
    account.fail(fault, path="/departments", page=2, times=None, **options)

    answer = planned_and_run(customer)

    assert (answer.code, answer["status"]) == (1, "failed")
    assert text in answer["error"]
    if options.get("status") == 403:
        assert "「部署:参照」" in answer["error"]
    assert answer["departments"] == answer["employees"] == counted()
    names = Group.objects.for_company(customer.company).linked().values_list("name", flat=True)
    assert sorted(names) == [f"部署{number:03}" for number in range(120)]
    assert not Employee.objects.for_company(customer.company).linked().exists()


def test_T4_the_error_names_the_missing_permission(customer: Customer, account: Account) -> None:
    account.add_token(TOKEN, scopes=["departments:read"])

    answer = planned_and_run(customer)

    assert (answer.code, answer["status"]) == (1, "failed")
    assert answer["error"] == (
        "アクセストークンに「従業員情報:参照」の権限がありません。"
        "SmartHRの「リソースのアクセス許可」で追加し、もう一度同期してください。"
    )


RECOVERING = [
    *(("status", {"status": 500}), ("cut_body", {}), ("drop_connection", {})),
    *(("maintenance", {}), ("too_many", {"reset": 1})),
]


@pytest.mark.usefixtures("printed")
@pytest.mark.parametrize(("fault", "options"), RECOVERING, ids=[kind for kind, _ in RECOVERING])
def test_T6_a_short_disturbance_is_waited_out(
    customer: Customer, account: Account, fault: str, options: dict[str, Any]
) -> None:
    crews = [account.add_crew() for _ in range(150)]
    account.fail(fault, path="/crews", page=2, times=2, **options)

    answer = customer.sync()

    assert (answer.code, answer["employees"]) == (0, counted(created=150))
    assert all(customer.has_person(crew) for crew in crews[::50])


@pytest.mark.parametrize("dry_run", [False, True])
def test_T6_the_command_waits_for_reset_up_to_15_minutes(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch, dry_run: bool
) -> None:
    slept = without_sleeping(monkeypatch)
    account.add_crew()
    account.fail("too_many", path="/crews", times=1, reset=600)

    answer = customer.sync(*(["--dry-run"] if dry_run else []))

    assert (answer.code, answer["status"]) == (0, "succeeded")
    assert answer["employees"] == counted(created=1)
    assert 590 < sum(slept) <= 601


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("resets", [[3600], [600, 600]])
def test_T6_more_than_15_minutes_in_all_fail(
    customer: Customer,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    dry_run: bool,
    resets: list[int],
) -> None:
    slept = without_sleeping(monkeypatch)
    for _ in range(150):
        account.add_crew()
    for reset in resets:
        account.fail("too_many", path="/crews", page=2, times=1, reset=reset)

    answer = customer.sync(*(["--dry-run"] if dry_run else []))

    assert (answer.code, answer["status"]) == (1, "failed")
    assert "上限に達した" in answer["error"]
    assert answer["employees"] == counted(created=100)
    assert sum(slept) <= 900
    people = Employee.objects.for_company(customer.company).linked().count()
    assert people == (0 if dry_run else 100)
    assert not SyncRun.objects.for_company(customer.company).active().exists()


def without_sleeping(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Long waits of the command pass at once: the clocks of run and pace jump."""
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        TokenPace.objects.update(blocked_until=0)
        waiting = SyncRun.objects.across_companies().exclude(not_before=None)
        waiting.update(not_before=F("not_before") - timedelta(seconds=seconds))

    original = foreground.Foreground.__init__
    monkeypatch.setattr(
        foreground.Foreground,
        "__init__",
        lambda self, **options: original(self, **{"sleep": sleep, **options}),
    )
    patient = preview._patiently
    monkeypatch.setattr(preview, "_patiently", lambda work, _sleep: patient(work, sleep))
    return slept
