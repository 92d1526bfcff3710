"""B2: exporting and importing the file unchanged changes nothing, whatever the names are."""

from __future__ import annotations

import uuid
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulk.choices import Subject
from bulk.services.export import write_export
from bulk.services.foreground import Outcome, import_at_once
from cards.models import PRINTED_FIELDS, BusinessCard
from companies.audit import command
from companies.models import AuditEntry, Company
from employees.models import Employee
from groups.models import Group
from tests.bulk.workbooks import saved
from tests.factories import AdministratorFactory, default_group_of

ODD = [
    *(
        "=1+1",
        "+81",
        "-1",
        "@SUM(A1)",
        " 前",
        "後\u3000",
        "二\n行",
        "\r\n",
        "\t",
        "𠮷😀",
        "_x000D_",
    ),
    *("_x0041_x0042_", "a/b", "/", "\\", "\\/", "/a", "00027", "1e3", "TRUE", "<b>&", "長" * 255),
    *("\x01", "\x1f", "\u2028", "\ufffe", "'", '"', "グループ1", "👨‍👩‍👧", "髙﨑"),
]
names = st.sampled_from(ODD) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=8
)


class RolledBack(Exception):
    pass


def exported(company: Company, subject: Subject) -> bytes:
    file = BytesIO()
    write_export(company=company, subject=subject, file=file)
    return file.getvalue()


def imported(company: Company, subject: Subject, content: bytes) -> Outcome:
    return import_at_once(
        company=company,
        subject=subject,
        file=BytesIO(content),
        actor=command("test"),
        is_dry_run=False,
        creates_groups=True,
    )


def everything(company: Company) -> list[Any]:
    models: tuple[Any, ...] = (Group, Employee, BusinessCard)
    return [list(model.objects.for_company(company).order_by("pk").values()) for model in models]


def fill(company: Company, data: st.DataObject) -> None:
    groups = [default_group_of(company)]
    for _ in range(data.draw(st.integers(0, 6))):
        parents: list[Group | None] = [None, *groups[1:]]
        parent = data.draw(st.sampled_from(parents))
        is_linked = data.draw(st.booleans())
        groups.append(
            Group.objects.create(
                company=company,
                name=data.draw(names),
                parent=parent,
                smarthr_id=uuid.uuid4() if is_linked else None,
            )
        )
    for number in range(data.draw(st.integers(0, 4))):
        person = Employee.objects.create(
            company=company,
            employee_id=f"0{number:03}",
            last_name=data.draw(names),
            first_name=data.draw(names | st.just("")),
            email=data.draw(st.sampled_from(["", "a..b@example.ne.jp"])),
            group=data.draw(st.sampled_from(groups)),
            smarthr_id=uuid.uuid4() if data.draw(st.booleans()) else None,
        )
        for _ in range(data.draw(st.integers(0, 3))):
            field = data.draw(st.sampled_from(["title", "address", "company_name"]))
            BusinessCard.objects.create(
                company=company, employee=person, **{field: data.draw(names)}
            )


def reopened(content: bytes) -> bytes:
    """As another program would save it."""
    return saved(openpyxl.load_workbook(BytesIO(content)))


def check_that_nothing_changes(company: Company, subject: Subject) -> None:
    before, log = everything(company), AuditEntry.objects.for_company(company).count()
    content = exported(company, subject)
    is_empty = subject is Subject.CARDS and not before[2]

    for again in (content, reopened(content)):
        outcome = imported(company, subject, again)

        assert outcome.errors == [] or is_empty
        assert (outcome.counts.new, outcome.counts.changed) == (0, 0)
    assert everything(company) == before
    # That there was an import is told, and nothing else.
    told = AuditEntry.objects.for_company(company).order_by("pk")
    assert set(told.values_list("action", flat=True)[log:]) <= {"imported"}


def filled_and_rolled_back(company: Company, subject: Subject, data: st.DataObject) -> None:
    with transaction.atomic():
        fill(company, data)
        check_that_nothing_changes(company, subject)
        raise RolledBack


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("subject", list(Subject))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_B2_an_unchanged_file_changes_nothing(
    administrator: Employee, subject: Subject, data: st.DataObject
) -> None:
    with pytest.raises(RolledBack):
        filled_and_rolled_back(administrator.company, subject, data)


@pytest.mark.parametrize("value", ODD)
def test_B2_each_odd_name_comes_back(administrator: Employee, value: str) -> None:
    company = administrator.company
    group = Group.objects.create(company=company, name=value)
    Group.objects.create(company=company, name=value, smarthr_id=uuid.uuid4())
    child = Group.objects.create(company=company, name=value, parent=group)
    for place, member_of in enumerate((group, child)):
        Employee.objects.create(
            company=company,
            employee_id=f"odd-{place}",
            last_name=value,
            first_name=value,
            group=member_of,
        )
    person = AdministratorFactory(company=company, employee_id="b001")
    BusinessCard.objects.create(
        company=company,
        employee=person,
        **dict.fromkeys(PRINTED_FIELDS, value[:16]),
    )
    before = everything(company)

    for subject in Subject:
        outcome = imported(company, subject, exported(company, subject))
        assert (outcome.errors, outcome.counts.new, outcome.counts.changed) == ([], 0, 0)

    assert everything(company) == before
