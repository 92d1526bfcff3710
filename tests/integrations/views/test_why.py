"""The pages of 「なぜ？」, and the button 「この社員だけ同期」 (X9)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies.models import Company
from employees.models import Employee
from integrations.models import PersonSync, SmartHRIntegration
from tests.factories import (
    AdministratorFactory,
    ApproverFactory,
    EmployeeFactory,
    GroupFactory,
    LinkedEmployeeFactory,
    LinkedGroupFactory,
    RunFactory,
    RunRecordFactory,
)
from tests.integrations.views.screen import text

PAGES = ["/employees/{}/why/", "/employees/{}/unlink/"]


@pytest.fixture
def person(company: Company) -> Employee:
    """Whose 社員番号 「0」 breaks the rule."""
    return LinkedEmployeeFactory(
        company=company,
        employee_id="00027",
        last_name="佐藤",
        first_name="花子",
        source={"emp_code": "0", "last_name": "佐藤", "first_name": "花子"},
        source_read_at=timezone.now(),
    )


def finished(person: Employee, **values: Any) -> PersonSync:
    now = timezone.now()
    row: PersonSync = PersonSync.objects.create(
        company=person.company,
        employee=person,
        asked_at=now,
        asked_by_id=1,
        asked_by_label="山田 花子（a001）",
        **{"finished_at": now, "outcome": "unchanged", **values},
    )
    return row


def tag(name: str, record: Any) -> str:
    template = Template("{% load smarthr_person %}{% " + name + " record %}")
    request = RequestFactory().get("/employees/1/")
    return template.render(Context({"record": record, "request": request, "csrf_token": "x"}))


# --- who may ----------------------------------------------------------------------------------
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("factory", [EmployeeFactory, ApproverFactory])
def test_C3_others_are_refused(
    client: Client, person: Employee, path: str, factory: type[EmployeeFactory]
) -> None:
    client.force_login(factory(company=person.company))

    assert client.get(path.format(person.pk)).status_code == 403
    assert client.post(f"/employees/{person.pk}/sync/").status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_C1_another_companys_person_does_not_exist(
    client: Client, person: Employee, path: str
) -> None:
    client.force_login(AdministratorFactory())

    assert client.get(path.format(person.pk)).status_code == 404
    assert client.post(f"/employees/{person.pk}/sync/").status_code == 404
    assert client.post(f"/employees/{person.pk}/unlink/").status_code == 404


def test_X9_who_is_not_linked_has_no_page(signed_in: Client, administrator: Employee) -> None:
    assert signed_in.get(f"/employees/{administrator.pk}/why/").status_code == 404
    assert signed_in.post(f"/employees/{administrator.pk}/sync/").status_code == 404
    assert signed_in.get(f"/employees/{administrator.pk}/unlink/").status_code == 404


def test_X9_groups(signed_in: Client, client: Client, company: Company) -> None:
    linked = LinkedGroupFactory(company=company, source_read_at=timezone.now())
    others = [LinkedGroupFactory(), GroupFactory(company=company)]

    page = signed_in.get(f"/groups/{linked.pk}/why/")

    assert "SmartHRの部署名と同じです。" in text(page)
    assert [signed_in.get(f"/groups/{g.pk}/why/").status_code for g in others] == [404, 404]
    client.force_login(ApproverFactory(company=company))
    assert client.get(f"/groups/{linked.pk}/why/").status_code == 403


def test_X9_a_get_syncs_nobody(signed_in: Client, person: Employee) -> None:
    assert signed_in.get(f"/employees/{person.pk}/sync/").status_code == 405


# --- what it shows ----------------------------------------------------------------------------
def test_X9_the_page_explains(signed_in: Client, person: Employee) -> None:
    page = text(signed_in.get(f"/employees/{person.pk}/why/"))

    assert "確認する項目が1件あります。" in page
    assert "社員番号「0」は社員IDに使えないため、社員IDは「00027」のままです。" in page
    assert "SmartHRで社員番号を半角英数字3〜24文字" in page


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "SmartHRと同じ内容のため、変更はありません。"),
        (
            {"outcome": "updated", "changes": {"last_name": ["佐藤", "鈴木"]}},
            "SmartHRの内容を反映しました。",
        ),
        (
            {"error_code": "token_rejected"},
            "失敗しました。アクセストークンがSmartHRで認められませんでした。",
        ),
        (
            {"finished_at": None, "error_code": "rate_limited"},
            "SmartHRの回答を待っています。続きはバックグラウンドで行います。"
            "SmartHRへの問い合わせが上限に達したため、待っています。",
        ),
        (
            {"notes": [{"reason": "waits_for_word", "detail": {}}]},
            "SmartHRに確認しました。SmartHRで見つからないため、「削除の確認」に載せました。",
        ),
    ],
)
def test_X9_the_result_stands_on_the_page(
    signed_in: Client, person: Employee, values: dict[str, Any], said: str
) -> None:
    finished(person, **values)

    assert f"この社員だけ同期：{said}" in text(signed_in.get(f"/employees/{person.pk}/why/"))


def test_X9_nothing_is_said_twice(signed_in: Client, person: Employee) -> None:
    detail = {"value": "0", "employee_id": "00027", "new": False}
    finished(person, notes=[{"reason": "employee_id_invalid", "detail": detail}])

    page = text(signed_in.get(f"/employees/{person.pk}/why/"))

    assert "この社員だけ同期：SmartHRに確認しました。" in page
    assert page.count("社員番号「0」は社員IDに使えないため") == 1


def test_X9_what_is_under_way_looks_again_by_itself(signed_in: Client, person: Employee) -> None:
    finished(person, finished_at=None)
    waiting = signed_in.get(f"/employees/{person.pk}/why/").content.decode()
    PersonSync.objects.update(finished_at=timezone.now())
    done = signed_in.get(f"/employees/{person.pk}/why/").content.decode()

    assert ('hx-trigger="every 2s"' in waiting, 'hx-trigger="every 2s"' in done) == (True, False)


def test_X9_where_nothing_is_read_it_says_why(
    signed_in: Client, person: Employee, integration: SmartHRIntegration
) -> None:
    SmartHRIntegration.objects.for_company(integration.company).update(token_ciphertext="")

    page = signed_in.post(f"/employees/{person.pk}/sync/", follow=True)

    assert page.redirect_chain == [(f"/employees/{person.pk}/why/", 302)]
    assert "サブドメインまたはアクセストークンが設定されていません。" in text(page)


@pytest.mark.parametrize(
    ("wanted", "leads"),
    [
        ("/employees/?page=2", "/employees/?page=2"),
        ("https://elsewhere.example.com/", None),
        ("//elsewhere.example.com/", None),
        ("javascript:alert(1)", None),
        ("", None),
    ],
)
def test_X9_it_leads_back_to_a_page_of_ours(
    signed_in: Client, person: Employee, integration: SmartHRIntegration, wanted: str, leads: str
) -> None:
    SmartHRIntegration.objects.for_company(integration.company).update(token_ciphertext="")

    answer = signed_in.post(f"/employees/{person.pk}/sync/", {"next": wanted})

    assert answer.headers["Location"] == (leads or f"/employees/{person.pk}/why/")


# --- on the pages of others -------------------------------------------------------------------
def test_X9_the_tag_of_a_person(person: Employee) -> None:
    shown = tag("smarthr_person", person)

    assert "SmartHRの値（社員ID）" in shown
    assert f'href="/employees/{person.pk}/why/"' in shown
    assert f'action="/employees/{person.pk}/sync/"' in shown
    assert 'name="next" value="/employees/1/"' in shown


def test_X9_the_tags_show_nothing_of_who_is_not_linked(company: Company) -> None:
    assert tag("smarthr_person", EmployeeFactory(company=company)).strip() == ""
    assert tag("smarthr_group", GroupFactory(company=company)).strip() == ""


def test_X9_the_tag_of_a_group(company: Company) -> None:
    group = LinkedGroupFactory(company=company, source_read_at=timezone.now())

    shown = tag("smarthr_group", group)

    assert "SmartHRと同じ内容です。" in shown
    assert f'href="/groups/{group.pk}/why/"' in shown


def test_X9_the_page_takes_as_many_queries_whatever_there_is(
    signed_in: Client, person: Employee, company: Company
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as taken:
            signed_in.get(f"/employees/{person.pk}/why/")
        return len(taken)

    RunRecordFactory(run=RunFactory(company=company), smarthr_id=str(person.smarthr_id))
    LinkedGroupFactory(company=company)
    few = queries()
    for _ in range(30):
        RunRecordFactory(run=RunFactory(company=company), smarthr_id=str(person.smarthr_id))
        LinkedGroupFactory(company=company)

    assert queries() == few
