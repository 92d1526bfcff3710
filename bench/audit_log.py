"""How fast the pages of 監査ログ are found in a log of millions of lines (X6).

    python -m bench.audit_log --lines 5000000

Runs on the PostgreSQL of DATABASE_URL in a database of its own, which is dropped afterwards. Prints
the slowest of three readings of each kind of page: what the view asks of the database, and the
lines in words.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Mapping

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402

from companies.audit_log import AuditFilter, page_of  # noqa: E402
from companies.audit_rows import audit_rows  # noqa: E402
from companies.models import AuditEntry, Company  # noqa: E402
from groups.models import Group  # noqa: E402

PEOPLE = 50_000
# Nearly all is the sync's; people log in; a few settings, deletions and visits.
FILL = """
INSERT INTO companies_auditentry
    (company_id, at, actor_kind, actor_id, actor_label, action, object_type, object_id,
     object_label, changes, reason)
SELECT %(company)s, now() - interval '2 years' * (1 - n::float / %(lines)s),
    CASE WHEN n %% 50 = 0 THEN 'person' WHEN n %% 100003 = 0 THEN 'support'
         WHEN n %% 7 = 0 THEN 'webhook' ELSE 'sync' END,
    CASE WHEN n %% 50 = 0 THEN %(first)s + (n / 50) %% %(people)s ELSE n %% 1000 END,
    '従業員リスト⇒社員リストの同期 #' || n %% 1000,
    CASE WHEN n %% 50 = 0 THEN 'signed_in' WHEN n %% 2503 = 0 THEN 'deleted'
         WHEN n %% 200003 = 0 THEN 'configured' ELSE 'updated' END,
    CASE WHEN n %% 200003 = 0 THEN 'integration' WHEN n %% 97 = 0 THEN 'group'
         ELSE 'employee' END,
    %(first)s + (n * 7919::bigint) %% %(people)s, '姓' || n %% %(people)s || ' 名（n' || n || '）',
    '{"last_name": ["佐藤", "鈴木"]}', ''
FROM generate_series(1, %(lines)s) AS n
"""
PEOPLE_SQL = """
INSERT INTO employees_employee
    (company_id, login_key, employee_id, last_name, first_name, email, role, group_id, image,
     is_active, suspended_by_sync, must_change_password, is_initial_password, created_at, source,
     password)
SELECT %(company)s, md5(random()::text || n), 'a' || lpad(n::text, 6, '0'),
    CASE WHEN n %% 50 = 0 THEN '佐藤' ELSE '姓' || n END, '名' || n, '', 'applicant', %(group)s, '',
    true, false, false, false, now(), '{}', ''
FROM generate_series(1, %(people)s) AS n
"""
ASKED: Mapping[str, Mapping[str, str]] = {
    "everything": {},
    "a year ago": {"until": "2026-01-01"},
    "one day": {"since": "2026-03-03", "until": "2026-03-03"},
    "by people": {"kind": "person"},
    "changed by people (none)": {"kind": "person", "action": "updated"},
    "by support": {"kind": "support"},
    "by import (none)": {"kind": "import"},
    "settings": {"type": "integration"},
    "deletions": {"action": "deleted"},
    "restorations (none)": {"action": "restored"},
    "groups by webhook": {"type": "group", "kind": "webhook"},
    "deletions of groups": {"type": "group", "action": "deleted"},
    "a name that many bear": {"q": "佐藤"},
    "a 社員ID": {"q": "a000123"},
    "a word that nobody bears": {"q": "無名"},
    "a word that all bear": {"q": "名"},
    "by a person": {"by": "姓4321"},
    "by many people": {"by": "佐藤"},
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=1_000_000)
    lines = parser.parse_args().lines
    old = setup_databases(verbosity=0, interactive=False)
    try:
        company, first = fill(lines)
        measure("(a first page)", company, AuditFilter())
        asked = {**ASKED, "one record": {"object": f"employee:{first + 17}"}}
        for name, query in asked.items():
            measure(name, company, AuditFilter.from_query(query))
        measure("the oldest page", company, AuditFilter(), from_the_end=True)
    finally:
        teardown_databases(old, verbosity=0)


def fill(lines: int) -> tuple[Company, int]:
    company = Company.objects.create(code="bench", name="ベンチ")
    group = Group.objects.for_company(company).get(is_default=True)
    with connection.cursor() as cursor:
        values = {"company": company.pk, "group": group.pk, "people": PEOPLE}
        cursor.execute(PEOPLE_SQL, values)
        cursor.execute("SELECT min(id) FROM employees_employee")
        first = int(cursor.fetchone()[0])
        cursor.execute(FILL, {**values, "first": first, "lines": lines})
        cursor.execute("VACUUM ANALYZE")
    return company, first


def measure(name: str, company: Company, asked: AuditFilter, *, from_the_end: bool = False) -> None:
    before = ""
    if from_the_end:
        rows = AuditEntry.objects.for_company(company).order_by("at", "pk")
        before = str(rows[50:51].get().pk)
    slowest, found = 0.0, 0
    for _ in range(3):
        begun = time.perf_counter()
        page = page_of(company, asked, before=before, after="")
        found = len(audit_rows(company, page.entries))
        slowest = max(slowest, time.perf_counter() - begun)
    print(f"{name:28} {slowest * 1000:8.1f} ms  {found:3} of {page.count:,}")


if __name__ == "__main__":
    main()
