"""What a proof of erasure says in words, and what an erasure would delete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cards.models import BusinessCard, CardArchive
from companies.models import Company
from employees.models import Employee
from groups.models import Group
from operators.models import ErasureProof

# Kind -> word and unit; every other kind is one of the records about them.
KINDS: Final = {
    "employees.Employee": ("社員", "名"),
    "groups.Group": ("グループ", "件"),
    "cards.BusinessCard": ("名刺", "件"),
    "cards.CardArchive": ("名刺の控え", "件"),
    "companies.AuditEntry": ("監査ログ", "件"),
    "webhooks.Delivery": ("Webhookの受信記録", "件"),
    "integrations.SyncRun": ("同期の記録", "件"),
    "files": ("画像などのファイル", "件"),
    "sessions": ("ログイン中の端末", "件"),
}
OTHERS: Final = ("そのほかの記録", "件")


@dataclass(frozen=True, slots=True)
class Line:
    word: str
    number: int
    unit: str


def proof_lines(proof: ErasureProof) -> list[Line]:
    lines = [
        Line(word, proof.counts[kind], unit)
        for kind, (word, unit) in KINDS.items()
        if proof.counts.get(kind)
    ]
    others = sum(number for kind, number in proof.counts.items() if kind not in KINDS)
    return [*lines, Line(OTHERS[0], others, OTHERS[1])] if others else lines


def what_goes(company: Company) -> list[Line]:
    """The victims of an erasure, as the page that asks names them."""
    counts = {
        "employees.Employee": Employee.objects.for_company(company).count(),
        "groups.Group": Group.objects.for_company(company).count(),
        "cards.BusinessCard": BusinessCard.objects.for_company(company).count(),
        "cards.CardArchive": CardArchive.objects.for_company(company).count(),
    }
    return [Line(KINDS[kind][0], number, KINDS[kind][1]) for kind, number in counts.items()]
