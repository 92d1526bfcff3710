"""Where a line of a report is put right: in SmartHR, or on a page here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from integrations.choices import Outcome, Subject
from integrations.models import RunRecord, SmartHRIntegration
from integrations.reasons import Reason

API_PATH = "/api/v1"
# What is not put right in SmartHR: reason -> name of the page, part of it, words of the link.
PLACES_HERE: dict[str, tuple[str, str, str]] = {
    Reason.RETIRED_NOT_IMPORTED: ("smarthr-settings", "#others", "設定を変更"),
    Reason.RETIRED_SUSPENDED: ("smarthr-settings", "#others", "設定を変更"),
    Reason.DEPARTMENT_UNKNOWN: ("smarthr-settings", "#departments", "部署⇒グループを同期"),
    Reason.LAST_ADMINISTRATOR: ("employee-list", "", "社員リストを表示"),
    Reason.WOULD_ASK: ("employee-list", "", "社員リストを表示"),
}


@dataclass(frozen=True, slots=True)
class Link:
    address: str
    words: str
    leads_to_smarthr: bool = False


def smarthr_site(integration: SmartHRIntegration) -> str:
    """The address of the company's SmartHR for people; "" where the API's address tells none."""
    root = settings.SMARTHR_API_URL.replace("{subdomain}", integration.subdomain).rstrip("/")
    known = bool(integration.subdomain) and root.endswith(API_PATH)
    return root.removesuffix(API_PATH) if known else ""


def crew_link(crew: UUID | None, integration: SmartHRIntegration) -> Link | None:
    """The page of a crew in SmartHR."""
    site = smarthr_site(integration)
    if not site or crew is None:
        return None
    return Link(f"{site}/crews/{crew}", "SmartHRで開く", leads_to_smarthr=True)


def links_of(record: RunRecord, site: str) -> list[Link]:
    """`site` is what `smarthr_site` says."""
    return list(_links(record, site))


def _links(record: RunRecord, site: str) -> Iterator[Link]:
    if (place := PLACES_HERE.get(record.reason)) is not None:
        name, part, words = place
        yield Link(f"{reverse(name)}{part}", words)
    elif record.subject == Subject.GROUP:
        # SmartHR has no page for one department that we know of.
        if site and record.outcome != Outcome.DELETED:
            yield Link(f"{site}/", "SmartHRを開く", leads_to_smarthr=True)
    elif site and record.outcome != Outcome.DELETED and _is_id(record.smarthr_id):
        yield Link(f"{site}/crews/{record.smarthr_id}", "SmartHRで開く", leads_to_smarthr=True)
    if record.reason == Reason.EMPLOYEE_ID_TAKEN:
        yield Link(reverse("employee-list"), "社員リストを表示")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:  # reported because it is malformed
        return False
    return True
