"""社員リスト is narrowed, counted, sorted and skipped through on indexes alone (PostgreSQL).

The longest entry of the first is some 2,400 bytes (two names of 255 characters of 4 bytes each,
e-mail and 社員ID in ASCII), less than the 2,704 that an index takes. Its name stays, so that the
state of the models holds. SQLite has no such columns in an index and no order of nulls; it keeps
the plain one.
"""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "employees_employee"
NAME, LOGIN = "employee_by_name", "employee_by_login"
KEYS = "company_id, last_name, first_name"
ALSO = "employee_id, email, role, group_id, is_active, last_login, smarthr_id"


def add(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP INDEX {NAME}")
        editor.execute(f"CREATE INDEX {NAME} ON {TABLE} ({KEYS}, id) INCLUDE ({ALSO})")
        login = "company_id, last_login NULLS FIRST, id"
        editor.execute(f"CREATE INDEX {LOGIN} ON {TABLE} ({login})")


def remove(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP INDEX {LOGIN}")
        editor.execute(f"DROP INDEX {NAME}")
        editor.execute(f"CREATE INDEX {NAME} ON {TABLE} ({KEYS})")


class Migration(migrations.Migration):
    dependencies = [("employees", "0007_accounts_and_contracts")]

    operations = [migrations.RunPython(add, remove)]
