"""How often a person was suspended, counted by the database: no session outlives it (C3).

A trigger, since suspensions come by forms, by set-based writes of a sync and by SQL. A later
migration that rebuilds the SQLite table loses it and has to add it again;
tests/employees/test_session_ends.py says so.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

NAME = "employees_employee_suspended"
# Both count from OLD: what else the statement writes does not matter.
POSTGRESQL = (
    f"""
    CREATE FUNCTION {NAME}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.suspensions := COALESCE(OLD.suspensions, 0) + 1;
        RETURN NEW;
    END $$
    """,
    f"""
    CREATE TRIGGER {NAME} BEFORE UPDATE OF is_active ON employees_employee
    FOR EACH ROW WHEN (OLD.is_active AND NOT NEW.is_active) EXECUTE FUNCTION {NAME}()
    """,
)
SQLITE = (
    f"""
    CREATE TRIGGER {NAME} AFTER UPDATE OF is_active ON employees_employee
    FOR EACH ROW WHEN OLD.is_active AND NOT NEW.is_active
    BEGIN
        UPDATE employees_employee SET suspensions = COALESCE(OLD.suspensions, 0) + 1
        WHERE id = NEW.id;
    END
    """,  # noqa: S608  # a name, no value
)


def count_suspensions(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    for statement in POSTGRESQL if editor.connection.vendor == "postgresql" else SQLITE:
        editor.execute(statement)


def stop_counting_suspensions(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP TRIGGER {NAME} ON employees_employee")
        editor.execute(f"DROP FUNCTION {NAME}()")
    else:
        editor.execute(f"DROP TRIGGER IF EXISTS {NAME}")
