"""Reads for the screens of 削除した社員の控え (X4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q

from cards.models import PRINTED_FIELDS, BusinessCard, CardArchive
from cards.services.archives import label_of
from companies.audit_rows import AuditRow, audit_rows
from companies.models import AuditAction, AuditEntry, Company
from employees.models import Employee
from groups.queries import group_tree

# Whom the picker shows at a time.
SHOWN: Final = 20
LONGEST_SEARCH: Final = 100


@dataclass(frozen=True, slots=True)
class ListedArchive:
    archive: CardArchive
    deletion: AuditRow | None

    @property
    def label(self) -> str:
        return label_of(self.archive)

    @property
    def is_linked(self) -> bool:
        """When the person was deleted."""
        return self.archive.smarthr_id is not None


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody onto whom an archive can be restored."""

    employee: Employee
    group_path: str
    # Why the person is suggested; "" of one that was searched for.
    why: str


def archives(company: Company, words: str) -> Any:
    """The newest first."""
    rows = CardArchive.objects.for_company(company).kept()
    for word in words.split():
        rows = rows.filter(
            Q(last_name__icontains=word)
            | Q(first_name__icontains=word)
            | Q(employee_id__icontains=word)
        )
    return rows.order_by("-deleted_at", "-pk")


def with_deletions(company: Company, found: Sequence[CardArchive]) -> list[ListedArchive]:
    """The archives of one page, each with who or what deleted the person."""
    entries = AuditEntry.objects.for_company(company).filter(
        action=AuditAction.DELETED,
        object_type="employee",
        object_id__in=[archive.employee_pk for archive in found],
    )
    lines = list(entries.order_by("pk"))
    rows = dict(zip((line.object_id for line in lines), audit_rows(company, lines), strict=True))
    return [ListedArchive(archive, rows.get(archive.employee_pk)) for archive in found]


def printed_cards(archive: CardArchive) -> list[list[tuple[str, str]]]:
    """Of each card the label and value of what is printed, without what is empty."""
    return [
        [(CARD_LABELS[name], str(card[name])) for name in PRINTED_FIELDS if card.get(name)]
        for card in archive.cards
    ]


def targets(archive: CardArchive, words: str) -> tuple[list[Target], bool]:
    """Who comes into question, the likeliest first; and whether more fit the words."""
    people = Employee.objects.for_company(archive.company_id).defer("password", "source")
    if words:
        rows = people.filter(_called(words)).order_by("last_name", "first_name", "pk")
        found = list(rows[: SHOWN + 1])
        return _targets(archive, found[:SHOWN], {}), len(found) > SHOWN
    likely = _likely(archive)
    found = list(people.filter(likely)[:SHOWN])
    why = {person.pk: _why(archive, person) for person in found}
    found.sort(key=lambda person: (WHYS.index(why[person.pk]), person.pk))
    return _targets(archive, found, why), False


WHYS: Final = ("SmartHRの従業員が同じ", "社員IDが同じ", "氏名が同じ")


def _likely(archive: CardArchive) -> Q:
    code = archive.employee_id
    found = Q(employee_id=code) | Q(last_name=archive.last_name, first_name=archive.first_name)
    if archive.smarthr_id is not None:
        found |= Q(smarthr_id=archive.smarthr_id)
    return found


def _why(archive: CardArchive, person: Employee) -> str:
    if archive.smarthr_id is not None and person.smarthr_id == archive.smarthr_id:
        return WHYS[0]
    return WHYS[1] if person.employee_id == archive.employee_id else WHYS[2]


def _called(words: str) -> Q:
    found = Q()
    for word in words.split():
        found &= (
            Q(last_name__icontains=word)
            | Q(first_name__icontains=word)
            | Q(employee_id__icontains=word)
        )
    return found


def _targets(
    archive: CardArchive, people: Sequence[Employee], why: Mapping[int, str]
) -> list[Target]:
    tree = group_tree(archive.company)
    return [
        Target(person, tree.short_path(person.group_id), why.get(person.pk, ""))
        for person in people
    ]


def group_choices(company: Company) -> list[tuple[int, str]]:
    """グループ1 first: it is proposed."""
    tree = group_tree(company)
    nodes = [node for node, _ in tree.walk()]
    nodes.sort(key=lambda node: not node.is_default)
    return [(n.pk, f"{tree.path(n.pk)}{'（SmartHR）' if n.is_linked else ''}") for n in nodes]


def is_free(company: Company, employee_id: str) -> bool:
    people = Employee.objects.for_company(company)
    return not people.filter(employee_id=employee_id).exists()


def _label(name: str) -> str:
    field: Any = BusinessCard._meta.get_field(name)
    return str(field.verbose_name)


CARD_LABELS: Final[Mapping[str, str]] = {name: _label(name) for name in PRINTED_FIELDS}
