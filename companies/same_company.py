"""A reference that cannot leave its company, held by the database.

PostgreSQL: a composite foreign key on (company_id, column). SQLite, which cannot add one to an
existing table: triggers. A later migration that rebuilds the SQLite table loses its triggers and
has to add the rule again; tests/companies/test_same_company.py says so.
"""

from collections.abc import Callable
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

Step = Callable[[Any, BaseDatabaseSchemaEditor], None]


def add_same_company_rule(table: str, column: str, target: str) -> Step:
    def forwards(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        add = _add_foreign_key if editor.connection.vendor == "postgresql" else _add_triggers
        for statement in add(table, column, target):
            editor.execute(statement)

    return forwards


def drop_same_company_rule(table: str, column: str, target: str) -> Step:
    def backwards(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{column}_same_company")
            return
        for event in ("insert", "update"):
            editor.execute(f"DROP TRIGGER IF EXISTS {table}_{column}_{event}")

    return backwards


def _add_foreign_key(table: str, column: str, target: str) -> list[str]:
    return [
        f"CREATE UNIQUE INDEX IF NOT EXISTS {target}_company_and_id ON {target} (company_id, id)",
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_same_company "
        f"FOREIGN KEY (company_id, {column}) REFERENCES {target} (company_id, id) "
        "DEFERRABLE INITIALLY DEFERRED",
    ]


def _add_triggers(table: str, column: str, target: str) -> list[str]:
    # Names of our own tables and columns, never a value.
    same = f"SELECT 1 FROM {target} WHERE id = NEW.{column} AND company_id = NEW.company_id"  # noqa: S608
    return [
        f"CREATE TRIGGER {table}_{column}_{event} BEFORE {event.upper()} ON {table} "
        f"FOR EACH ROW WHEN NEW.{column} IS NOT NULL AND NOT EXISTS ({same}) "
        f"BEGIN SELECT RAISE(ABORT, '{table}.{column} belongs to another company'); END"
        for event in ("insert", "update")
    ]
