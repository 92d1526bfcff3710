"""Lines of the audit log, and what its pages say of them."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from typing import Any

from companies.audit import Actor, Event, command, write_audit
from companies.models import AuditAction, AuditEntry, Company

LOG = "/settings/audit/"
FILE = "/settings/audit/download/"


def line(
    company: Company,
    *,
    actor: Actor | None = None,
    action: AuditAction = AuditAction.UPDATED,
    kind: str = "employee",
    pk: int | None = 1,
    label: str = "佐藤 花子（00027）",
    changes: Any = None,
    reason: str = "",
    at: datetime | None = None,
) -> AuditEntry:
    event = Event(action, kind, pk, label, changes or {}, reason)
    write_audit(company=company, actor=actor or command("test"), events=[event])
    entry: AuditEntry = AuditEntry.objects.for_company(company).latest("pk")
    if at is not None:
        AuditEntry.objects.for_company(company).filter(pk=entry.pk).update(at=at)
    return entry


def text(response: Any) -> str:
    body = re.sub(r"<(script|style|svg).*?</\1>|<[^>]+>", " ", response.content.decode())
    return " ".join(body.split())


def lines_of(response: Any) -> list[list[str]]:
    body = b"".join(response.streaming_content).decode()
    assert body.startswith("\ufeff")
    return list(csv.reader(io.StringIO(body.removeprefix("\ufeff"))))
