"""Many rows at once: in batches, and in one UPDATE: `UPDATE … FROM (VALUES …)`.

Django's bulk_update writes a CASE per row and column and is some twenty times slower; an upsert
would bring back rows that were deleted meanwhile.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import islice
from typing import Any, Final, TypeVar

from django.db import connection, models

T = TypeVar("T")

SQLITE_PARAMETERS = 900
ROWS = 1000
IN_CLAUSE: Final = 500  # values after one IN
FEW: Final = 50
_COPY_ESCAPES: Final = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_copy_special: Final = re.compile(r"[\\\t\n\r]")


def batches(items: Iterable[T], size: int = IN_CLAUSE) -> Iterator[list[T]]:
    """All items in their order, at most `size` at a time."""
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


def create_many(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    """Inserts rows whose keys nobody asks for: with PostgreSQL many at once by COPY."""
    if connection.vendor != "postgresql" or len(rows) < FEW:
        model._default_manager.bulk_create(rows, batch_size=ROWS)
        return
    columns = [field for field in model._meta.concrete_fields if not field.primary_key]
    lines = StringIO()
    for row in rows:
        lines.write("\t".join(_copied(column, column.pre_save(row, True)) for column in columns))
        lines.write("\n")
    lines.seek(0)
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(column.column)) for column in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN", lines)


def _copied(column: Any, value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(column, models.JSONField):
        value = json.dumps(value, cls=column.encoder)
    return _copy_special.sub(lambda found: _COPY_ESCAPES[found[0]], str(value))


def update_rows(
    model: type[models.Model],
    fields: Sequence[str],
    rows: Mapping[int, Sequence[Any]],
) -> int:
    """Sets `fields` of each row (primary key -> values in the order of `fields`).

    Returns how many rows existed and were written. Runs in the caller's transaction.
    """
    columns = [model._meta.get_field(name) for name in fields]
    width = len(columns) + 1
    size = ROWS if connection.vendor == "postgresql" else SQLITE_PARAMETERS // width
    items = list(rows.items())
    written = 0
    for start in range(0, len(items), size):
        written += _update(model, columns, items[start : start + size])
    return written


def insert_from(
    model: type[models.Model],
    columns: Mapping[str, Any],
    rows: Any,
    *,
    once: Sequence[str] = (),
    refreshed: Sequence[str] = (),
) -> int:
    """One new row for each of `rows` (a queryset), in one INSERT … SELECT; returns how many.

    `columns`: field -> expression over those rows. Where a row with the same fields `once` is
    there, its fields `refreshed` become those of the new one.
    """
    aliases = {f"column_{place}": value for place, value in enumerate(columns.values())}
    selected = rows.order_by().annotate(**aliases).values_list(*aliases)
    query, parameters = selected.query.sql_with_params()
    quote = connection.ops.quote_name

    def named(fields: Iterable[str]) -> list[str]:
        found: list[Any] = [model._meta.get_field(name) for name in fields]
        return [quote(str(field.column)) for field in found]

    into = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(named(columns))}) {query}"
    if once:
        sets = ", ".join(f"{name} = excluded.{name}" for name in named(refreshed))
        into += f" ON CONFLICT ({', '.join(named(once))}) DO UPDATE SET {sets}"
    with connection.cursor() as cursor:
        cursor.execute(into, parameters)
        return int(cursor.rowcount)


def _update(model: type[models.Model], columns: Sequence[Any], items: Sequence[Any]) -> int:
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    assignments = ", ".join(
        f"{quote(column.column)} = {_typed(column, f'v.column{place}')}"
        for place, column in enumerate(columns, start=2)
    )
    row = f"({', '.join(['%s'] * (len(columns) + 1))})"
    parameters: list[Any] = []
    for pk, values in items:
        parameters.append(pk)
        parameters += [
            column.get_db_prep_save(value, connection)
            for column, value in zip(columns, values, strict=True)
        ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {assignments} "  # noqa: S608  # names only, no values
            f"FROM (VALUES {', '.join([row] * len(items))}) AS v "
            f"WHERE {table}.{key} = v.column1",
            parameters,
        )
        return int(cursor.rowcount)


def _typed(column: Any, value: str) -> str:
    """PostgreSQL takes the values of a VALUES list for text; SQLite keeps them as they are."""
    if connection.vendor != "postgresql":
        return value
    return f"CAST({value} AS {column.db_type(connection)})"
