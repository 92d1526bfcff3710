"""One-time passwords, shown once: they are nowhere else, and nobody can ask for them again."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from companies.requests import SignedInRequest
from employees.models import Employee
from employees.one_time import GOOD_FOR


def issued_page(
    request: SignedInRequest, *, passwords: Mapping[int, str], text: str
) -> HttpResponse:
    """The answer to the POST that made them, by primary key; no browser keeps it (no-store)."""
    people = Employee.objects.for_company(request.user.company).in_bulk(list(passwords))
    shown = sorted(people.values(), key=lambda person: (person.last_name, person.first_name))
    context = {
        "text": text,
        "rows": [(person, passwords[person.pk]) for person in shown],
        "until": timezone.now() + GOOD_FOR,
    }
    return render(request, "employees/issued.html", context)
