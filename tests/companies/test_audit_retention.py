"""X6: the log is kept for two years."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings

from companies.audit import Event, command, write_audit
from companies.models import AuditAction, AuditEntry, Company
from companies.services import audit_purge
from companies.tasks import forget_deleted, purge_audit
from tests.factories import AdministratorFactory, CompanyFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, tzinfo=UTC)
ACTOR = command("test")


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def company(clock: Any) -> Company:
    return AdministratorFactory().company


def add(company: Company, *labels: str) -> None:
    events = [Event(AuditAction.UPDATED, "group", 1, label, {}) for label in labels]
    write_audit(company=company, actor=ACTOR, events=events)


def labels_of() -> list[str]:
    rows = AuditEntry.objects.across_companies().order_by("pk")
    return list(rows.values_list("object_label", flat=True))


def test_X6_what_was_written_two_years_ago_goes(company: Company, clock: Any) -> None:
    add(company, "old", "older")
    add(CompanyFactory(), "elsewhere")
    clock.shift(timedelta(days=1))
    add(company, "young")

    clock.move_to(NOW + timedelta(days=731))
    purge_audit()
    assert labels_of() == ["old", "older", "elsewhere", "young"]

    clock.shift(timedelta(seconds=1))
    purge_audit()

    assert labels_of() == ["young"]


def test_X6_thousands_of_old_lines_go_in_batches(company: Company, clock: Any) -> None:
    add(company, *["old"] * 2300)
    clock.shift(timedelta(days=800))
    add(company, "young")

    purge_audit()

    assert labels_of() == ["young"]


def test_X6_a_purge_that_is_killed_has_done_what_it_did(
    company: Company, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(company, *["old"] * 2300)
    clock.shift(timedelta(days=800))
    purge, calls = audit_purge._purge_batch, []

    def die_later(company_id: int) -> int:
        calls.append(company_id)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return purge(company_id)

    with monkeypatch.context() as patch:
        patch.setattr(audit_purge, "_purge_batch", die_later)
        with pytest.raises(KeyboardInterrupt):
            purge_audit()
    assert len(labels_of()) == 1300

    purge_audit()

    assert labels_of() == []


def test_X6_it_happens_every_day() -> None:
    tasks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert {purge_audit.name, forget_deleted.name, "integrations.purge_reports"} <= tasks
