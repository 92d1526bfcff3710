"""What 社員リスト is narrowed to and how it is sorted, as its address says."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final, Self

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.http import QueryDict

from companies.texts import is_storable
from employees.choices import Role
from employees.models import EmployeeQuerySet
from groups.tree import GroupTree

WORDS_LENGTH: Final = 100
MOST_WORDS: Final = 6
LINKS: Final = (("linked", "連携あり"), ("handmade", "連携なし"), ("gone", "SmartHRにいない"))
SORTS: Final = ("name", "id", "group", "role", "login")
_LOWER = str.maketrans({chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)})


class SearchedText(Func):
    """Name, 社員ID and e-mail in one text, A–Z as a–z.

    Without case folding of other alphabets: the database's `lower` of a language is slow, and the
    rest of such texts (社員ID, e-mail) is ASCII anyway. A line break, which no word holds,
    keeps a word from being found across two of them.
    """

    template = "lower(%(expressions)s)"
    arg_joiner = " || "
    output_field = TextField()

    def __init__(self) -> None:
        line = Value("\n")
        super().__init__(F("last_name"), F("first_name"), line, F("employee_id"), line, F("email"))

    def as_postgresql(self, compiler: object, connection: object) -> tuple[str, list[object]]:
        template = 'lower((%(expressions)s) COLLATE "C")'
        return super().as_sql(compiler, connection, template=template)  # type: ignore[arg-type,return-value]


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    words: str = ""
    group: int | None = None
    below: bool = True  # with the groups below it
    role: str = ""
    link: str = ""
    never: bool = False  # has never logged in
    stopped: bool = False
    sort: str = "name"
    descending: bool = False

    @classmethod
    def of(cls, data: QueryDict) -> Self:
        """What is unknown is left out: an old or mistyped address still shows the list."""
        group = data.get("group", "")
        has_group = group.isascii() and group.isdigit() and len(group) < 19
        role, link = data.get("role", ""), data.get("smarthr", "")
        sort = data.get("sort", "")
        words = "".join(c for c in data.get("q", "") if is_storable(c))
        return cls(
            words=words.strip()[:WORDS_LENGTH],
            group=int(group) if has_group else None,
            below=not has_group or "below" in data,
            role=role if role in Role.values else "",
            link=link if link in dict(LINKS) else "",
            never="never" in data,
            stopped="stopped" in data,
            sort=sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "name",
            descending=sort.startswith("-") and sort[1:] in SORTS,
        )

    @property
    def is_narrow(self) -> bool:
        return bool(
            self.words or self.group or self.role or self.link or self.never or self.stopped
        )

    @property
    def sort_key(self) -> str:
        return f"-{self.sort}" if self.descending else self.sort

    def query(self, *, with_sort: bool = True) -> str:
        """The part of the address that says all this."""
        data = QueryDict(mutable=True)
        given = {"q": self.words, "group": self.group, "role": self.role, "smarthr": self.link}
        data.update({name: str(value) for name, value in given.items() if value})
        ticked = {
            "below": self.group and self.below,
            "never": self.never,
            "stopped": self.stopped,
        }
        data.update({name: "1" for name, is_ticked in ticked.items() if is_ticked})
        if with_sort and self.sort_key != "name":
            data["sort"] = self.sort_key
        return data.urlencode()

    def narrow(self, people: EmployeeQuerySet, tree: GroupTree) -> EmployeeQuerySet:
        for word in self.words.split()[:MOST_WORDS]:
            people = people.filter(_holds(word))
        if self.group is not None:
            keys = with_groups_below(tree, self.group) if self.below else [self.group]
            people = people.filter(group__in=keys)
        if self.role:
            people = people.filter(role=self.role)
        if self.link == "gone":  # E12: pending or dismissed, through the reverse relation
            people = people.filter(deletion_candidate__isnull=False)
        elif self.link:
            people = people.filter(smarthr_id__isnull=self.link == "handmade")
        if self.never:
            people = people.filter(last_login=None)
        if self.stopped:
            people = people.filter(is_active=False)
        return people


def with_groups_below(tree: GroupTree, pk: int) -> list[int]:
    """The group and all below it; nothing for a group that is not there."""
    found: list[int] = []
    top = -1
    for node, depth in tree.walk():
        if node.pk == pk:
            top = depth
        elif found and depth <= top:
            break
        if top >= 0:
            found.append(node.pk)
    return found


def _holds(word: str) -> Q:
    """As it was typed, or as it is on a half-width keyboard (０００２７ finds 00027)."""
    variants = dict.fromkeys((word.translate(_LOWER), _half_width(word)))
    found = Q()
    for text in variants:
        # Not LIKE: its estimate is so low for long words that PostgreSQL would sort everybody
        # instead of reading the index in order until a page is full.
        found |= Q(GreaterThan(StrIndex(SearchedText(), Value(text)), 0))
    return found


def _half_width(word: str) -> str:
    return unicodedata.normalize("NFKC", word).translate(_LOWER)
