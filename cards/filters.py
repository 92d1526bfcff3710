"""Narrowing and ordering 名刺リスト.

The state is in the address; unknown values ask for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from cards import queries
from cards.models import BusinessCard
from companies.models import Company
from groups.tree import GroupTree

LONGEST_SEARCH: Final = 100


@dataclass(frozen=True, slots=True)
class CardFilter:
    words: str = ""
    group: int | None = None
    employee: int | None = None
    only_changed: bool = False
    sort: str = "updated"
    downwards: bool = True

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> CardFilter:
        order = query.get("sort", "")
        if order.removeprefix("-") not in queries.SORTS:
            order = "-updated"
        return cls(
            words=query.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
            group=_key(query.get("group", "")),
            employee=_key(query.get("employee", "")),
            only_changed=query.get("changed") == "1",
            sort=order.removeprefix("-"),
            downwards=order.startswith("-"),
        )

    @property
    def is_narrow(self) -> bool:
        return bool(self.words or self.group or self.only_changed or self.employee)

    def apply(
        self, cards: QuerySet[BusinessCard], company: Company, tree: GroupTree
    ) -> QuerySet[BusinessCard]:
        if self.employee:
            cards = cards.filter(employee=self.employee)
        if self.group:
            cards = cards.filter(employee__group__in=_with_those_below(self.group, tree))
        if self.only_changed:
            cards = queries.flagged(cards, company.card_email_domains)
        cards = queries.searched(cards, self.words, company)
        return queries.in_order(cards, self.sort, company, downwards=self.downwards)


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _with_those_below(group: int, tree: GroupTree) -> set[int]:
    found = {group}
    for node, _ in tree.walk():  # parents before their children
        if node.parent_id in found:
            found.add(node.pk)
    return found
