"""The report of a run: its tabs, rows and pages."""

import time

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from companies.models import Company
from integrations.choices import Outcome, RunKind, RunStatus, Subject
from integrations.models import RunRecord, SyncRun
from integrations.reasons import CONNECTION_TROUBLES, Reason
from tests.factories import (
    BusinessCardFactory,
    GroupCandidateFactory,
    PersonCandidateFactory,
    RunFactory,
    RunRecordFactory,
)


@pytest.fixture
def run(company: Company) -> SyncRun:
    return RunFactory(company=company)


def report(signed_in: Client, run: SyncRun, **query: str | int):  # type: ignore[no-untyped-def]
    return signed_in.get(f"/settings/smarthr/runs/{run.pk}/", query)


def test_every_record_is_under_its_tabs(signed_in: Client, run: SyncRun) -> None:
    RunRecordFactory.create_batch(3, run=run)
    RunRecordFactory(run=run, outcome=Outcome.LEFT_OUT, reason=Reason.NAME_MISSING)
    RunRecordFactory(run=run, outcome=Outcome.UNCHANGED, reason=Reason.EMAIL_INVALID)
    RunRecordFactory(
        run=run, outcome=Outcome.UPDATED, changes={"employee_id": ["00027", "A-00027"]}
    )
    RunRecordFactory(run=run, outcome=Outcome.UPDATED, changes={"email": ["", "a@example.com"]})
    RunRecordFactory(run=run, outcome=Outcome.DELETED)
    RunRecordFactory(run=run, subject=Subject.GROUP, reason=Reason.PARENT_MISSING)
    RunRecordFactory()  # of another company

    tabs = report(signed_in, run).context["tabs"]

    assert {tab.key: tab.count for tab in tabs} == {
        "reported": 3,
        "logins": 1,
        "created": 3,
        "updated": 2,
        "deleted": 1,
        "groups": 1,
    }


def test_report_opens_where_a_hand_is_needed(signed_in: Client, run: SyncRun) -> None:
    RunRecordFactory(run=run)

    assert report(signed_in, run).context["tab"].key == "created"

    RunRecordFactory(run=run, reason=Reason.BIRTH_DATE_MISSING, outcome=Outcome.LEFT_OUT)

    assert report(signed_in, run).context["tab"].key == "reported"
    assert report(signed_in, run, tab="created").context["tab"].key == "created"
    assert report(signed_in, run, tab="nonsense").context["tab"].key == "reported"


def test_departments_run_has_no_tabs_about_people(signed_in: Client, company: Company) -> None:
    run = RunFactory(company=company, kind=RunKind.DEPARTMENTS)

    tabs = report(signed_in, run).context["tabs"]

    assert [tab.key for tab in tabs] == ["reported", "groups"]


def test_row_says_what_happened_and_what_to_do(signed_in: Client, run: SyncRun) -> None:
    RunRecordFactory(
        run=run,
        label="小林 優子（00044）",
        outcome=Outcome.UPDATED,
        reason=Reason.EMPLOYEE_ID_INVALID,
        detail={"value": "0", "employee_id": "00044", "new": False},
        changes={"last_name": ["中村", "小林"]},
        object_pk=1,
    )

    text = report(signed_in, run).content.decode()

    assert "小林 優子（00044）" in text
    assert "社員番号「0」は社員IDに使えないため、社員IDは「00044」のままです。" in text
    assert "SmartHRで社員番号を半角英数字3〜24文字" in text
    assert '<del class="mk-before">中村</del>' in text
    assert '<ins class="mk-after">小林</ins>' in text


def test_login_change_shows_only_the_ids(signed_in: Client, run: SyncRun) -> None:
    changes = {"employee_id": ["00027", "A-00027"], "last_name": ["中村", "小林"]}
    RunRecordFactory(
        run=run, outcome=Outcome.UPDATED, changes=changes, label="小林 優子（A-00027）"
    )

    text = report(signed_in, run, tab="logins").content.decode()

    assert "本人に知らせてください。" in text
    assert ">00027</del>" in text
    assert '<dd class="mk-mono">' in text
    assert "中村" not in text


def test_badge_is_not_on_who_was_left_out_or_deleted(signed_in: Client, run: SyncRun) -> None:
    RunRecordFactory(run=run, outcome=Outcome.LEFT_OUT, reason=Reason.NAME_MISSING)
    RunRecordFactory(run=run, outcome=Outcome.DELETED)
    RunRecordFactory(run=run, outcome=Outcome.CREATED)

    def badges(tab: str) -> int:
        return int(report(signed_in, run, tab=tab).content.decode().count("mk-badge-smarthr"))

    assert (badges("reported"), badges("deleted"), badges("created")) == (
        0,
        0,
        2,
    )  # with the legend


@pytest.mark.parametrize(
    ("outcome", "changes", "is_shown"),
    [
        (Outcome.CREATED, {"name": [None, "営業部"]}, False),
        (Outcome.CREATED, {"name": [None, "営業部"], "parent": [None, "本社"]}, True),
        (Outcome.UPDATED, {"name": ["営業", "営業部"]}, True),
        (Outcome.DELETED, {"name": ["営業部", None]}, False),
    ],
)
def test_cell_without_changes_has_no_label(
    signed_in: Client, run: SyncRun, outcome: Outcome, changes: dict[str, object], is_shown: bool
) -> None:
    RunRecordFactory(run=run, subject=Subject.GROUP, outcome=outcome, changes=changes)

    text = report(signed_in, run, tab="groups").content.decode()

    assert ('data-label="変更の内容"' in text) == is_shown


def test_nothing_is_said_to_become_none_of_who_was_deleted(signed_in: Client, run: SyncRun) -> None:
    RunRecordFactory(run=run, outcome=Outcome.DELETED, changes={"employee_id": ["00102", None]})

    text = report(signed_in, run, tab="deleted").content.decode()

    assert "変更の内容" not in text
    assert "mk-after" not in text


@pytest.mark.parametrize(
    ("tab", "subjects", "label"),
    [
        ("created", {"employee"}, "氏名・社員ID"),
        ("groups", {"group"}, "グループ名"),
        ("reported", {"employee"}, "氏名・社員ID・社員番号"),
        ("reported", {"group"}, "部署名"),
        ("reported", {"employee", "group"}, "氏名・社員ID・社員番号・部署名"),
    ],
)
def test_search_says_what_it_searches(
    signed_in: Client, run: SyncRun, tab: str, subjects: set[str], label: str
) -> None:
    reason = Reason.VALUE_INVALID if tab == "reported" else ""
    for subject in subjects:
        RunRecordFactory.create_batch(2, run=run, subject=subject, reason=reason)

    text = report(signed_in, run, tab=tab).content.decode()

    assert f'<label for="filter-words">{label}</label>' in text


@pytest.mark.parametrize(
    ("column", "before", "after", "shown"),
    [
        ("email", "", "a@example.com", ("なし", "a@example.com")),
        ("is_active", True, False, ("できる", "停止")),
        ("parent", "本社", None, ("本社", "最上位")),
        ("position", None, 3, ("なし", "3")),
        ("group", "グループ1", "営業部", ("グループ1", "営業部")),
    ],
)
def test_values_are_shown_in_words(
    signed_in: Client,
    run: SyncRun,
    column: str,
    before: object,
    after: object,
    shown: tuple[str, str],
) -> None:
    RunRecordFactory(run=run, outcome=Outcome.UPDATED, changes={column: [before, after]})

    text = report(signed_in, run, tab="updated").content.decode()

    assert f">{shown[0]}</del>" in text
    assert f">{shown[1]}</ins>" in text


@pytest.mark.parametrize(
    ("factory", "address", "told"),
    [
        (PersonCandidateFactory, "/settings/smarthr/deletions/", "社員が1名います。"),
        (
            GroupCandidateFactory,
            "/settings/smarthr/deletions/?tab=groups",
            "グループが1件あります。",
        ),
    ],
)
def test_E12_G4_run_that_asks_leads_to_the_list_of_who_waits(
    signed_in: Client,
    company: Company,
    factory: type[PersonCandidateFactory],
    address: str,
    told: str,
) -> None:
    run = RunFactory(company=company, status=RunStatus.NEEDS_CONFIRMATION)
    waiting = factory(company=company, run=run)
    if waiting.employee is not None:
        BusinessCardFactory.create_batch(2, employee=waiting.employee)
    PersonCandidateFactory()  # of another company

    text = report(signed_in, run).content.decode()

    assert f"SmartHRで見つからない{told}" in text
    assert ("名刺2件も削除され、元に戻せません。" in text) == (waiting.employee is not None)
    assert "承認するまで削除されません。" in text
    assert f'href="{address}"' in text


def test_E12_G4_people_and_groups_that_wait_are_one_sentence(
    signed_in: Client, company: Company
) -> None:
    run = RunFactory(company=company, status=RunStatus.NEEDS_CONFIRMATION)
    PersonCandidateFactory.create_batch(2, company=company, run=run)
    GroupCandidateFactory.create_batch(3, company=company, run=run)

    text = report(signed_in, run).content.decode()

    assert "社員2名とグループ3件が、SmartHRで見つかりません。" in text


@pytest.mark.parametrize("code", [Reason.OTHER_ACCOUNT, Reason.EMPTY_ANSWER])
def test_T5_G8_run_that_was_stopped_does_not_lead_to_deletions(
    signed_in: Client, company: Company, code: Reason
) -> None:
    run = RunFactory(company=company, status=RunStatus.NEEDS_CONFIRMATION, error_code=code)
    PersonCandidateFactory(company=company)

    text = report(signed_in, run).content.decode()

    assert 'class="btn" href="/settings/smarthr/deletions/' not in text


@pytest.mark.parametrize("code", [*Reason])
def test_trouble_with_the_connection_leads_to_the_connection(
    signed_in: Client, company: Company, code: Reason
) -> None:
    run = RunFactory(company=company, status=RunStatus.FAILED, error_code=code)

    text = report(signed_in, run).content.decode()

    button = '<a class="btn btn-primary" href="/settings/smarthr/#connection">接続を確認</a>'
    assert (button in text) == (code in CONNECTION_TROUBLES)


def test_brake_says_how_many_and_the_limit(signed_in: Client, company: Company) -> None:
    run = RunFactory(
        company=company,
        status=RunStatus.NEEDS_CONFIRMATION,
        error_code=Reason.DELETION_BRAKE,
        error_detail={"people": {"count": 12, "limit": 10}},
    )

    text = report(signed_in, run).content.decode()

    assert "一度に12名が削除されるところでした。上限の10名を超えるため、削除を止めました。" in text


@pytest.mark.parametrize("records", [1, 30])
def test_number_of_queries_does_not_grow(
    signed_in: Client,
    run: SyncRun,
    records: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    RunRecordFactory.create_batch(records, run=run)

    with django_assert_num_queries(12):
        report(signed_in, run, tab="created")


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ({}, ["佐藤 花子（1）", "佐藤 太郎（2）", "鈴木 花子（3）"]),
        ({"reason": "name_missing"}, ["佐藤 花子（1）", "鈴木 花子（3）"]),
        ({"q": "佐藤"}, ["佐藤 花子（1）", "佐藤 太郎（2）"]),
        ({"q": "花子 佐藤"}, ["佐藤 花子（1）"]),
        ({"reason": "email_invalid", "q": "花子"}, []),
        ({"reason": "nonsense", "q": "\x00"}, []),
    ],
)
def test_T6_records_are_narrowed_by_reason_and_words(
    signed_in: Client, run: SyncRun, query: dict[str, str], labels: list[str]
) -> None:
    for label, reason in (
        ("佐藤 花子（1）", Reason.NAME_MISSING),
        ("佐藤 太郎（2）", Reason.EMAIL_INVALID),
        ("鈴木 花子（3）", Reason.NAME_MISSING),
    ):
        RunRecordFactory(run=run, label=label, reason=reason, outcome=Outcome.LEFT_OUT)

    response = report(signed_in, run, tab="reported", **query)

    assert [record.label for record in response.context["rows"]] == labels
    choices = [(choice.code, choice.count) for choice in response.context["reasons"]]
    assert choices == [("name_missing", 2), ("email_invalid", 1)]
    assert ("該当する記録はありません。" in response.content.decode()) == (not labels)


@pytest.mark.parametrize(
    ("reason", "subject", "addresses"),
    [
        (Reason.NAME_MISSING, Subject.EMPLOYEE, ["https://acme.smarthr.jp/crews/{id}"]),
        (Reason.RETIRED_NOT_IMPORTED, Subject.EMPLOYEE, ["/settings/smarthr/#others"]),
        (Reason.DEPARTMENT_UNKNOWN, Subject.EMPLOYEE, ["/settings/smarthr/#departments"]),
        (Reason.LAST_ADMINISTRATOR, Subject.EMPLOYEE, ["/employees/"]),
        (
            Reason.EMPLOYEE_ID_TAKEN,
            Subject.EMPLOYEE,
            ["https://acme.smarthr.jp/crews/{id}", "/employees/"],
        ),
        (Reason.PARENT_MISSING, Subject.GROUP, ["https://acme.smarthr.jp/"]),
    ],
)
def test_T6_every_record_leads_to_where_it_is_put_right(
    signed_in: Client, run: SyncRun, reason: Reason, subject: Subject, addresses: list[str]
) -> None:
    record = RunRecordFactory(run=run, reason=reason, subject=subject)

    text = report(signed_in, run).content.decode()

    for address in addresses:
        assert f'href="{address.format(id=record.smarthr_id)}"' in text


def test_T6_record_with_a_malformed_id_leads_nowhere(signed_in: Client, run: SyncRun) -> None:
    RunRecordFactory(run=run, reason=Reason.VALUE_INVALID, smarthr_id="../x?y=z")

    assert "/crews/" not in report(signed_in, run).content.decode()


def test_twenty_thousand_records_are_paged_quickly(signed_in: Client, run: SyncRun) -> None:
    RunRecord.objects.bulk_create(
        [
            RunRecord(
                company=run.company,
                run=run,
                subject=Subject.EMPLOYEE,
                smarthr_id=str(number),
                label=f"社員 {number}",
                outcome=Outcome.CREATED,
                changes={"employee_id": [None, str(number)], "email": [None, "a@example.com"]},
            )
            for number in range(20_000)
        ],
        batch_size=2000,
    )

    started = time.monotonic()
    response = report(signed_in, run, tab="created", page=400)
    seconds = time.monotonic() - started

    assert "19,951-20,000 / 20,000名" in response.content.decode()
    assert seconds < 2
