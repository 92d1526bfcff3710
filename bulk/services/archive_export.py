"""The cards of a deleted person in the layout of 名刺, to be imported again (X4, B2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from bulk.layouts import CARDS
from bulk.workbook import write_workbook
from cards.models import CardArchive
from cards.services.archives import note_download
from companies.audit import Actor

EMPLOYEE = "employee__employee_id"


def export_archive(*, archive: CardArchive, file: IO[bytes], actor: Actor) -> int:
    """Returns how many cards."""
    count = write_workbook(file, sheet=CARDS.sheet, headings=CARDS.headings, rows=_rows(archive))
    note_download(archive=archive, what=f"名刺{count:,}件", actor=actor)
    return count


def _rows(archive: CardArchive) -> Iterator[tuple[str, ...]]:
    for card in archive.cards:
        values = {**card, EMPLOYEE: archive.employee_id}
        yield tuple(str(values.get(name) or "") for name in CARDS.fields)
