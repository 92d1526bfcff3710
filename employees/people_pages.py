"""One page of 社員リスト out of 100,000 people.

Only primary keys are counted, sorted and skipped, on an index that holds every column which the
list can be narrowed by; the rows of the page alone are read whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db import connection, transaction
from django.db.models import Count, F
from django.db.models.expressions import OrderBy

from companies.models import Company
from employees.choices import Role
from employees.models import Employee, EmployeeQuerySet
from employees.people_filter import PeopleFilter
from groups.tree import GroupTree

PAGE_SIZE: Final = 50
BY_NAME: Final = ("last_name", "first_name", "pk")
FIRST_PAGE: Final = 1
FEW: Final = 500
Order = tuple[str | OrderBy, ...]


def people_page(
    company: Company, *, wanted: PeopleFilter, page: str | None, tree: GroupTree
) -> Page[Employee]:
    number = int(page) if page and page.isascii() and page.isdigit() and len(page) < 9 else 1
    number = max(number, FIRST_PAGE)
    with _index_is_in_memory():
        people, first = _found(company, wanted, tree, number)
        if wanted.sort in {"group", "role"}:
            return _page_of_parts(people, wanted, number, tree)
        known = first if wanted.sort_key == "name" else None
        return _page_in_order(people, _order(wanted), number, known)


@contextmanager
def _index_is_in_memory() -> Iterator[None]:
    """PostgreSQL takes each page of an index for a far jump on a disk, and so would rather read
    and sort the whole table than read the index that has all the list needs, in order."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL random_page_cost = 1.1; SET LOCAL work_mem = '16MB'")
        yield


def _found(
    company: Company, wanted: PeopleFilter, tree: GroupTree, number: int
) -> tuple[EmployeeQuerySet, list[int] | None]:
    """The people, and the first of them by name where they were looked up on the way."""
    everybody: EmployeeQuerySet = Employee.objects.for_company(company)
    people = wanted.narrow(everybody, tree)
    if not wanted.words or number * PAGE_SIZE > FEW:  # so far nobody goes where few are found
        return people, None
    # What is searched for is mostly rare: one look at everybody finds, counts and ends it.
    keys = list(people.order_by(*BY_NAME).values_list("pk", flat=True)[: FEW + 1])
    return everybody.filter(pk__in=keys) if len(keys) <= FEW else people, keys


def _page_in_order(
    people: EmployeeQuerySet, order: Order, number: int, known: list[int] | None
) -> Page[Employee]:
    if number == FIRST_PAGE:
        keys = known or list(people.order_by(*order).values_list("pk", flat=True)[: PAGE_SIZE + 1])
        # Where all fit on the page they are counted already.
        total = people.count() if len(keys) > PAGE_SIZE else len(keys)
        return _page(people, keys[:PAGE_SIZE], number, total)
    total = people.count()
    number, start, stop = _place(number, total)
    return _page(people, _keys(people, order, start, stop, total), number, total)


def _page_of_parts(
    people: EmployeeQuerySet, wanted: PeopleFilter, number: int, tree: GroupTree
) -> Page[Employee]:
    """Sorted by group (in the order of the tree) or role: the parts are counted, not sorted."""
    column = "group_id" if wanted.sort == "group" else "role"
    counted = people.order_by().values_list(column).annotate(Count("pk"))
    sizes: dict[Any, int] = dict(counted)
    parts = [part for part in _parts(wanted, tree) if part in sizes]
    total = sum(sizes.values())
    number, start, stop = _place(number, total)
    touched: list[tuple[Any, int, int]] = []
    passed = 0
    for part in parts:
        low, high = max(start - passed, 0), min(stop - passed, sizes[part])
        if low < high:
            touched.append((part, low, high))
        passed += sizes[part]
    return _page(people, _keys_of_parts(people, column, touched, sizes), number, total)


def _parts(wanted: PeopleFilter, tree: GroupTree) -> list[Any]:
    if wanted.sort == "group":
        parts: list[Any] = [node.pk for node, _ in tree.walk()]
    else:
        parts = list(Role.values)
    return parts[::-1] if wanted.descending else parts


def _keys_of_parts(
    people: EmployeeQuerySet,
    column: str,
    touched: list[tuple[Any, int, int]],
    sizes: Mapping[Any, int],
) -> list[int]:
    """The first and the last part may be large and are cut; those between are on the page whole."""
    keys: list[int] = []
    for place, (part, low, high) in enumerate(touched):
        if place in {0, len(touched) - 1}:
            keys += _keys(people.filter(**{column: part}), BY_NAME, low, high, sizes[part])
        elif place == 1:
            keys += _whole_parts(people, column, [part for part, _, _ in touched[1:-1]])
    return keys


def _whole_parts(people: EmployeeQuerySet, column: str, parts: list[Any]) -> list[int]:
    ranks = {part: rank for rank, part in enumerate(parts)}
    within = people.filter(**{f"{column}__in": parts}).order_by(*BY_NAME)
    rows = sorted(within.values_list("pk", column), key=lambda row: ranks[row[1]])
    return [pk for pk, _ in rows]


def _order(wanted: PeopleFilter) -> Order:
    if wanted.sort == "id":
        return ("-employee_id",) if wanted.descending else ("employee_id",)
    if wanted.sort == "login":  # never is before any time
        if wanted.descending:
            return (F("last_login").desc(nulls_last=True), "-pk")
        return (F("last_login").asc(nulls_first=True), "pk")
    return tuple(f"-{name}" for name in BY_NAME) if wanted.descending else BY_NAME


def _place(number: int, total: int) -> tuple[int, int, int]:
    """The page, or the last one where there are fewer; the places where it begins and ends."""
    number = min(number, max(1, -(-total // PAGE_SIZE)))
    start = (number - 1) * PAGE_SIZE
    return number, start, min(start + PAGE_SIZE, total)


def _keys(people: EmployeeQuerySet, order: Order, start: int, stop: int, total: int) -> list[int]:
    """Primary keys of the places `start` to `stop`, counted from whichever end is nearer."""
    ordered = people.order_by(*order)
    if start <= total // 2:
        return list(ordered.values_list("pk", flat=True)[start:stop])
    backwards = ordered.reverse().values_list("pk", flat=True)[total - stop : total - start]
    return list(backwards)[::-1]


def _page(people: EmployeeQuerySet, keys: Iterable[int], number: int, total: int) -> Page[Employee]:
    paginator: Paginator[Employee] = Paginator([], PAGE_SIZE)
    paginator.count = total  # counted already, better than it would
    keys = list(keys)
    rows = people.order_by().filter(pk__in=keys).defer("password", "source")
    found = {person.pk: person for person in rows.annotate(candidate=F("deletion_candidate"))}
    return Page([found[pk] for pk in keys if pk in found], number, paginator)
