"""Narrowing the operator's list: words, standing and plan. All of it is in the address."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from integrations.plan import PlanState
from operators.choices import Standing
from operators.standing import Row

LONGEST_SEARCH: Final = 100
ATTENTION: Final = "attention"
STANDINGS: Final = [(ATTENTION, "対応が必要なもの"), *Standing.choices]
PLANS: Final = [
    (str(state), "停止中（運営による）" if state == PlanState.STOPPED else state.label)
    for state in PlanState
]


@dataclass(frozen=True, slots=True)
class CompanyFilter:
    """Unknown values ask for nothing."""

    words: str = ""
    standing: str = ""
    plan: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> CompanyFilter:
        return cls(
            words=query.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
            standing=_known(query.get("standing"), STANDINGS),
            plan=_known(query.get("plan"), PLANS),
        )

    @property
    def is_narrow(self) -> bool:
        return self != CompanyFilter()

    def rows(self, rows: Iterable[Row]) -> list[Row]:
        words = [_folded(word) for word in self.words.split()]
        return [row for row in rows if self._has(row) and _says(row, words)]

    def _has(self, row: Row) -> bool:
        if self.standing == ATTENTION and not row.needs_somebody:
            return False
        if self.standing not in ("", ATTENTION, row.standing):
            return False
        return self.plan in ("", row.plan.state)


def _known(value: str | None, choices: Iterable[tuple[str, str]]) -> str:
    return value if value and value in dict(choices) else ""


def _says(row: Row, words: Iterable[str]) -> bool:
    text = f"{_folded(row.company.name)}\n{_folded(row.company.code)}"
    return all(word in text for word in words)


def _folded(text: str) -> str:
    """株式会社ＡＢＣ is found by abc."""
    return unicodedata.normalize("NFKC", text).casefold()
