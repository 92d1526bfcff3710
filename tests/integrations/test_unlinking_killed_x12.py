"""A process that is killed in the middle of 連携の解除 leaves the rest to another (X12)."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Final

import pytest
from django.utils import timezone

from companies.models import AuditAction, AuditEntry
from employees.models import Employee
from integrations import tasks
from integrations.models import CrewTombstone, SmartHRIntegration
from integrations.services.unlinking import Links, due_unlinkings, links_of
from tests.factories import IntegrationFactory, LinkedEmployeeFactory, LinkedGroupFactory
from tests.project_tree import ROOT
from tests.workers import child_environment

PEOPLE: Final = 400
SECONDS: Final = 60
# One at a time, so that there is a middle.
SCRIPT: Final = """
import sys, django
django.setup()
from integrations.services import unlinking
unlinking.CHUNK = 1
unlinking.unlink_slice(int(sys.argv[1]), should_pause=lambda: False)
"""


@pytest.mark.django_db(transaction=True)
def test_X12_killed_with_kill_9_and_finished_by_a_worker() -> None:
    integration = IntegrationFactory(
        subdomain="", token_ciphertext="", unlinking_since=timezone.now(), unlinking_by_label="x"
    )
    company = integration.company
    LinkedEmployeeFactory.create_batch(PEOPLE, company=company)
    LinkedGroupFactory(company=company)
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(company.pk)], cwd=ROOT, env=child_environment()
    )
    deadline = time.monotonic() + SECONDS
    while links_of(company).people > PEOPLE - 5:
        assert process.poll() is None
        assert time.monotonic() < deadline
    process.kill()
    process.wait()
    left = links_of(company).people
    assert 0 < left < PEOPLE

    assert due_unlinkings() == [company.pk]
    tasks.unlink_company(company.pk)

    assert links_of(company) == Links(0, 0)
    entries = AuditEntry.objects.for_company(company).filter(action=AuditAction.UNLINKED)
    assert entries.filter(object_type="employee").count() == PEOPLE
    assert CrewTombstone.objects.for_company(company).count() == PEOPLE
    assert Employee.objects.for_company(company).count() == PEOPLE
    row = SmartHRIntegration.objects.for_company(company).get()
    assert row.unlinking_since is None
