"""What is told of each permission of the token: whether it is there, and is needed (T4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from groups.models import Group
from integrations.check_texts import NOT_NEEDED, access_words
from integrations.choices import WebhookMode
from integrations.models import SmartHRIntegration
from integrations.services.check_result import Access, CheckResult
from integrations.smarthr.errors import CREWS_READ, DEPARTMENTS_READ, WEBHOOKS

PURPOSES = {
    CREWS_READ: "必須です。",
    DEPARTMENTS_READ: "部署をグループに取り込むときに必要です。",
    WEBHOOKS: "Webhookを自動で登録するときに必要です。",
}


class Line(StrEnum):
    UNTESTED = "untested"
    GRANTED = "granted"
    MISSING = "missing"
    UNKNOWN = "unknown"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class PermissionLine:
    name: str
    purpose: str
    state: Line
    words: str
    is_needed: bool


def permission_lines(
    integration: SmartHRIntegration, result: CheckResult | None
) -> tuple[PermissionLine, ...]:
    """In the order of the screen; untested without a result."""
    needs = {
        CREWS_READ: True,
        DEPARTMENTS_READ: needs_departments(integration),
        WEBHOOKS: integration.webhook_mode == WebhookMode.AUTO,
    }
    found = _rights(result) if result is not None else {}
    return tuple(
        PermissionLine(
            name, purpose, *_told(found.get(name), is_needed=needs[name]), is_needed=needs[name]
        )
        for name, purpose in PURPOSES.items()
    )


def _rights(result: CheckResult) -> dict[str, tuple[Access, Access | None]]:
    """To read, and to update where that is needed too."""
    rights: dict[str, tuple[Access, Access | None]] = {
        CREWS_READ: (result.crews_read, None),
        DEPARTMENTS_READ: (result.departments_read, None),
        WEBHOOKS: (result.webhooks_read, result.webhooks_update),
    }
    if not result.error:
        return rights
    # What the test did not come to is told by its error, once.
    return {name: both for name, both in rights.items() if Access.UNKNOWN not in both}


def _told(rights: tuple[Access, Access | None] | None, *, is_needed: bool) -> tuple[Line, str]:
    if rights is None:
        return Line.UNTESTED, ""
    if Access.MISSING not in rights and Access.UNKNOWN not in rights:
        return Line.GRANTED, access_words(*rights)
    if not is_needed:
        return Line.NOT_NEEDED, NOT_NEEDED
    state = Line.MISSING if Access.MISSING in rights else Line.UNKNOWN
    return state, access_words(*rights)


def needs_departments(integration: SmartHRIntegration) -> bool:
    if integration.department_slot is not None:
        return True
    return bool(Group.objects.for_company(integration.company_id).linked().exists())
