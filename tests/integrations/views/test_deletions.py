"""E12, G4: 削除の確認, where a person has candidates deleted or keeps them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies.models import Company
from employees.models import Employee
from integrations.choices import CandidateStatus, Phase, RunKind, RunStatus
from tests.factories import (
    ActiveRunFactory,
    EmployeeFactory,
    GroupCandidateFactory,
    GroupFactory,
    PersonCandidateFactory,
    RunFactory,
)
from tests.integrations.views.candidates import (
    APPROVE,
    LIST,
    chosen,
    person,
    text_of,
    words,
)


def test_people_who_wait_are_listed_with_what_goes_along(
    signed_in: Client, company: Company
) -> None:
    group = GroupFactory(company=company, name="営業部")
    read = timezone.now()
    waiting = person(
        company,
        cards=2,
        employee__last_name="佐藤",
        employee__first_name="花子",
        employee__employee_id="00027",
        employee__group=group,
        employee__source_read_at=read,
    )
    PersonCandidateFactory()  # of another company

    response = signed_in.get(LIST)

    text = words(response)
    assert "要確認 1名" in text
    assert "承認すると、社員と名刺を削除します。元に戻せません。" in text
    for shown in ("佐藤 花子（00027）", "営業部", "申請者", "2件", "該当なし"):
        assert shown in text
    assert f"{timezone.localtime(read):%Y/%m/%d %H:%M}" in text
    assert [row.candidate for row in response.context["rows"]] == [waiting]
    assert "/bulk/export/cards/" in text_of(response)
    assert "名刺リストをエクスポート（バックアップ）" in text
    assert "mk-tabs" not in text_of(response)  # one list needs no tabs


def test_groups_that_wait_say_what_becomes_of_their_people(
    signed_in: Client, company: Company
) -> None:
    waiting = GroupCandidateFactory(company=company, group__name="名古屋支店")
    EmployeeFactory.create_batch(7, company=company, group=waiting.group)
    GroupFactory(company=company, name="臨時", parent=waiting.group)

    text = words(signed_in.get(LIST, {"tab": "groups"}))

    assert "要確認 グループ1件" in text
    assert "名古屋支店" in text
    assert "ほか2名" in text
    assert "社員7名はグループ1に移ります。" in text
    assert "残る下位のグループは、上位のグループに移ります。" in text


def test_tabs_show_what_there_is_and_open_on_the_first(signed_in: Client, company: Company) -> None:
    GroupCandidateFactory.create_batch(2, company=company)
    person(company, status=CandidateStatus.DISMISSED)
    GroupCandidateFactory(company=company, status=CandidateStatus.DISMISSED)

    response = signed_in.get(LIST)

    assert [(tab.key, tab.count) for tab in response.context["tabs"]] == [
        ("people", 0),
        ("groups", 2),
        ("kept", 1),
        ("kept-groups", 1),
    ]
    assert response.context["tab"].key == "groups"
    assert signed_in.get(LIST, {"tab": "kept"}).context["tab"].key == "kept"
    assert signed_in.get(LIST, {"tab": "nonsense"}).context["tab"].key == "groups"


def test_nothing_waits(signed_in: Client) -> None:
    text = words(signed_in.get(LIST))

    assert "対応が必要なものはありません。" in text
    assert "確認を待っている社員はいません。" in text
    assert "要確認 " not in text
    assert "削除に進む" not in text


def test_those_kept_can_be_deleted_and_not_kept_again(signed_in: Client, company: Company) -> None:
    person(company, status=CandidateStatus.DISMISSED, cards=1)

    text = words(signed_in.get(LIST, {"tab": "kept"}))

    assert "残した社員です。" in text
    assert "選んだ社員の削除に進む" in text
    assert " 削除しない " not in text


@pytest.mark.parametrize(
    ("tab", "detail", "told"),
    [
        (
            "people",
            {"people": {"count": 12, "limit": 10}},
            "一度に12名が削除されるところでした。上限の10名を超えるため、削除を止めました。",
        ),
        (
            "groups",
            {"groups": {"count": 12}},
            "一度に12件のグループが削除されるところでした。上限を超えるため、削除を止めました。",
        ),
    ],
)
def test_the_brake_explains_itself(
    signed_in: Client, company: Company, tab: str, detail: dict[str, Any], told: str
) -> None:
    kind = RunKind.EMPLOYEES if tab == "people" else RunKind.DEPARTMENTS
    person(company)
    GroupCandidateFactory(company=company)
    RunFactory(company=company, kind=kind, status=RunStatus.NEEDS_CONFIRMATION, error_detail=detail)
    RunFactory(company=company, kind=RunKind.DELETIONS)
    other = "groups" if tab == "people" else "people"

    assert told in words(signed_in.get(LIST, {"tab": tab}))
    assert "上限は、" in words(signed_in.get(LIST, {"tab": tab}))
    assert "削除を止めました" not in words(signed_in.get(LIST, {"tab": other}))
    RunFactory(company=company, kind=kind)  # a later one did not stop
    assert "削除を止めました" not in words(signed_in.get(LIST, {"tab": tab}))


def test_while_a_run_deletes_them_they_cannot_be_chosen(
    signed_in: Client, company: Company
) -> None:
    run = ActiveRunFactory(
        company=company,
        kind=RunKind.DELETIONS,
        phase=Phase.LOOKUPS,
        phase_done=10,
        phase_total=12,
    )
    going, waiting = person(company, approval=run), person(company)

    response = signed_in.get(LIST)

    text = text_of(response)
    assert "承認した削除" in text
    assert "10 / 12件" in text
    assert f'hx-get="/settings/smarthr/runs/{run.pk}/progress/?summary=refresh"' in text
    assert text.count("削除しています…") == 1
    assert "要確認 1名" in text  # of two, as the banner counts
    assert f'value="{going.pk}"' not in text
    assert f'value="{waiting.pk}"' in text
    run.status, run.finished_at = RunStatus.SUCCEEDED, timezone.now()
    run.save()
    poll = f"/settings/smarthr/runs/{run.pk}/progress/?summary=refresh"
    assert signed_in.get(poll)["HX-Refresh"] == "true"
    assert f'value="{going.pk}"' in text_of(signed_in.get(LIST))


@pytest.mark.parametrize("tab", ["people", "groups", "kept", "kept-groups"])
def test_one_row_and_thirty_take_the_same_number_of_queries(
    signed_in: Client, company: Company, tab: str
) -> None:
    def queries(rows: int) -> int:
        for _ in range(rows):
            for status in CandidateStatus:
                row = person(company, cards=2, status=status)
                group = GroupCandidateFactory(company=company, status=status).group
                Employee.objects.for_company(company).filter(pk=row.employee_id).update(group=group)
        with CaptureQueriesContext(connection) as asked:
            signed_in.get(LIST, {"tab": tab})
        return len(asked)

    assert queries(1) == queries(29) <= 15


def test_fifty_a_page_and_all_can_be_chosen_at_once(signed_in: Client, company: Company) -> None:
    for _ in range(51):
        person(company, cards=1)

    page = text_of(signed_in.get(LIST, {"page": "2"}))
    asked = signed_in.get(APPROVE, {"tab": "people", "all": "1", "page": "2"})

    assert "51-51 / 51名" in page
    assert "この一覧の51名すべてを選ぶ" in page
    assert 'name="page" value="2"' in page
    assert "SmartHRにいない社員51名と名刺51件を削除しますか？" in text_of(asked)
    assert "ほか41名" in text_of(asked)
    assert asked.context["back"] == f"{LIST}?tab=people&page=2"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (RunKind.PREVIEW, "すでに確認を実行中です。"),
        (RunKind.FIRST_IMPORT, "すでに確認を実行中です。"),
        (RunKind.DELETIONS, "ほかの削除を実行中です。"),
    ],
)
def test_T6_what_goes_on_is_called_by_its_name(
    signed_in: Client, company: Company, kind: RunKind, said: str
) -> None:
    waiting = person(company)
    ActiveRunFactory(company=company, kind=kind)

    assert said in words(signed_in.get(APPROVE, chosen("people", waiting.pk)))
