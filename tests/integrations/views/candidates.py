"""What the tests of 削除の確認 share: candidates, addresses, and what a page says."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from cards.models import BusinessCard
from companies.models import Company
from integrations.models import DeletionCandidate
from tests.factories import (
    BusinessCardFactory,
    PersonCandidateFactory,
)

LIST = "/settings/smarthr/deletions/"
APPROVE, KEEP = f"{LIST}approve/", f"{LIST}keep/"
UNTICKED = "名刺が削除されることを確認し、チェックを入れてください。"


def person(company: Company, *, cards: int = 0, **values: Any) -> DeletionCandidate:
    candidate = PersonCandidateFactory(company=company, **values)
    assert candidate.employee is not None
    for _ in range(cards):
        BusinessCardFactory(employee=candidate.employee, title="課長")
    return candidate


def chosen(tab: str, keys: Any) -> dict[str, Any]:
    """The address of the page that asks, as the list makes it."""
    return {"tab": tab, "pk": keys}


def label(candidate: DeletionCandidate) -> str:
    assert candidate.employee is not None
    return candidate.employee.label


def text_of(response: Any) -> str:
    return str(response.content.decode())


def words(response: Any) -> str:
    """The text of a page without its markup."""
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", "", text_of(response)))


def answered(signed_in: Client, address: str, *rows: DeletionCandidate, **values: Any) -> Any:
    """Like the form of the page that asks: what it named, and what it told goes along."""
    along = sum(
        BusinessCard.objects.for_company(each.company).filter(employee=each.employee).count()
        for each in rows
    )
    data = {
        "tab": "people",
        "chosen": ",".join(str(each.pk) for each in rows),
        "along": along,
        "cards_confirmed": "1",
        **values,
    }
    return signed_in.post(address, {k: v for k, v in data.items() if v is not None})
