"""A person of the company acme, and a clock that stands still."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from employees.models import Employee
from tests.factories import CompanyFactory, EmployeeFactory


@pytest.fixture
def person(db: None) -> Employee:
    return EmployeeFactory(company=CompanyFactory(code="acme"), employee_id="a001")


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel("2026-11-24T09:00:00+09:00", tick=False) as traveller:
        yield traveller
