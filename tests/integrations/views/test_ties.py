"""X8, X12: the list of proposals, and what is done there."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from unittest import mock

import pytest
from celery import current_app
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from companies.models import Company
from employees.models import Employee
from integrations.choices import Outcome, TieStatus
from integrations.models import SmartHRIntegration, Tie
from integrations.reasons import Reason
from tests.factories import (
    AdministratorFactory,
    EmployeeFactory,
    LinkedEmployeeFactory,
    LinkedGroupFactory,
    RunFactory,
    RunRecordFactory,
)
from tests.integrations.views.ties import (
    FIRST,
    RELINK,
    answered,
    path,
    press,
    proposal,
    relinked,
    survey,
    text_of,
)


@pytest.fixture(autouse=True)
def queue() -> Iterator[mock.Mock]:
    """What is handed to the workers; nobody works in these tests."""
    with mock.patch.object(current_app, "send_task") as send_task:
        yield send_task


def test_X8_the_list_shows_pairs_and_chooses_none(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    run = survey(integration)
    person = EmployeeFactory(
        company=run.company, employee_id="a123", last_name="佐藤", first_name="花子"
    )
    proposal(run, "emp_code", "email", "name", employee=person)
    proposal(run, "name", employee=person, label="佐藤 花子（X）・退職済み")

    response = signed_in.get(path(run))

    text = text_of(response)
    assert text.count("佐藤 花子（a123）") == 4  # each row, and what its checkbox is called
    assert "社員番号・メールアドレス・氏名" in text
    assert text.count("別人の可能性") == 1
    assert text.count("候補が2件あります。") == 2
    assert "checked" not in response.content.decode()


@pytest.mark.parametrize(
    ("match", "labels"),
    [("", ["A", "B", "C", "D"]), ("number", ["A", "B"]), ("email", ["B", "C"]), ("name", ["D"])],
)
def test_X8_the_list_is_filtered_by_what_is_the_same(
    signed_in: Client, integration: SmartHRIntegration, match: str, labels: list[str]
) -> None:
    run = survey(integration)
    for label, matched in (
        ("A", ["emp_code", "name"]),
        ("B", ["emp_code", "email"]),
        ("C", ["email", "name"]),
        ("D", ["name"]),
    ):
        proposal(run, *matched, label=label)

    response = signed_in.get(path(run), {"match": match})

    shown = sorted(row.tie.label for row in response.context["rows"])
    assert shown == labels
    counts = {key: number for key, _, number in response.context["filters"]}
    assert counts == {"": 4, "number": 2, "email": 2, "name": 1}


def test_X8_what_cannot_be_tied_any_more_is_not_offered(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    run = survey(integration)
    linked, taken = proposal(run), proposal(run)
    Employee.objects.for_company(run.company).filter(pk=linked.employee_id).update(
        smarthr_id=uuid.uuid4()
    )
    LinkedEmployeeFactory(company=run.company, smarthr_id=taken.smarthr_id)
    fine = proposal(run)

    rows = signed_in.get(path(run)).context["rows"]

    assert [row.tie.pk for row in rows] == [fine.pk]


@pytest.mark.parametrize("tab", ["people", "groups", "tied", "left"])
def test_one_row_and_thirty_take_the_same_number_of_queries(
    signed_in: Client,
    integration: SmartHRIntegration,
    tab: str,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    run = survey(integration, RELINK)

    def add() -> None:
        relinked(run)
        proposal(run, "path", group=LinkedGroupFactory(company=run.company))
        RunRecordFactory(run=run, outcome=Outcome.LEFT_OUT, reason=Reason.TIE_UNMATCHED)
        done = relinked(run)
        Employee.objects.for_company(run.company).filter(pk=done.employee_id).update(
            smarthr_id=done.smarthr_id
        )
        Tie.objects.for_company(run.company).filter(pk=done.pk).update(status=TieStatus.TIED)

    add()
    with CaptureQueriesContext(connection) as first:
        assert len(signed_in.get(path(run), {"tab": tab}).context["rows"]) == 1
    for _ in range(29):
        add()
    with django_assert_num_queries(len(first.captured_queries)):
        assert len(signed_in.get(path(run), {"tab": tab}).context["rows"]) == 30


# --- tying --------------------------------------------------------------------------------------
def test_X8_nothing_is_tied_before_the_question_is_answered(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    run = survey(integration)
    row = proposal(run, label="佐藤 花子（00027）")

    question = press(signed_in, run, row)

    text = text_of(question)
    assert "次の1名を、SmartHRの従業員に紐付けますか？" in text
    assert "佐藤 花子（00027）" in text
    assert "次の同期で、社員ID・姓名・メールアドレスがSmartHRの値になります。" in text
    assert "ここでは変更できなくなります。社員の削除もできなくなります。" in text
    assert not Employee.objects.for_company(run.company).linked().exists()

    answer = press(signed_in, run, row, confirmed="1")

    assert "1名を紐付けました。" in text_of(answer)
    assert Employee.objects.for_company(run.company).linked().get().pk == row.employee_id
    assert answer.redirect_chain == [(path(run), 302)]


def test_X8_all_of_the_filter_are_tied_and_no_others(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    run = survey(integration)
    same_number = [proposal(run, "emp_code") for _ in range(60)]
    proposal(run, "name")

    page = signed_in.get(path(run), {"match": "number"}).content.decode()
    question = press(signed_in, run, tab="people", match="number", everything="1")
    answered(signed_in, run, question)

    assert "ほかのページも含めて、60件すべてを選ぶ" in page
    assert "60名を紐付け" in text_of(question)
    assert "ほか50件" in text_of(question)
    linked = Employee.objects.for_company(run.company).linked().values_list("pk", flat=True)
    assert set(linked) == {row.employee_id for row in same_number}


def test_X8_an_answer_ties_what_the_question_named_and_nothing_else(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    run = survey(integration)
    named, left_out = proposal(run), proposal(run)
    other = proposal(run, "name", employee=left_out.employee)

    question = press(signed_in, run, tab="people", everything="1")
    # Meanwhile a sync imports the other crew: what was left out could be tied now.
    LinkedEmployeeFactory(company=run.company, smarthr_id=other.smarthr_id)
    proposal(run)
    answered(signed_in, run, question)
    made_up = press(signed_in, run, tab="people", everything="1", confirmed="1")

    tied = Tie.objects.for_company(run.company).filter(status=TieStatus.TIED)
    assert [row.pk for row in tied] == [named.pk]
    assert made_up.status_code == 422


def test_X8_more_than_a_press_ties_stay_in_the_list(
    signed_in: Client, integration: SmartHRIntegration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("integrations.views.ties.MOST", 60)
    run = survey(integration)
    rows = [proposal(run) for _ in range(70)]
    proposal(run, "name", employee=rows[0].employee)  # left out, though far from the other

    page = text_of(signed_in.get(path(run)))
    question = press(signed_in, run, tab="people", everything="1")
    answer = answered(signed_in, run, question)

    assert "ほかのページも含めて、60件を選ぶ（一度に60件まで）" in page
    assert (
        "一度に紐付けられるのは60件までのため、はじめの60件を紐付けます。"
        "残りの9件は一覧に残ります。続けて紐付けてください。"
    ) in text_of(question)
    assert "60名を紐付けました。" in text_of(answer)
    tied = Tie.objects.for_company(run.company).filter(status=TieStatus.TIED)
    assert {row.pk for row in tied} == {row.pk for row in rows[1:61]}

    press(signed_in, run, *rows[61:], confirmed="1")
    undone = press(signed_in, run, act="untie", tab="tied", everything="1")
    assert "60名の紐付けを取り消しました。" in text_of(undone)
    assert "一度に取り消せるのは60件までです。残りの9件は、続けて取り消して" in text_of(undone)


def test_P2_without_the_plan_nothing_is_tied(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    run = survey(integration, RELINK)
    row = relinked(run)
    SmartHRIntegration.objects.filter(pk=integration.pk).update(plan_started_on=None)

    for confirmed in ({}, {"confirmed": "1"}):
        answer = press(signed_in, run, row, **confirmed)
        assert answer.status_code == 422
        assert "SmartHR連携は有効になっていません。ご利用を希望するときは" in text_of(answer)
    assert Employee.objects.for_company(run.company).filter(smarthr_id=row.previous_id).exists()


def test_X8_a_double_click_ties_once_and_says_so(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    run = survey(integration)
    row = proposal(run)

    press(signed_in, run, row, confirmed="1")
    again = press(signed_in, run, row, confirmed="1")

    text = text_of(again)
    assert f"紐付けませんでした。{row.employee}：すでに選んだSmartHRのデータと" in text
    assert Employee.objects.for_company(run.company).linked().count() == 1


def test_X8_two_crews_for_one_person_are_named(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    run = survey(integration)
    row = proposal(run)
    other = proposal(run, "name", employee=row.employee)
    fine = proposal(run)

    question = text_of(press(signed_in, run, row, other, fine))
    alone = press(signed_in, run, row, other)

    assert "次の候補は紐付けません。" in question
    assert f"{row.employee}：SmartHRのデータを2つ以上選んでいます。" in question
    assert alone.status_code == 422
    assert "1つだけ選んでください。" in text_of(alone)


def test_X8_without_a_choice_it_says_what_to_do(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    run = survey(integration)
    proposal(run)

    for act in ("tie", "untie"):
        answer = press(signed_in, run, act=act)
        assert answer.status_code == 422
        assert "選択されていません。" in text_of(answer)
        assert "<title>エラー：紐付けの候補" in answer.content.decode()
    assert press(signed_in, run, act="delete").status_code == 404


@pytest.mark.parametrize("odd", ["", "x", "-1", "１", "9" * 40, "1.5", "null"])
def test_odd_choices_are_none(signed_in: Client, integration: SmartHRIntegration, odd: str) -> None:
    run = survey(integration)

    assert press(signed_in, run, ties=odd).status_code == 422
    assert press(signed_in, run, chosen=odd, confirmed="1").status_code == 422
    assert signed_in.get(path(run), {"tab": odd, "match": odd, "page": odd}).status_code == 200


def test_X8_a_tie_is_undone_from_the_list(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    run = survey(integration)
    row = proposal(run)
    press(signed_in, run, row, confirmed="1")

    tied = signed_in.get(path(run), {"tab": "tied"})
    undone = press(signed_in, run, row, act="untie", tab="tied")

    assert "紐付け済み" in text_of(tied)
    assert "取り消し" in text_of(tied)
    assert "1名の紐付けを取り消しました。" in text_of(undone)
    assert not Employee.objects.for_company(run.company).linked().exists()
    assert [entry.tie.pk for entry in signed_in.get(path(run)).context["rows"]] == [row.pk]


def test_C1_ties_of_others_cannot_be_chosen(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    run, another = survey(integration), survey(integration)
    of_another_run = proposal(another)
    stranger = RunFactory(kind=FIRST, options={"account": ""})
    foreign = proposal(stranger)

    for confirmed in ({}, {"confirmed": "1"}):
        press(signed_in, run, of_another_run, foreign, **confirmed)
        press(signed_in, run, of_another_run, foreign, act="untie", **confirmed)

    assert not Employee.objects.across_companies().filter(smarthr_id__isnull=False).exists()
    for address in (path(stranger), path(stranger, ""), path(stranger, "relink/")):
        assert signed_in.get(address).status_code == 404
        assert signed_in.post(address, {"act": "tie"}).status_code in {404, 405}


def test_a_sync_has_no_page_of_ties(signed_in: Client, company: Company) -> None:
    assert signed_in.get(path(RunFactory(company=company))).status_code == 404


def test_no_id_of_smarthrs_is_on_a_screen(
    signed_in: Client, integration: SmartHRIntegration
) -> None:
    run = survey(integration, RELINK)
    row = relinked(run)
    question = press(signed_in, run, row)

    for response in (signed_in.get(path(run)), question, signed_in.get(path(run, ""))):
        assert str(row.smarthr_id) not in response.content.decode()
        assert str(row.previous_id) not in response.content.decode()


def test_others_see_no_ties(client: Client, integration: SmartHRIntegration) -> None:
    run = survey(integration)
    client.force_login(EmployeeFactory(company=run.company))
    assert client.get(path(run)).status_code == client.post(path(run)).status_code == 403
    client.force_login(AdministratorFactory())
    assert client.get(path(run)).status_code == client.post(path(run)).status_code == 404
