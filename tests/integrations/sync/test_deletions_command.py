"""smarthr_deletions: a person's word on who and what SmartHR no longer has (E12, G4, C6)."""

from __future__ import annotations

from typing import Any

import pytest

from cards.models import CardArchive
from companies.models import AuditEntry
from employees.choices import Role
from employees.models import Employee
from groups.models import Group
from integrations.models import CrewTombstone, SmartHRIntegration
from simulator.account import Account
from tests.factories import AdministratorFactory, BusinessCardFactory, EmployeeFactory, GroupFactory
from tests.integrations.conftest import TOKEN, Answer, Customer, run_command
from tests.integrations.lives import claimed, lapse, started
from tests.integrations.sync.people import counted


@pytest.fixture
def crews(customer: Customer, account: Account) -> list[str]:
    """Four linked people; the first two are candidates."""
    made = [account.add_crew() for _ in range(4)]
    customer.sync()
    for crew in made[:2]:
        account.delete_crew(crew)
    assert customer.sync().code == 3
    return made


def named(answer: Answer, key: str) -> list[str]:
    return sorted(entry["smarthr_id"] for entry in answer[key])


def audited(customer: Customer, action: str) -> list[str]:
    entries = AuditEntry.objects.for_company(customer.company).filter(action=action)
    return sorted(entry.object_label for entry in entries)


def only_administrator(customer: Customer, crew: str) -> Employee:
    person = customer.person(crew)
    Employee.objects.for_company(customer.company).exclude(pk=person.pk).update(role=Role.APPLICANT)
    person.role = Role.ADMINISTRATOR
    person.save()
    return person


def test_E12_the_list_says_who_waits(customer: Customer, crews: list[str]) -> None:
    answer = customer.deletions()

    assert (answer.code, answer["status"], answer["error"]) == (3, "needs_confirmation", None)
    assert answer["deletion_candidates"] == [
        {"smarthr_id": crew, "employee_id": customer.person(crew).employee_id}
        for crew in sorted(crews[:2])
    ]
    assert answer["group_deletion_candidates"] == []
    assert [answer[key] for key in ("deleted", "kept", "dismissed", "held")] == [[], [], [], []]


@pytest.mark.parametrize("choice", [[], ["--approve"], ["--dismiss"]])
def test_E12_nothing_waits(customer: Customer, choice: list[str]) -> None:
    answer = customer.deletions(*choice)

    assert (answer.code, answer["status"]) == (0, "succeeded")


def test_E12_approval_deletes_with_cards_archive_tombstone_and_audit(
    customer: Customer, crews: list[str]
) -> None:
    person = customer.person(crews[0])
    person.image = "images/hanako.png"
    person.save()
    BusinessCardFactory(employee=person, title="部長")
    BusinessCardFactory(employee=person, title="理事")
    label, pk = person.label, person.pk
    other = customer.person(crews[1]).label

    answer = customer.deletions("--approve")

    assert (answer.code, answer["status"]) == (0, "succeeded")
    assert named(answer, "deleted") == sorted(crews[:2])
    assert {entry["label"] for entry in answer["deleted"]} == {label, other}
    assert not any(customer.has_person(crew) for crew in crews[:2])
    archive = CardArchive.objects.for_company(customer.company).get(employee_pk=pk)
    assert [card["title"] for card in archive.cards] == ["部長", "理事"]
    assert (archive.image, str(archive.smarthr_id)) == ("images/hanako.png", crews[0])
    assert CrewTombstone.objects.for_company(customer.company).count() == 2
    assert audited(customer, "approved") == audited(customer, "deleted") == sorted([label, other])
    assert customer.sync()["employees"] == counted(unchanged=2)


def test_E12_approval_looks_up_again_first(
    customer: Customer, account: Account, crews: list[str]
) -> None:
    account.add_crew(id=crews[0])

    answer = customer.deletions("--approve")

    assert (answer.code, answer["status"]) == (0, "succeeded")
    assert (named(answer, "kept"), named(answer, "deleted")) == ([crews[0]], [crews[1]])
    assert customer.has_person(crews[0])
    assert len(audited(customer, "approved")) == 1


def test_E12_dismissed_ones_stay(customer: Customer, crews: list[str]) -> None:
    answer = customer.deletions("--dismiss")

    assert (answer.code, answer["status"]) == (0, "succeeded")
    assert named(answer, "dismissed") == sorted(crews[:2])
    assert all(customer.has_person(crew) for crew in crews)
    assert len(audited(customer, "dismissed")) == 2
    assert customer.deletions().code == 0
    assert customer.deletions("--approve")["deleted"] == []


def test_E12_an_empty_answer_can_never_be_approved(
    customer: Customer, account: Account, crews: list[str]
) -> None:
    account.clear()

    answer = customer.deletions("--approve")

    assert (answer.code, answer["status"]) == (3, "needs_confirmation")
    assert "空だった" in answer["error"]
    assert len(answer["deletion_candidates"]) == 2
    assert all(customer.has_person(crew) for crew in crews)


@pytest.mark.parametrize(
    ("fault", "options", "text"),
    [
        ("status", {"status": 403}, "「従業員情報:参照」"),
        ("status", {"status": 401}, "アクセストークンがSmartHRで認められませんでした"),
        ("not_found_html", {}, "想定しない回答"),
        ("html200", {}, "想定しない回答"),
        ("maintenance", {}, "メンテナンス中"),
    ],
)
def test_E12_an_error_deletes_nobody_and_is_told(
    customer: Customer,
    account: Account,
    crews: list[str],
    fault: str,
    options: dict[str, Any],
    text: str,
) -> None:
    account.fail(fault, path=f"/crews/{max(crews[:2])}", times=None, **options)

    answer = customer.deletions("--approve")

    assert (answer.code, answer["status"]) == (1, "failed")
    assert text in answer["error"]
    assert "同期" not in answer["error"]
    assert answer["deleted"] == audited(customer, "approved") == []
    assert [c["smarthr_id"] for c in answer["deletion_candidates"]] == sorted(crews[:2])
    assert all(customer.has_person(crew) for crew in crews)
    account.clear_faults()
    assert len(customer.deletions("--approve")["deleted"]) == 2


def test_T5_an_account_that_nobody_has_checked_is_looked_at_first(
    customer: Customer, account: Account, crews: list[str]
) -> None:
    account.add_token("another-token-1234")
    customer.configure(token="another-token-1234")

    answer = customer.deletions("--approve")

    assert (answer.code, answer["status"]) == (0, "succeeded")
    assert named(answer, "deleted") == sorted(crews[:2])
    assert not customer.integration.account_unchecked


def test_T5_another_companys_account_deletes_nobody(
    customer: Customer, account: Account, crews: list[str]
) -> None:
    account.clear()
    for _ in range(4):
        account.add_crew()
    account.add_token("another-token-1234")
    customer.configure(token="another-token-1234")

    answer = customer.deletions("--approve")

    assert (answer.code, answer["status"]) == (3, "needs_confirmation")
    assert "別の会社" in answer["error"]
    assert answer["deleted"] == []
    assert all(customer.has_person(crew) for crew in crews)


def test_T6_beside_a_run_nothing_is_approved(customer: Customer, crews: list[str]) -> None:
    run = started(customer)
    claimed(run)

    answer = customer.deletions("--approve")

    assert (answer.code, answer["status"]) == (1, "failed")
    assert "すでに同期を実行中" in answer["error"]
    assert len(answer["deletion_candidates"]) == 2
    lapse(run)
    assert len(customer.deletions("--approve")["deleted"]) == 2


def test_E12_without_a_connection_nothing_is_approved(customer: Customer, crews: list[str]) -> None:
    SmartHRIntegration.objects.for_company(customer.company).update(subdomain="")

    answer = customer.deletions("--approve")

    assert (answer.code, answer["status"]) == (1, "failed")
    assert "設定されていません" in answer["error"]


def test_X4_where_the_archive_fails_nobody_is_deleted(
    customer: Customer, crews: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(CardArchive.objects, "bulk_create", broken)
    answer = customer.deletions("--approve")

    assert (answer.code, answer["status"], answer["deleted"]) == (1, "failed", [])
    assert all(customer.has_person(crew) for crew in crews)
    assert audited(customer, "deleted") == audited(customer, "approved") == []
    assert not CrewTombstone.objects.for_company(customer.company).exists()


def test_X4_an_automatic_deletion_without_its_archive_fails_whole(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    crews = [account.add_crew() for _ in range(3)]
    customer.configure("--deletion", "auto")
    customer.sync()
    account.delete_crew(crews[0])

    def broken(*_: object) -> None:
        raise RuntimeError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(CardArchive.objects, "bulk_create", broken)
        answer = customer.sync()

    assert (answer.code, answer["status"]) == (1, "failed")
    assert f"実行番号{answer['run']}" in answer["error"]
    assert answer["employees"] == counted(unchanged=2)
    assert customer.has_person(crews[0])
    assert audited(customer, "deleted") == []
    assert customer.sync()["employees"] == counted(unchanged=2, deleted=1)


def test_C6_the_last_administrator_is_held_until_there_is_a_successor(
    customer: Customer, crews: list[str]
) -> None:
    last = only_administrator(customer, crews[0])

    answer = customer.deletions("--approve")

    assert (answer.code, answer["status"]) == (3, "needs_confirmation")
    assert named(answer, "deleted") == [crews[1]]
    held = [(entry["smarthr_id"], entry["reason"]) for entry in answer["held"]]
    assert held == [(crews[0], "last_administrator")]
    assert customer.has_person(crews[0])
    successor = EmployeeFactory(company=customer.company, email="next@example.com")
    granted = run_command(
        "grant_administrator",
        *(successor.employee_id, "--reason", "前任者の退職"),
        company=customer.company.code,
    )
    assert (granted.code, granted["status"], granted["role"]) == (0, "succeeded", "administrator")
    assert named(customer.deletions("--approve"), "deleted") == [crews[0]]
    entry = AuditEntry.objects.for_company(customer.company).get(action="appointed")
    assert (entry.reason, entry.changes["role"]) == ("前任者の退職", ["applicant", "administrator"])
    assert last.pk not in Employee.objects.for_company(customer.company).values_list(
        "pk", flat=True
    )


def test_C6_an_automatic_deletion_holds_the_last_administrator(
    customer: Customer, account: Account
) -> None:
    crews = [account.add_crew() for _ in range(3)]
    customer.configure("--deletion", "auto")
    customer.sync()
    only_administrator(customer, crews[0])
    account.delete_crew(crews[0])

    plan, answer = customer.sync("--dry-run"), customer.sync()

    assert (answer.code, answer["status"]) == (3, "needs_confirmation")
    assert answer.reasons(crews[0]) == ["last_administrator"]
    assert [c["smarthr_id"] for c in answer["deletion_candidates"]] == [crews[0]]
    assert {**plan.data, "run": None} == {**answer.data, "run": None}
    AdministratorFactory(company=customer.company)
    later = customer.sync()  # E12: who was asked about waits for the word
    assert (later.code, later["employees"]) == (3, counted(unchanged=2))
    assert named(customer.deletions("--approve"), "deleted") == [crews[0]]


def test_G4_approved_groups_are_looked_up_again_and_their_members_move(
    customer: Customer, account: Account
) -> None:
    keys = [account.add_department(f"部署{number}") for number in range(5)]
    lower = account.add_department("課", keys[0])
    customer.sync("departments")
    member = EmployeeFactory(company=customer.company, group=customer.group(keys[0]))
    own = GroupFactory(company=customer.company, name="班", parent=customer.group(lower))
    records = dict(account.departments)
    for key in [lower, *keys[:4]]:
        account.delete_department(key)
    assert customer.sync("departments").code == 3
    account.departments[keys[3]] = records[keys[3]]
    account.touched(departments=True)

    answer = customer.deletions("--approve")

    assert (answer.code, answer["status"]) == (0, "succeeded")
    assert named(answer, "deleted") == sorted([lower, *keys[:3]])
    assert named(answer, "kept") == [keys[3]]
    member.refresh_from_db()
    own.refresh_from_db()
    assert (member.group, own.parent) == (customer.default_group, None)
    names = Group.objects.for_company(customer.company).linked().values_list("name", flat=True)
    assert sorted(names) == ["部署3", "部署4"]
    assert customer.sync("departments")["departments"] == counted(unchanged=2)


def test_G4_an_empty_list_of_departments_can_never_be_approved(
    customer: Customer, account: Account
) -> None:
    keys = [account.add_department(f"部署{number}") for number in range(5)]
    account.add_crew()
    customer.sync("departments")
    for key in keys[:4]:
        account.delete_department(key)
    customer.sync("departments")
    account.delete_department(keys[4])

    answer = customer.deletions("--approve")

    assert (answer.code, len(answer["group_deletion_candidates"])) == (3, 4)
    assert "空だった" in answer["error"]
    assert Group.objects.for_company(customer.company).linked().count() == 5


def test_T3_no_output_of_the_commands_holds_the_token(
    customer: Customer, crews: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    answers = [customer.deletions("--approve"), customer.sync(), customer.configure()]

    printed = "".join(capfd.readouterr()) + str([answer.data for answer in answers])
    assert TOKEN not in printed
