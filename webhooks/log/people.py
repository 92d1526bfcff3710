"""The people of one delivery: what became of each, and what changed (W8, X6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.urls import reverse

from companies.models import Company
from integrations.choices import Outcome, RunStatus
from integrations.reason_text import ReasonText
from integrations.reasons import Reason
from integrations.record_links import Link
from webhooks.choices import LogState
from webhooks.log.rows import REPORTED, linked_labels, named_person
from webhooks.log.texts import note_texts
from webhooks.models import Delivery, DeliveryCrew

# Whose values are shown; of an e-mail address only that it changed.
SHOWN: Final = ("employee_id", "last_name", "first_name", "group", "is_active")


@dataclass(frozen=True, slots=True)
class PersonLine:
    label: str
    is_linked: bool
    # A key of the status labels, and its word.
    status: str
    status_label: str
    outcome: str
    changes: Mapping[str, Any]
    has_new_email: bool
    texts: Sequence[ReasonText]
    links: Sequence[Link]


def reported(company: Company, delivery: Delivery) -> Any:
    """Of whom there is something to read."""
    return crews_of(company, delivery).filter(REPORTED)


def crews_of(company: Company, delivery: Delivery) -> Any:
    return DeliveryCrew.objects.for_company(company).filter(delivery=delivery).order_by("pk")


def person_lines(crews: Sequence[DeliveryCrew], company: Company) -> list[PersonLine]:
    linked = linked_labels(crews, company)
    return [_line(crew, linked) for crew in crews]


def _line(crew: DeliveryCrew, linked: Mapping[UUID, str]) -> PersonLine:
    person = named_person(crew, linked)
    reasons = {note["reason"] for note in crew.notes}
    status, status_label = _status(crew, reasons)
    return PersonLine(
        label=person.label if person else _nameless(crew),
        is_linked=person is not None and person.is_linked,
        status=status,
        status_label=status_label,
        outcome=crew.outcome,
        changes={column: crew.changes[column] for column in SHOWN if column in crew.changes},
        has_new_email="email" in crew.changes and crew.outcome == Outcome.UPDATED,
        texts=note_texts(crew),
        links=_links(reasons),
    )


def _status(crew: DeliveryCrew, reasons: Collection[str]) -> tuple[str, str]:
    if Reason.WAITS_FOR_WORD in reasons:  # 変更なし would hide that a person is asked
        return RunStatus.NEEDS_CONFIRMATION, "削除の確認"
    if crew.outcome:
        return crew.outcome, str(Outcome(crew.outcome).label)
    if crew.done_at is None:
        return LogState.PENDING, str(LogState.PENDING.label)
    return Outcome.UNCHANGED, "反映済み"


def _nameless(crew: DeliveryCrew) -> str:
    if any(note["reason"] == Reason.CREW_GONE for note in crew.notes):
        return "SmartHRにいない従業員"
    return "氏名を読み取っていない従業員"


def _links(reasons: Collection[str]) -> list[Link]:
    links = []
    if Reason.WAITS_FOR_WORD in reasons:
        links.append(Link(f"{reverse('smarthr-deletions')}?tab=people", "削除を確認"))
    if Reason.LOGIN_CHANGE_HELD in reasons:
        links.append(Link(reverse("smarthr-held-logins"), "社員IDの変更を確認"))
    return links
