"""Reads for the screens of 名刺."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.fields import CharField, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Concat

from cards.models import BusinessCard
from cards.person import TAKEN_OVER, Change, changes_of
from companies.models import Company
from employees.models import Employee

# What a sync wrote, and the password's hash: long and never shown here.
NOT_SHOWN: Final = ("employee__source", "employee__password")
SORTS: Final = {
    "name": ("employee__last_name", "employee__first_name", "employee_id", "pk"),
    "department": ("department_name", "pk"),
    "title": ("title", "pk"),
    "updated": ("updated_at", "pk"),
}


@dataclass(frozen=True, slots=True)
class ListedCard:
    card: BusinessCard
    changes: list[Change]


def visible_cards(person: Employee) -> QuerySet[BusinessCard]:
    """C3: 管理者 see everybody's cards, others their own."""
    cards: QuerySet[BusinessCard] = BusinessCard.objects.for_company(person.company)
    return cards if person.is_administrator else cards.filter(employee=person)


def with_people(cards: QuerySet[BusinessCard]) -> QuerySet[BusinessCard]:
    return cards.select_related("employee__group", "employee__company").defer(*NOT_SHOWN)


def searched(cards: QuerySet[BusinessCard], words: str, company: Company) -> QuerySet[BusinessCard]:
    """Each word in the person's name or 社員ID, or in the card's 肩書き or name."""
    # One text a person: no word holds the blank between name and 社員ID.
    people = Employee.objects.for_company(company).alias(
        known_by=Concat(F("last_name"), F("first_name"), Value(" "), F("employee_id"))
    )
    for word in words.split():
        # Case takes time on a hundred thousand rows, and kanji have none.
        contains = "contains" if word.upper() == word.lower() else "icontains"
        known = people.filter(**{f"known_by__{contains}": word}).values("pk")
        cards = cards.filter(Q(employee__in=known) | Q(**{f"title__{contains}": word}))
    return cards


def in_order(
    cards: QuerySet[BusinessCard], key: str, company: Company, *, downwards: bool
) -> QuerySet[BusinessCard]:
    fields = SORTS[key]
    if key == "name":  # said again of the person, whose index has it
        cards = cards.filter(employee__company=company)
    return cards.order_by(*(f"-{field}" if downwards else field for field in fields))


def flagged(cards: QuerySet[BusinessCard], domains: Collection[str]) -> QuerySet[BusinessCard]:
    """Those of which person.changes_of finds something."""
    present: dict[str, Any] = {
        "last_name": F("employee__last_name"),
        "first_name": F("employee__first_name"),
        "department_name": _department(),
        "email": _email(domains),
    }
    cards = cards.filter(taken_over__isnull=False).alias(
        **{f"present_{field}": value for field, value in present.items()}
    )
    found = Q()
    for field in TAKEN_OVER:
        now = F(f"present_{field}")
        # Cast: SQLite would take what it is compared with for JSON.
        taken = Cast(KT(f"taken_over__{field}"), TextField())
        cards = cards.alias(**{f"taken_{field}": taken})
        # Asked first, since JSON is slow to read and most cards say what the record says.
        is_another = ~Q(**{field: now})
        has_taken = Q(**{f"taken_{field}__isnull": False})
        found |= is_another & has_taken & ~Q(**{f"taken_{field}": now})
    return cards.filter(found)


def _department() -> Case:
    return Case(
        When(employee__group__is_default=True, then=Value("")), default=F("employee__group__name")
    )


def _email(domains: Collection[str]) -> Case:
    own = F("employee__email")
    listed = [When(employee__email__iendswith=f"@{domain}", then=own) for domain in sorted(domains)]
    return Case(
        When(employee__smarthr_id__isnull=True, then=own),
        *listed,
        default=Value(""),
        output_field=CharField(),
    )


@dataclass(frozen=True, slots=True)
class CardPage:
    page: Page[Any]
    rows: list[ListedCard]


def page_of_cards(
    cards: QuerySet[BusinessCard], company: Company, *, number: str | None, size: int, narrow: bool
) -> CardPage:
    """First which cards, then what they say: nothing wide is sorted.

    `narrow`: something limits them, so that all keys are read once instead of counted first.
    """
    keys: Any = cards.values_list("pk", flat=True)
    if narrow:
        paginator: Paginator[Any] = Paginator(list(keys), size)
    else:
        paginator = Paginator(keys, size)
        # Not of the sorted ones, which may be joined with people.
        paginator.count = BusinessCard.objects.for_company(company).count()
    page = paginator.get_page(number)
    wanted = list(page.object_list)
    found = with_people(BusinessCard.objects.for_company(company)).in_bulk(wanted)
    domains = company.card_email_domains
    # One may have been deleted between the two.
    present = [found[key] for key in wanted if key in found]
    return CardPage(page, [ListedCard(card, changes_of(card, domains)) for card in present])
