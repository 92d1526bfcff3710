"""Exports of 一括処理: one place for screen and command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final

from bulk.layouts import CARDS
from bulk.workbook import write_workbook
from cards.models import BusinessCard
from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company

READ_AT_ONCE: Final = 2000
TOO_MANY_ROWS: Final = "件数がExcelの行数の上限を超えるため、書き出せませんでした。"


def export_cards(*, company: Company, file: IO[bytes], actor: Actor) -> int:
    """名刺リスト: the cards of everybody, linked or not (B1, O5); returns how many.

    Raises workbook.TooManyRows.
    """
    count = write_workbook(
        file, sheet=CARDS.sheet, headings=CARDS.headings, rows=_card_rows(company)
    )
    event = Event(AuditAction.DOWNLOADED, "cards", None, f"名刺リスト（{count:,}件）", {})
    write_audit(company=company, actor=actor, events=[event])
    return count


def _card_rows(company: Company) -> Iterator[tuple[str, ...]]:
    cards = BusinessCard.objects.for_company(company).order_by("employee__employee_id", "pk")
    rows: Iterator[tuple[str, ...]] = cards.values_list(*CARDS.fields).iterator(READ_AT_ONCE)
    return rows
