"""Nobody of a company that is being erased is let in any more, and no trace of a login stays."""

from __future__ import annotations

from itertools import chain

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction

from companies.models import Company
from companies.set_based import batches
from employees.models import Employee, FormerEmployeeId
from employees.services.guesses import forget_company
from operators.models import ErasureProof

SESSIONS = "sessions"
GUESSES = "guesses"


def lock_out(company: Company) -> None:
    """All of them, C6 or not: the company has no 管理者 from here on.

    Sessions and logins ask for `is_active` with every request.
    """
    people = Employee.objects.for_company(company)
    able = people.filter(is_active=True).order_by("pk").values_list("pk", flat=True)
    for batch in batches(list(able)):
        with transaction.atomic():
            # In the order in which everybody locks people.
            list(people.select_for_update().filter(pk__in=batch).order_by("pk").values("pk"))
            people.filter(pk__in=batch).update(is_active=False)


def end_sessions(proof: ErasureProof, company: Company) -> None:
    """Once, while it is known who the people are."""
    if SESSIONS in proof.counts:
        return
    keys = Employee.objects.for_company(company).values_list("pk", flat=True)
    people = {str(pk) for pk in keys}
    theirs = [
        session.pk
        for session in Session.objects.iterator(chunk_size=1000)
        if session.get_decoded().get(SESSION_KEY, "") in people
    ]
    for batch in batches(theirs):
        Session.objects.filter(pk__in=batch).delete()
    _note(proof, SESSIONS, len(theirs))


def forget_guesses(proof: ErasureProof, company: Company) -> None:
    """Once, while it is known who the people are."""
    if GUESSES in proof.counts:
        return
    people = Employee.objects.for_company(company).values_list("pk", "employee_id")
    former = FormerEmployeeId.objects.for_company(company).values_list("employee_id", "former_id")
    names = list(chain(people, former))
    forgotten = sum(forget_company(company, batch) for batch in batches(names))
    _note(proof, GUESSES, forgotten)


def _note(proof: ErasureProof, kind: str, number: int) -> None:
    with transaction.atomic():
        kept = ErasureProof.objects.select_for_update().get(pk=proof.pk)
        if kind not in kept.counts:  # else another was faster, and has counted the same
            kept.add(kind, number)
            kept.save(update_fields=["counts"])
    proof.counts = kept.counts
