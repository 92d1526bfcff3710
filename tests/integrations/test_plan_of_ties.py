"""P2: ties are made only where the company has the integration; taking them back always works."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from unittest import mock

import pytest
from celery import current_app
from django.utils import timezone

from integrations.models import SmartHRIntegration
from integrations.services.connection import RefusedValue
from integrations.services.ties import tie, untie
from simulator.account import Account
from tests.integrations.conftest import Customer
from tests.integrations.ties import ACTOR, by_hand, crew_of, keys, survey


@pytest.fixture(autouse=True)
def queue() -> Iterator[mock.Mock]:
    """The tests themselves are the workers."""
    with mock.patch.object(current_app, "send_task") as send_task:
        yield send_task


@pytest.mark.parametrize(
    ("plan", "is_open"),
    [
        ({"plan_started_on": None}, False),
        ({"plan_started_on": date(2999, 1, 1)}, False),
        ({"plan_started_on": date(2020, 1, 1)}, True),  # paused
        ({"plan_stopped_at": timezone.now()}, True),
    ],
)
def test_P2_ties_need_the_plan_and_untying_does_not(
    customer: Customer, account: Account, plan: dict[str, Any], is_open: bool
) -> None:
    person = by_hand(customer, email="hanako@example.com")
    account.add_crew(email="hanako@example.com")
    run = survey(customer)
    plans = SmartHRIntegration.objects.for_company(customer.company)
    plans.update(**plan)

    if is_open:
        assert len(tie(company=customer.company, ties=keys(run), actor=ACTOR).done) == 1
    else:
        with pytest.raises(RefusedValue):
            tie(company=customer.company, ties=keys(run), actor=ACTOR)
        assert crew_of(person) is None
        plans.update(plan_started_on=timezone.localdate())
        tie(company=customer.company, ties=keys(run), actor=ACTOR)
        plans.update(**plan)
    assert len(untie(company=customer.company, ties=keys(run), actor=ACTOR).done) == 1
