"""Pages of people, groups, cards, 一括処理, 監査ログ and the operator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from bulk.choices import JobKind, JobStatus, Subject, Verdict
from bulk.models import Job, PreviewRow
from companies.models import Company
from employees.models import Employee
from employees.reset_keys import reset_key
from employees.services.records import change_employee
from employees.wanted import Wanted
from integrations.models import DeletionCandidate
from tests.cards.archives import archive_of
from tests.cards.people import ACTOR, card_of
from tests.employees.accounts.steps import new_person, once_issued
from tests.factories import (
    AdministratorFactory,
    ApproverFactory,
    BusinessCardFactory,
    CompanyFactory,
    EmployeeFactory,
    GroupFactory,
    IntegrationFactory,
    LinkedEmployeeFactory,
    LinkedGroupFactory,
    PersonCandidateFactory,
)

LONG = "独立行政法人日本国際産業技術総合企画開発推進機構西日本統括本部第一営業企画推進部門"
Pages = dict[str, list[str]]


def pages_of_people(administrator: Employee) -> Pages:
    company = administrator.company
    top = LinkedGroupFactory(company=company, name=LONG)
    below = LinkedGroupFactory(company=company, name="福岡エリア", parent=top)
    hand_made = GroupFactory(company=company, name="臨時チーム", parent=below)
    ApproverFactory(company=company, group=below, last_name="田中", first_name="一郎")
    person = EmployeeFactory(company=company, group=hand_made, last_name="佐藤", is_active=False)
    linked = LinkedEmployeeFactory(
        company=company, group=below, last_name="髙﨑" * 8, email="t@example.com"
    )
    left = _whom_nobody_asks_about_any_more(company)
    new_person(company)
    once_issued(company, days_left=-1)
    why, unlink = (reverse(f"employee-{name}", args=[linked.pk]) for name in ("why", "unlink"))
    return {
        "employee-list": ["/employees/", "/employees/?q=zzz", "/employees/?sort=-group"],
        "employee-add": ["/employees/add/"],
        "employee-edit": [
            reverse("employee-edit", args=[one.pk]) for one in (person, linked, left, administrator)
        ],
        "employee-stop": [reverse("employee-stop", args=[linked.pk])],
        "employee-delete": [reverse("employee-delete", args=[person.pk])],
        "employee-why": [why, reverse("employee-why", args=[left.pk])],
        "employee-unlink": [unlink, reverse("employee-unlink", args=[left.pk])],
        "employee-password-issue": [
            reverse("employee-password-issue", args=[one.pk]) for one in (linked, administrator)
        ],
        "initial-passwords": [
            "/employees/initial-passwords/",
            "/employees/initial-passwords/?tab=people&below=on",
        ],
        "initial-passwords-issue": ["/employees/initial-passwords/issue/"],
        "password-forgot": ["/password/forgot/", "/password/forgot/?asked"],
        "password-reset": _resets(linked),
        "group-list": ["/groups/", "/groups/?q=福岡", "/groups/?q=zzz"],
        "group-detail": [reverse("group-detail", args=[one.pk]) for one in (below, hand_made)],
        "group-why": [reverse("group-why", args=[below.pk])],
        "group-add": ["/groups/add/", f"/groups/add/?parent={below.pk}"],
        "group-rename": [reverse("group-rename", args=[hand_made.pk])],
        "group-move": [
            f"{reverse('group-move', args=[hand_made.pk])}{more}" for more in ("", "?parent=0")
        ],
        "group-delete": [reverse("group-delete", args=[hand_made.pk])],
        **_cards(administrator, linked),
        **_archives(company),
        **_bulk(administrator),
        "audit-log": ["/settings/audit/", "/settings/audit/?since=2026-01-02&until=2026-01-01"],
        "company-settings": ["/settings/company/"],
        "smarthr-unlink": ["/settings/smarthr/unlink/"],
    }


def pages_of_an_applicant(applicant: Employee) -> Pages:
    """Who sees nothing but what is their own."""
    card = BusinessCardFactory(employee=applicant, title="課長", department_name="営業一部")
    return {
        "home": ["/"],
        "card-list": ["/cards/"],
        "card-add": ["/cards/add/"],
        "card-edit": [reverse("card-edit", args=[card.pk])],
        "card-delete": [reverse("card-delete", args=[card.pk])],
        "403": ["/employees/"],
    }


def pages_of_the_operator(customer: Company) -> Pages:
    """For 管理者 of the operator's company."""
    due = CompanyFactory(
        name="契約の終わった会社", contract_ended_on=timezone.localdate() - timedelta(days=40)
    )
    IntegrationFactory(company=due, subdomain="", token_ciphertext="")
    AdministratorFactory(company=due)
    here = reverse("operator-company", args=[customer.pk])
    return {
        "operator-companies": ["/operator/", "/operator/?standing=attention", "/operator/?q=zzz"],
        "operator-company-add": ["/operator/companies/add/"],
        "operator-company": [here, reverse("operator-company", args=[due.pk])],
        "operator-plan": [f"{here}plan/{act}/" for act in ("start", "pause", "off")],
        "operator-contract-end": [f"{here}contract/", f"{here}contract/?take_back=1"],
        "operator-appoint": [f"{here}appoint/"],
        "operator-erase": [f"{here}erase/", reverse("operator-erase", args=[due.pk])],
        "operator-erasures": ["/operator/erasures/"],
    }


def _whom_nobody_asks_about_any_more(company: Company) -> Employee:
    candidate = PersonCandidateFactory(company=company)
    DeletionCandidate.objects.for_company(company).filter(pk=candidate.pk).update(
        status="dismissed"
    )
    assert candidate.employee is not None
    return candidate.employee


def _resets(person: Employee) -> list[str]:
    address = reverse("password-reset", args=[person.login_key])
    return [address, f"{address}?key={reset_key(person)}"]


def _cards(administrator: Employee, linked: Employee) -> Pages:
    company = administrator.company
    whose = EmployeeFactory(company=company, last_name="佐藤", email="s@example.com")
    flagged = card_of(whose, title="部長")
    change_employee(employee=whose, wanted=Wanted(last_name="鈴木"), actor=ACTOR)
    queries = ("", "?changed=1", "?q=zzz", f"?employee={whose.pk}")
    return {
        "card-list": [f"/cards/{query}" for query in queries],
        "card-add": ["/cards/add/", f"/cards/add/?employee={linked.pk}"],
        "card-edit": [reverse("card-edit", args=[flagged.pk])],
        "card-delete": [reverse("card-delete", args=[flagged.pk])],
        "card-follow": [reverse("card-follow", args=[flagged.pk])],
    }


def _archives(company: Company) -> Pages:
    archive = archive_of(EmployeeFactory(company=company, last_name="髙橋"), "部長", "顧問")
    pages = ("detail", "restore", "erase")
    return {
        "archive-list": ["/settings/archive/", "/settings/archive/?q=zzz"],
        **{f"archive-{page}": [reverse(f"archive-{page}", args=[archive.pk])] for page in pages},
    }


def _bulk(administrator: Employee) -> Pages:
    ready = _job(administrator, JobKind.IMPORT, JobStatus.READY, new=1, changed=1, errors=1)
    running = _job(administrator, JobKind.EXPORT, JobStatus.RUNNING, done=600, total=1204)
    failed = _job(administrator, JobKind.IMPORT, JobStatus.FAILED, error="ファイルを開けません。")
    done = _job(administrator, JobKind.EXPORT, JobStatus.DONE, done=3, total=3)
    rows: dict[Verdict, dict[str, Any]] = {
        Verdict.NEW: {"changes": [["社員ID", "", "00028"], ["姓", "", "佐藤"]]},
        Verdict.CHANGED: {
            "changes": [["グループ", "本社", "営業部"]],
            "is_linked": True,
            "notes": ["姓名はSmartHRの値のままです。"],
        },
        Verdict.ERROR: {"errors": [["A4", "a b", "社員IDに使えない文字が含まれています。"]]},
    }
    for number, (verdict, values) in enumerate(rows.items(), start=2):
        PreviewRow.objects.create(
            company=ready.company,
            job=ready,
            number=number,
            verdict=verdict,
            label="佐藤 花子（00027）",
            **values,
        )
    return {
        "bulk": ["/bulk/"],
        "bulk-import": [reverse("bulk-import", args=[job.pk]) for job in (ready, failed)],
        "bulk-export-job": [reverse("bulk-export-job", args=[job.pk]) for job in (running, done)],
    }


def _job(person: Employee, kind: JobKind, status: JobStatus, **values: object) -> Job:
    now = timezone.now()
    job: Job = Job.objects.create(
        company=person.company,
        kind=kind,
        subject=Subject.EMPLOYEES,
        status=status,
        file_name="社員.xlsx",
        started_by=person,
        started_by_label=person.label,
        heartbeat_at=now,
        expires_at=now + timedelta(days=1),
        **values,
    )
    return job
