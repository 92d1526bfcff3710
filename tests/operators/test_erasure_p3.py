"""Erasing a company: when, what, how far, and what is left of it (P3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.test import Client

from companies.audit import Event, write_audit
from companies.models import AuditAction, Company
from companies.refusals import Refused
from employees.models import Employee, LoginGuard
from integrations.choices import RunStatus
from integrations.models import SmartHRIntegration, SyncRun
from operators.models import ErasureProof, WebhookAtSmartHR
from operators.proofs import proof_lines
from operators.services import erasure
from operators.services.erasure import begin_erasure, carry_on, erase_company, unfinished
from operators.services.erasure_targets import targets
from operators.tasks import erase, resume_erasures
from tests.employees.test_logins_at_once import at_once
from tests.factories import PASSWORD, ActiveRunFactory, AdministratorFactory, CompanyFactory
from tests.operators.erasures import (
    NAME,
    files_of,
    full_company,
    mark_of,
    proof_of,
    rows_left,
)
from tests.operators.steps import SUPPORT, days_ago, end_contract, path, text_of

pytestmark = pytest.mark.django_db
# Of these full_company() has no row.
WITHOUT_ROWS: set[str] = set()


def erased(company: Company) -> ErasureProof:
    return erase_company(company=company, confirmation=company.code, asked_by="支援 太郎")


# --- when ---


def set_end(days: int | None) -> Callable[[Company], None]:
    def change(company: Company) -> None:
        if days is not None:
            end_contract(company, days)

    return change


def make_operators(company: Company) -> None:
    end_contract(company, 40)
    Company.objects.filter(pk=company.pk).update(is_operator=True)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (set_end(None), "契約終了日がないため、消去できません。"),
        (set_end(0), "30日が過ぎていないため、消去できません。"),
        (set_end(29), "30日が過ぎていないため、消去できません。"),
        (make_operators, "運営会社は消去できません。"),
    ],
)
def test_P3_not_before_its_time(
    customer: Company, change: Callable[[Company], None], text: str
) -> None:
    change(customer)

    with pytest.raises(Refused, match=text):
        erased(customer)

    assert Company.objects.filter(pk=customer.pk).exists()
    assert not ErasureProof.objects.exists()


def test_P3_after_thirty_days(customer: Company) -> None:
    end_contract(customer, 30)

    assert erased(customer).is_done


@pytest.mark.parametrize("typed", ["", "ACME", "acme2", "support"])
def test_P3_the_code_has_to_be_typed(desk: Client, customer: Company, typed: str) -> None:
    end_contract(customer, 31)

    answer = desk.post(path(customer, "erase/"), {"confirmation": typed})

    assert answer.status_code == 422
    assert not ErasureProof.objects.exists()


def test_P3_a_page_that_comes_too_early_has_no_button(desk: Client, customer: Company) -> None:
    end_contract(customer, 3)

    page = text_of(desk.get(path(customer, "erase/")))

    assert "まだ消去できません。" in page
    assert "会社を消去</button>" not in page
    assert desk.post(path(customer, "erase/"), {"confirmation": "acme"}).status_code == 422


# --- what ---


def test_P3_everything_goes_and_nothing_of_others() -> None:
    company, other = full_company(), full_company(ended=40)
    files, kept, others_mark = files_of(company), files_of(other), mark_of(other)
    before = rows_left(company)
    assert len(files) == len(kept) == 3
    # Whoever adds a model adds a row of it to full_company(), or says above why there is none.
    assert set(before) | WITHOUT_ROWS == {target.label for target in targets()}

    proof = erased(company)

    assert rows_left(company) == {}
    assert not Company.objects.filter(pk=company.pk).exists()
    assert not any(default_storage.exists(name) for name in files)
    assert all(default_storage.exists(name) for name in kept)
    assert mark_of(other) == others_mark
    assert {label: proof.counts[label] for label in before} == before
    assert proof.counts["files"] == len(files)


def test_P3_the_proof_names_nobody_of_the_company(desk: Client) -> None:
    company = full_company()
    people = list(Employee.objects.for_company(company).values_list("employee_id", flat=True))

    erased(company)

    proof = proof_of(company)
    told = json.dumps([proof.counts, proof.asked_by, proof.company_code, proof.webhook])
    page = text_of(desk.get("/operator/erasures/"))
    for secret in (NAME, company.name, *people, "told@example.net"):
        assert secret not in page
        assert secret not in told
    assert (proof.company_code, proof.asked_by) == (company.code, "支援 太郎")
    assert proof.contract_ended_on == days_ago(31)
    assert company.code in page
    assert f"社員 {len(people)}名" in page


def test_P3_sessions_and_counted_logins_go(client: Client) -> None:
    company, other = full_company(), CompanyFactory(code="other")
    person = AdministratorFactory(company=company, employee_id="boss")
    stranger = AdministratorFactory(company=other, employee_id="boss")
    theirs, strangers = Client(), Client()
    theirs.force_login(person)
    strangers.force_login(stranger)
    for code in (company.code, "other"):
        form = {"company_code": code, "employee_id": "boss", "password": "wrong"}
        client.post("/login/", form)
    guards = LoginGuard.objects.count()

    proof = erased(company)

    assert theirs.get("/")["Location"] == "/login/?next=/"
    assert strangers.get("/").status_code == 200
    assert proof.counts["sessions"] == 1
    assert proof.counts["guesses"] == 2  # the account and the person
    assert LoginGuard.objects.count() == guards - 2


def test_P3_nobody_is_let_in_while_it_goes_on(client: Client) -> None:
    company = full_company()
    AdministratorFactory(company=company, employee_id="boss")
    proof = begin_erasure(company=company, confirmation=company.code, asked_by="x")

    assert carry_on(proof.pk, should_pause=lambda: True) is False

    form = {"company_code": company.code, "employee_id": "boss", "password": PASSWORD}
    assert client.post("/login/", form).status_code == 422
    assert Company.objects.filter(pk=company.pk).exists()


def test_P3_a_sync_that_goes_on_loses_its_lease(customer: Company) -> None:
    run = ActiveRunFactory(company=end_contract(customer, 31))

    begin_erasure(company=customer, confirmation="acme", asked_by="x")

    found = SyncRun.objects.for_company(customer).get(pk=run.pk)
    assert (found.status, found.lease) == (RunStatus.CANCELLED, None)
    assert SmartHRIntegration.objects.for_company(customer).get().plan_stopped_at is not None


def test_P3_a_company_that_is_being_erased_is_off_the_list(desk: Client, customer: Company) -> None:
    end_contract(customer, 31)

    answer = desk.post(path(customer, "erase/"), {"confirmation": " acme "}, follow=True)

    assert "1社を消去しています。" in text_of(answer)
    assert desk.get(path(customer)).status_code == 404
    assert proof_of(customer).asked_by == "支援 太郎（ops-01）"


# --- how far ---


class Killed(BaseException):
    pass


def test_P3_an_erasure_that_was_killed_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    company, plain = full_company(), full_company()
    files = files_of(company)
    wanted = erased(plain).counts
    monkeypatch.setattr(erasure, "BATCH", 1)
    erase_batch, calls = erasure._erase_batch, iter(range(10_000))
    deaths = {0, 3, 9, 20}

    def mortal(*values: Any) -> bool:
        if next(calls) in deaths:
            raise Killed
        return erase_batch(*values)

    monkeypatch.setattr(erasure, "_erase_batch", mortal)
    proof = begin_erasure(company=company, confirmation=company.code, asked_by="x")

    for _ in deaths:
        with pytest.raises(Killed):
            carry_on(proof.pk)
    assert unfinished() == [proof.pk]
    assert carry_on(proof.pk) is True

    assert rows_left(company) == {}
    assert not any(default_storage.exists(name) for name in files)
    # Sessions and guesses are counted once; the numbers are those of an erasure in one go.
    assert proof_of(company).counts == wanted
    assert unfinished() == []


def test_P3_the_beat_takes_an_erasure_up_again(
    customer: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    end_contract(customer, 31)
    proof = begin_erasure(company=customer, confirmation="acme", asked_by="x")
    monkeypatch.setattr(erase, "delay", erase)

    resume_erasures()
    resume_erasures()

    assert proof_of(customer).is_done
    assert proof_of(customer).pk == proof.pk


def test_P3_whatever_comes_in_meanwhile_goes_too(
    customer: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    end_contract(customer, 31)
    erase_rows, late = erasure._erase_rows, iter([True, False])

    def with_a_late_line(*values: Any) -> bool:
        done = erase_rows(*values)
        if next(late):
            event = Event(AuditAction.SIGNED_IN, "employee", 1, NAME, {})
            write_audit(company=customer, actor=SUPPORT, events=[event])
        return done

    monkeypatch.setattr(erasure, "_erase_rows", with_a_late_line)

    assert erased(customer).is_done
    assert rows_left(customer) == {}


@pytest.mark.django_db(transaction=True)
def test_P3_two_workers_do_no_harm_to_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    company, plain = full_company(), full_company()
    wanted = erased(plain).counts
    monkeypatch.setattr(erasure, "BATCH", 1)
    proof = begin_erasure(company=company, confirmation=company.code, asked_by="x")

    def work(_: int) -> bool:
        try:
            return carry_on(proof.pk)
        finally:
            connection.close()

    # One that finds the others further on leaves it to them.
    assert any(at_once(work, 3))
    assert carry_on(proof.pk)
    assert rows_left(company) == {}
    assert proof_of(company).is_done
    assert proof_of(company).counts == wanted


def test_P3_it_is_begun_once(customer: Company) -> None:
    end_contract(customer, 31)

    first, second = (
        begin_erasure(company=customer, confirmation="acme", asked_by=name) for name in "ab"
    )

    assert first.pk == second.pk
    assert proof_of(customer).asked_by == "a"


# --- the command ---


def run(*arguments: str) -> tuple[int, dict[str, Any]]:
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("erase_company", *arguments, "--json", stdout=out)
    return int(end.value.code or 0), json.loads(out.getvalue())


def test_P3_the_command_erases_and_prints_the_proof(customer: Company) -> None:
    end_contract(customer, 31)

    code, data = run("--company", "acme", "--confirm", "acme")

    assert (code, data["status"], data["company"]) == (0, "succeeded", "acme")
    assert data["webhook"] == WebhookAtSmartHR.NONE
    assert data["counts"]["employees.Employee"] == 1
    assert not Company.objects.filter(code="acme").exists()


@pytest.mark.parametrize(
    ("days", "arguments"),
    [
        (31, ("--company", "acme", "--confirm", "acme2")),
        (31, ("--company", "nobody", "--confirm", "nobody")),
        (29, ("--company", "acme", "--confirm", "acme")),
    ],
)
def test_P3_the_command_refuses_what_the_screen_refuses(
    customer: Company, days: int, arguments: tuple[str, ...]
) -> None:
    end_contract(customer, days)

    code, data = run(*arguments)

    assert (code, data["status"]) == (2, "failed")
    assert Company.objects.filter(code="acme").exists()


def test_P3_a_proof_says_numbers_in_words() -> None:
    proof = ErasureProof(counts={"employees.Employee": 2, "groups.Group": 0, "x.Y": 3, "z.Z": 4})

    found = [(line.word, line.number, line.unit) for line in proof_lines(proof)]

    assert found == [("社員", 2, "名"), ("そのほかの記録", 7, "件")]
