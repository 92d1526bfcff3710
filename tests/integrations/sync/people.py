"""What the tests of the rules about people share."""

from __future__ import annotations

from typing import Any

from django.db import connection, models

from companies.models import AuditEntry
from employees.models import Employee
from groups.models import Group
from integrations.models import SmartHRIntegration, TokenPace
from tests.integrations.conftest import Answer, Customer

NOTHING = {"created": 0, "updated": 0, "unchanged": 0, "skipped": 0, "deleted": 0}


def crew_id(number: int) -> str:
    """Ids in a known order: S4 asks for the smaller one."""
    return f"00000000-0000-4000-8000-{number:012d}"


def counted(**counts: int) -> dict[str, int]:
    return {**NOTHING, **counts}


def said(answer: Answer) -> list[tuple[str, str]]:
    """(SmartHR id, reason) of the report, sorted."""
    return sorted((entry["smarthr_id"], entry["reason"]) for entry in answer["skipped"])


def planned_and_synced(customer: Customer) -> Answer:
    """A sync after its dry run; both have to say the same (X1)."""
    plan = customer.sync("--dry-run")
    answer = customer.sync()
    assert (plan.code, _comparable(plan)) == (answer.code, _comparable(answer))
    return answer


def _comparable(answer: Answer) -> dict[str, Any]:
    lists = {
        name: sorted(map(str, value))
        for name, value in answer.data.items()
        if isinstance(value, list)
    }
    return {**answer.data, **lists, "run": None}


def rows(*models_: type[models.Model]) -> list[dict[str, Any]]:
    """Every row, every column."""
    return [row for model in models_ for row in model._default_manager.order_by("pk").values()]


def people_rows() -> list[dict[str, Any]]:
    """What a sync without news must not touch; that one has succeeded is no news."""
    found = rows(Employee, Group, AuditEntry, SmartHRIntegration)
    return [{key: row[key] for key in row if key != "last_success_at"} for row in found]


def everything_stored() -> str:
    """Every table as text, but for the pace of the token, which every request moves."""
    with connection.cursor() as cursor:
        parts = []
        for table in connection.introspection.table_names(cursor):
            if table == TokenPace._meta.db_table:
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            parts.append(f"{table}: {cursor.fetchall()!r}")
    return "\n".join(parts)
