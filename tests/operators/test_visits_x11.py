"""A support visit: begun with a reason, seen on every page, in the company's log (X11)."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from companies.models import ActorKind, AuditAction, Company
from employees.choices import Role
from employees.models import Employee
from employees.services.passwords import change_own_password
from integrations.models import SmartHRIntegration, SyncRun
from operators.middleware import REFUSAL, TIMED_OUT
from operators.models import ErasureProof
from operators.services import visits
from tests.factories import EmployeeFactory, IntegrationFactory, RunFactory
from tests.operators.steps import REASON, audit_of, days_ago, lines_of, path, text_of

BANNER = "サポート担当者として閲覧しています。変更はできません。"
LABEL = "サポート 支援 太郎（ops-01）"


def test_X11_the_staff_sees_the_companys_screens_as_its_administrator(
    visiting: Client, customer: Company, staff: Employee
) -> None:
    EmployeeFactory(company=customer, last_name="顧客", first_name="一郎")
    EmployeeFactory(company=staff.company, last_name="身内", first_name="二郎")

    pages = {p: text_of(visiting.get(p)) for p in ("/", "/employees/", "/settings/smarthr/")}

    assert "顧客 一郎" in pages["/employees/"]
    assert "身内 二郎" not in pages["/employees/"]
    for page in pages.values():
        assert page.count(BANNER) == 1
        assert "閲覧を終了" in page
        assert "アクメ株式会社" in page
        assert staff.company.name not in page.replace("継続の連絡先</dt><dd>名刺管理サポート", "")


def test_X11_home_shows_nothing_of_a_person(visiting: Client) -> None:
    page = text_of(visiting.get("/"))

    assert "自分の登録内容" not in page
    assert "ops-01" not in page.replace("（ops-01）", "")


def test_X11_missing_pages_say_it_too(visiting: Client) -> None:
    response = visiting.get("/no/such/page/")

    assert response.status_code == 404
    assert BANNER in text_of(response)


def test_X11_the_log_of_the_company_says_who_looked_and_why(
    visiting: Client, customer: Company, staff: Employee
) -> None:
    visiting.post("/operator/visit/end/")

    assert lines_of(customer) == [
        (ActorKind.SUPPORT, LABEL, visits.BEGUN, REASON),
        (ActorKind.SUPPORT, LABEL, visits.ENDED, ""),
    ]
    assert {entry.action for entry in audit_of(customer)} == {AuditAction.VISITED}
    assert {entry.actor_id for entry in audit_of(customer)} == {staff.pk}
    assert audit_of(staff.company) == []


def test_X11_after_the_end_the_staff_is_at_home_again(
    visiting: Client, customer: Company, staff: Employee
) -> None:
    answer = visiting.post("/operator/visit/end/")

    assert answer["Location"] == path(customer)
    home = text_of(visiting.get("/"))
    assert BANNER not in home
    assert staff.company.name in home


def test_X11_an_end_too_many_only_leads_back(desk: Client) -> None:
    assert desk.post("/operator/visit/end/")["Location"] == "/operator/"


@pytest.mark.parametrize(
    "reason", ["", "   ", "短い", " " * 20 + "短い", "あ" * 501, "理由" * 9 + "\x00"]
)
def test_X11_without_a_reason_there_is_no_visit(
    desk: Client, customer: Company, reason: str
) -> None:
    answer = desk.post(path(customer, "visit/"), {"reason": reason})

    assert answer.status_code == 422
    assert BANNER not in text_of(desk.get("/"))
    assert audit_of(customer) == []


def test_X11_a_visit_ends_after_an_hour(
    visiting: Client, customer: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.time() + visits.LASTS.total_seconds() + 1
    monkeypatch.setattr("operators.services.visits.time.time", lambda: later)

    answer = visiting.get("/employees/", follow=True)

    assert answer.redirect_chain == [("/operator/", 302)]
    assert TIMED_OUT in text_of(answer)
    assert audit_of(customer)[-1].object_label == visits.TIMED_OUT
    assert visiting.get("/employees/").status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_X11_what_is_asked_after_the_hour_does_not_reach_the_own_company(
    visiting: Client, staff: Employee, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    later = time.time() + visits.LASTS.total_seconds() + 1
    monkeypatch.setattr("operators.services.visits.time.time", lambda: later)

    answer = getattr(visiting, method)("/settings/smarthr/preview/", headers={"HX-Request": "true"})

    assert answer["HX-Redirect"] == "/operator/"
    assert not SyncRun.objects.for_company(staff.company).exists()


def suspend(staff: Employee) -> None:
    Employee.objects.across_companies().filter(pk=staff.pk).update(is_active=False)


def demote(staff: Employee) -> None:
    Employee.objects.across_companies().filter(pk=staff.pk).update(role=Role.APPROVER)


def change_password(staff: Employee) -> None:
    change_own_password(employee=staff, new_password="an entirely new one")


@pytest.mark.parametrize("change", [suspend, demote, change_password])
def test_X11_whoever_loses_the_session_loses_the_visit(
    visiting: Client, staff: Employee, change: Any
) -> None:
    change(staff)

    assert visiting.get("/employees/")["Location"] == "/login/?next=/employees/"


def test_X11_the_staff_of_a_company_that_is_no_longer_the_operators_is_at_home(
    visiting: Client, staff: Employee, customer: Company
) -> None:
    Company.objects.filter(pk=staff.company_id).update(is_operator=False)

    page = text_of(visiting.get("/employees/"))

    assert BANNER not in page
    assert customer.name not in page


def test_X11_a_company_that_is_being_erased_is_not_visited(desk: Client, customer: Company) -> None:
    ErasureProof.objects.create(
        company_code="acme", company_pk=customer.pk, contract_ended_on=days_ago(40), asked_by="x"
    )

    answer = desk.post(path(customer, "visit/"), {"reason": REASON})

    assert answer.status_code == 404


def test_X11_an_erasure_ends_the_visit(visiting: Client, customer: Company) -> None:
    ErasureProof.objects.create(
        company_code="acme", company_pk=customer.pk, contract_ended_on=days_ago(40), asked_by="x"
    )

    assert BANNER not in text_of(visiting.get("/"))


def test_X11_whoever_has_to_change_the_password_does_that_first(
    visiting: Client, staff: Employee
) -> None:
    Employee.objects.across_companies().filter(pk=staff.pk).update(must_change_password=True)

    assert visiting.get("/employees/")["Location"] == "/password/"


def test_X11_a_logout_ends_the_visit_and_is_the_staffs(
    visiting: Client, customer: Company, staff: Employee
) -> None:
    visiting.post("/logout/")

    assert audit_of(customer)[-1].object_label == visits.ENDED
    assert [entry.action for entry in audit_of(staff.company)] == [AuditAction.SIGNED_OUT]
    assert visiting.get("/")["Location"] == "/login/?next=/"


def test_X11_the_connection_is_tested(visiting: Client, customer: Company) -> None:
    IntegrationFactory(company=customer)
    SmartHRIntegration.objects.for_company(customer).update(
        subdomain="acme", token_ciphertext="unreadable"
    )

    assert visiting.post("/settings/smarthr/check/").status_code == 302
    kept = SmartHRIntegration.objects.for_company(customer).get()
    assert kept.checked_at is not None


def test_X11_a_preview_is_nobodys_of_the_company(visiting: Client, customer: Company) -> None:
    SmartHRIntegration.objects.for_company(customer).update(
        subdomain="acme", token_ciphertext="unreadable"
    )

    answer = visiting.post("/settings/smarthr/preview/")

    run = SyncRun.objects.for_company(customer).get()
    assert answer["Location"] == f"/settings/smarthr/runs/{run.pk}/"
    assert (run.kind, run.started_by, run.started_by_label) == ("preview", None, LABEL)
    entry = audit_of(customer)[-1]
    assert (entry.action, entry.actor_kind) == (AuditAction.STARTED, ActorKind.SUPPORT)


def test_X11_a_part_of_a_page_says_why_nothing_happened(visiting: Client) -> None:
    answer = visiting.post("/settings/smarthr/save/slot/", headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Refresh"], answer.content) == (403, "true", b"")
    assert REFUSAL in text_of(visiting.get("/settings/smarthr/"))


def test_X11_a_refused_page_says_why(visiting: Client) -> None:
    page = text_of(visiting.post("/settings/smarthr/sync/employees/"))

    assert f"{BANNER}ダウンロードと" in page


def test_X11_a_download_that_nobody_marked_is_held_back(
    visiting: Client, customer: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = RunFactory(company=customer)
    from integrations.views import runs

    def leak(*args: Any, **kwargs: Any) -> HttpResponse:
        headers = {"Content-Disposition": 'attachment; filename="all.csv"'}
        return HttpResponse("山田 花子", headers=headers)

    monkeypatch.setattr(runs, "render", leak)

    answer = visiting.get(f"/settings/smarthr/runs/{run.pk}/")

    assert answer.status_code == 403
    assert "Content-Disposition" not in answer
    assert "山田 花子" not in text_of(answer)
