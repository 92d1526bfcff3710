"""Which importer reads which workbook."""

from __future__ import annotations

from typing import IO, Final

from bulk.choices import Subject
from bulk.layouts import ERRORS, LAYOUTS
from bulk.reading.table import Table
from bulk.services.card_import import CardImporter
from bulk.services.employee_import import EmployeeImporter
from bulk.services.group_import import GroupImporter
from bulk.services.importers import Importer
from companies.models import Company

IMPORTERS: Final[dict[Subject, type[Importer]]] = {
    Subject.EMPLOYEES: EmployeeImporter,
    Subject.GROUPS: GroupImporter,
    Subject.CARDS: CardImporter,
}


def table_of(subject: Subject, file: IO[bytes]) -> Table:
    layout = LAYOUTS[subject]
    return Table(file, sheet=layout.sheet, headings=layout.labels, ignored=[ERRORS.label])


def importer_of(
    *, company: Company, subject: Subject, file: IO[bytes], creates_groups: bool
) -> Importer:
    table = table_of(subject, file)
    return IMPORTERS[subject](company, table, creates_groups=creates_groups)
