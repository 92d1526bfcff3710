"""Exports of 一括処理: one place for screen, background and command (B1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, Final

from bulk.choices import Subject
from bulk.layouts import CHOICES, EXPLANATIONS, LAYOUTS
from bulk.planning.employees import GROUP, ROLE
from bulk.planning.group_names import GroupNames, group_names
from bulk.workbook import Choices, Extras, write_workbook
from cards.models import BusinessCard
from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from employees.choices import Role
from employees.models import Employee
from groups.models import Group
from groups.queries import group_tree

READ_AT_ONCE: Final = 2000
IN_MEMORY: Final = 12 * 1024 * 1024
TOO_MANY_ROWS: Final = "件数がExcelの行数の上限を超えるため、書き出せませんでした。"
Row = Sequence[str]
Told = Callable[[int], None]


def export_cards(*, company: Company, file: IO[bytes], actor: Actor) -> int:
    """名刺リスト: the cards of everybody, linked or not (B1, O5); returns how many.

    Raises workbook.TooManyRows.
    """
    return export(company=company, subject=Subject.CARDS, file=file, actor=actor)


def export(*, company: Company, subject: Subject, file: IO[bytes], actor: Actor) -> int:
    """Returns how many rows. Raises workbook.TooManyRows."""
    count = write_export(company=company, subject=subject, file=file)
    tell_download(company=company, subject=subject, count=count, actor=actor)
    return count


def write_export(
    *, company: Company, subject: Subject, file: IO[bytes], told: Told | None = None
) -> int:
    """`told` hears now and then how many rows there are. Raises workbook.TooManyRows."""
    layout, names = LAYOUTS[subject], _names(company, subject)
    rows = _ROWS[subject](company, names)
    return write_workbook(
        file,
        sheet=layout.sheet,
        headings=layout.headings,
        rows=rows if told is None else _counted(rows, told),
        extras=_extras(subject, names),
    )


def tell_download(*, company: Company, subject: Subject, count: int, actor: Actor) -> None:
    label = f"{subject.file_label}（{count:,}{subject.unit}）"
    event = Event(AuditAction.DOWNLOADED, str(subject), None, label, {})
    write_audit(company=company, actor=actor, events=[event])


def count_rows(company: Company, subject: Subject) -> int:
    model: Any = {
        Subject.EMPLOYEES: Employee,
        Subject.GROUPS: Group,
        Subject.CARDS: BusinessCard,
    }[subject]
    return int(model.objects.for_company(company).count())


def extras_of(subject: Subject, company: Company) -> Extras:
    return _extras(subject, _names(company, subject))


def _names(company: Company, subject: Subject) -> GroupNames:
    is_without = subject is Subject.CARDS
    return GroupNames({}) if is_without else group_names(group_tree(company))


def _extras(subject: Subject, names: GroupNames) -> Extras:
    explanations = LAYOUTS[subject].explanations
    choices: tuple[Choices, ...] = ()
    if subject is Subject.EMPLOYEES:
        groups = [text for pk in names.nodes if (text := names.reference(pk))]
        choices = (
            Choices(GROUP, "グループ", groups),
            Choices(ROLE, "権限", [role.label for role in Role], is_strict=True),
        )
    return Extras(explanations, EXPLANATIONS, choices, CHOICES)


def _employee_rows(company: Company, names: GroupNames) -> Iterator[Row]:
    fields = ("employee_id", "last_name", "first_name", "email", "group_id", "role")
    people = Employee.objects.for_company(company).order_by("employee_id").values_list(*fields)
    roles = {role.value: role.label for role in Role}
    for *identity, group_id, role in people.iterator(READ_AT_ONCE):
        group = names.reference(group_id) if group_id in names.nodes else ""
        yield (*identity, group, roles[role])  # never a password


def _group_rows(company: Company, names: GroupNames) -> Iterator[Row]:
    """Parents first. One whose parent cannot be written in a cell is left out."""
    for node in names.nodes.values():
        parent = "" if node.parent_id is None else names.exact_reference(node.parent_id)
        if parent or node.parent_id is None:
            yield (node.name, parent)


def _card_rows(company: Company, names: GroupNames) -> Iterator[Row]:
    cards = BusinessCard.objects.for_company(company).order_by("employee__employee_id", "pk")
    fields = LAYOUTS[Subject.CARDS].fields
    rows: Iterator[Row] = cards.values_list(*fields).iterator(READ_AT_ONCE)
    return rows


_ROWS: Final[dict[Subject, Callable[[Company, GroupNames], Iterator[Row]]]] = {
    Subject.EMPLOYEES: _employee_rows,
    Subject.GROUPS: _group_rows,
    Subject.CARDS: _card_rows,
}


def _counted(rows: Iterator[Row], told: Told) -> Iterator[Row]:
    for number, row in enumerate(rows, start=1):
        if number % READ_AT_ONCE == 0:
            told(number)
        yield row
