"""How much waits for a person's word: people with their cards, and groups (E12, G4).

Whom a run deletes at this moment waits for nobody any more.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from companies.models import Company
from integrations.choices import Subject
from integrations.models import DeletionCandidate

SUBJECTS = {"people": Subject.EMPLOYEE, "group_candidates": Subject.GROUP}


@dataclass(frozen=True, slots=True)
class WaitingDeletions:
    people: int
    cards: int
    groups: int


def candidate_counts(company_id: int) -> dict[str, int]:
    counts: dict[str, int] = (
        DeletionCandidate.objects.for_company(company_id)
        .pending()
        .free()
        .aggregate(
            **{key: Count("pk", filter=Q(subject=subject)) for key, subject in SUBJECTS.items()}
        )
    )
    return counts


def waiting_deletions(company: Company) -> WaitingDeletions:
    counts = candidate_counts(company.pk)
    cards = (
        DeletionCandidate.objects.for_company(company)
        .pending()
        .free()
        .aggregate(cards=Count("employee__cards"))["cards"]
        if counts["people"]
        else 0
    )
    return WaitingDeletions(counts["people"], cards, counts["group_candidates"])
