"""Surveys of the account: when one is due, and whether what it found still holds (T7, X12)."""

from __future__ import annotations

from typing import Any

from companies.models import Company
from employees.models import Employee
from integrations.choices import RunKind, Trigger
from integrations.models import SmartHRIntegration, SyncRun
from integrations.services.connection import account_mark, integration_of
from integrations.services.runs import start_run
from integrations.sync.survey_rows import made_by_hand


def asks_first(company: Company) -> bool:
    """T7: whether a first import could double people who were made by hand."""
    linked = Employee.objects.for_company(company).linked()
    return not linked.exists() and bool(made_by_hand(company).exists())


def start_survey(
    *, company: Company, kind: RunKind, actor: Employee, asked_by: SyncRun | None = None
) -> tuple[SyncRun, bool]:
    """A run that proposes ties; `asked_by` is the sync that stopped at another account (T5).

    The new run, or the active one and False. Raises NotReady.
    """
    options: dict[str, Any] = {"account": account_mark(integration_of(company))}
    if asked_by is not None:
        options["asked_by"] = asked_by.pk
    return start_run(
        company=company, kind=kind, trigger=Trigger.SCREEN, actor=actor, options=options
    )


def is_of_this_account(run: SyncRun, integration: SmartHRIntegration) -> bool:
    """Whether subdomain and token are those of the survey: else its ids mean nothing here."""
    return bool(run.options.get("account") == account_mark(integration))
