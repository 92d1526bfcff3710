"""How much waits for a person's word: people with their cards, and groups (E12, G4).

Whom a run deletes at this moment waits for nobody any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from companies.models import Company
from integrations.choices import Subject
from integrations.models import DeletionCandidate


@dataclass(frozen=True, slots=True)
class Waiting:
    people: int
    groups: int

    def __bool__(self) -> bool:
        return bool(self.people or self.groups)

    @property
    def sentence(self) -> str:
        """Only of some who wait."""
        if self.people and self.groups:
            return f"社員{self.people:,}名とグループ{self.groups:,}件が、SmartHRで見つかりません。"
        if self.people:
            return f"SmartHRで見つからない社員が{self.people:,}名います。"
        return f"SmartHRで見つからないグループが{self.groups:,}件あります。"


def waiting_deletions(company: Company) -> Waiting:
    counts = _rows(company).aggregate(
        people=Count("pk", filter=Q(subject=Subject.EMPLOYEE)),
        groups=Count("pk", filter=Q(subject=Subject.GROUP)),
    )
    return Waiting(**counts)


def waiting_cards(company: Company) -> int:
    """The cards of the people who wait."""
    found: int = _rows(company).aggregate(cards=Count("employee__cards"))["cards"]
    return found


def _rows(company: Company) -> Any:
    return DeletionCandidate.objects.for_company(company).pending().free()
