"""What the tests of the screens of surveys and ties share."""

from __future__ import annotations

import re
import uuid
from typing import Any

from django.test import Client

from integrations.choices import RunKind, Subject
from integrations.models import SmartHRIntegration, SyncRun, Tie
from integrations.services.connection import account_mark
from tests.factories import (
    EmployeeFactory,
    LinkedEmployeeFactory,
    RunFactory,
)

FIRST, RELINK = RunKind.FIRST_IMPORT, RunKind.RELINK
COUNTS = {
    "crews": 1204,
    "retired": 120,
    "handmade": 12,
    "same_number": 3,
    "same_email": 5,
    "same_name": 2,
    "crowded": 0,
}
FOUND = {"crews": 9, "retired": 0, "proposed": 3, "ambiguous": 1, "unmatched": 2}


def survey(integration: SmartHRIntegration, kind: RunKind = FIRST, **counts: int) -> SyncRun:
    found = {**(COUNTS if kind == FIRST else FOUND), **counts}
    return RunFactory(
        company=integration.company,
        kind=kind,
        options={"account": account_mark(integration)},
        progress={"survey": found},
    )


def proposal(run: SyncRun, *matched: str, **values: Any) -> Tie:
    company = run.company
    if "group" not in values and "employee" not in values:
        values["employee"] = EmployeeFactory(company=company)
    record = values.get("employee") or values["group"]
    row: Tie = Tie.objects.create(
        company=company,
        run=run,
        subject=Subject.GROUP if "group" in values else Subject.EMPLOYEE,
        smarthr_id=uuid.uuid4(),
        previous_id=record.smarthr_id,
        matched=list(matched or ("emp_code", "name")),
        **{"label": "従業員 甲（00027）", **values},
    )
    return row


def relinked(run: SyncRun) -> Tie:
    person = LinkedEmployeeFactory(company=run.company)
    return proposal(run, "emp_code", employee=person)


def path(run: SyncRun, tail: str = "ties/") -> str:
    return f"/settings/smarthr/runs/{run.pk}/{tail}"


def text_of(response: Any) -> str:
    return re.sub(r"<[^>]+>", "", response.content.decode())


def press(signed_in: Client, run: SyncRun, *ties: Tie, **data: str) -> Any:
    """Like the form of the list; with `confirmed` like the page that asks."""
    keys = [str(row.pk) for row in ties]
    named = {"chosen": ",".join(keys)} if "confirmed" in data else {"ties": keys}
    sent = {"act": "tie", **(named if ties else {}), **data}
    return signed_in.post(path(run), sent, follow=True)


def answered(signed_in: Client, run: SyncRun, question: Any) -> Any:
    """Agrees to what a page asks, as its form does."""
    fields = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', question.content.decode())
    return signed_in.post(path(run), dict(fields), follow=True)
