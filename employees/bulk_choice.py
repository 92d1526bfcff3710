"""Whom a change of many people is about: ticked ones, or all whom a filter of the list finds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Self

from django.http import QueryDict

from companies.models import Company
from employees.models import Employee, EmployeeQuerySet
from employees.people_filter import PeopleFilter
from groups.tree import GroupTree

# In one act, which is one transaction.
MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Choice:
    """As the pages hand it on: never the keys of "all", who are found anew each time."""

    everything: bool = False
    query: str = ""  # of the list, also where only ticked ones are meant: the way back
    keys: frozenset[int] = field(default_factory=frozenset)
    without: frozenset[int] = field(default_factory=frozenset)

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        return cls(
            everything="everything" in data,
            query=PeopleFilter.of(QueryDict(data.get("query", "")[:2000])).query(),
            keys=_keys([*data.getlist("people"), *data.get("chosen", "").split(",")]),
            without=_keys(data.get("without", "").split(",")),
        )

    def people(self, company: Company, tree: GroupTree) -> EmployeeQuerySet:
        people: EmployeeQuerySet = Employee.objects.for_company(company)
        if self.everything:
            people = PeopleFilter.of(QueryDict(self.query)).narrow(people, tree)
        else:
            people = people.filter(pk__in=self.keys)
        return people.exclude(pk__in=self.without) if self.without else people

    def leaving_out(self, keys: frozenset[int]) -> Self:
        return replace(self, without=self.without | keys)

    @property
    def chosen(self) -> str:
        return "" if self.everything else _text(self.keys)

    @property
    def left_out(self) -> str:
        return _text(self.without)


def _keys(texts: list[str]) -> frozenset[int]:
    numbers = (text for text in texts if text.isascii() and text.isdigit() and len(text) < 19)
    return frozenset(int(text) for text in list(numbers)[:MOST])


def _text(keys: frozenset[int]) -> str:
    return ",".join(str(key) for key in sorted(keys))
