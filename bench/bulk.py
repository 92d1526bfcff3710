"""How fast 社員 go to Excel and come from it: 一括処理 against django-import-export.

    python -m bench.bulk --people 100000

Runs on the database of DATABASE_URL in a database of its own, which is dropped afterwards. Both
sides get the same rows in the same run; `--peer` gives the other side fewer, where its minutes are
too long. Each stage has a process of its own, whose highest memory is told. Ours checks every row,
keeps a preview of it, writes the audit log and hashes passwords; the other side does what its
documentation sets up: read the file, look every person up, save what differs.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

import tablib  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.db import connections  # noqa: E402
from django.test.utils import setup_databases, teardown_databases  # noqa: E402
from import_export import fields, resources  # noqa: E402

from bulk.choices import JobStatus, Subject  # noqa: E402
from bulk.layouts import EMPLOYEES  # noqa: E402
from bulk.models import Job  # noqa: E402
from bulk.services.applying import apply_import  # noqa: E402
from bulk.services.checking import check_import  # noqa: E402
from bulk.services.export import write_export  # noqa: E402
from bulk.services.jobs import confirm_import, start_import  # noqa: E402
from bulk.workbook import write_workbook  # noqa: E402
from companies.audit import command  # noqa: E402
from companies.models import Company  # noqa: E402
from employees.models import Employee  # noqa: E402
from employees.services.companies import create_company  # noqa: E402
from groups.models import Group  # noqa: E402

MEBIBYTE = 1024
Stage = Callable[[], None]


class EmployeeResource(resources.ModelResource):  # type: ignore[misc]  # it carries no types
    """The columns of ours; the file has Japanese headings."""

    employee_id = fields.Field("employee_id", column_name="社員ID")
    last_name = fields.Field("last_name", column_name="姓")
    first_name = fields.Field("first_name", column_name="名")
    email = fields.Field("email", column_name="メールアドレス")

    class Meta:
        model = Employee
        import_id_fields = ("employee_id",)
        fields = ("employee_id", "last_name", "first_name", "email")
        skip_unchanged = True
        report_skipped = False

    def __init__(self, company: Company, group: Group) -> None:
        super().__init__()
        self._company, self._group = company, group

    def get_queryset(self) -> Any:
        return Employee.objects.for_company(self._company)

    def before_save_instance(self, instance: Employee, row: Any, **_: Any) -> None:
        if instance._state.adding:
            instance.company, instance.group = self._company, self._group
            instance.password = make_password("one-time", hasher="initial_hmac")


def made_up_file(path: Path, count: int, *, changed_every: int = 0) -> None:
    rows = (
        (
            f"{number:06}",
            "佐藤",
            "改名" if changed_every and number % changed_every == 0 else f"花子{number}",
            f"hanako{number}@example.com",
            "",
            "申請者",
        )
        for number in range(count)
    )
    with path.open("w+b") as file:
        write_workbook(file, sheet=EMPLOYEES.sheet, headings=EMPLOYEES.headings, rows=rows)


def import_ours(company: Company, path: Path) -> None:
    administrator = Employee.objects.for_company(company).able_administrators().get()
    with path.open("rb") as file:
        job = start_import(
            company=company,
            subject=Subject.EMPLOYEES,
            file=file,
            file_name=path.name,
            creates_groups=False,
            actor=administrator,
        )
    check_import(job.pk)
    job.refresh_from_db()
    if job.to_write:
        confirm_import(job=job, actor=administrator)
        apply_import(job.pk)
    job = Job.objects.for_company(company).get(pk=job.pk)
    if (
        job.errors
        or job.status == JobStatus.FAILED
        or (job.to_write and job.status != JobStatus.DONE)
    ):
        raise SystemExit(f"the import ended as {job.status}: {job.error}")


def import_theirs(company: Company, path: Path) -> None:
    group = Group.objects.for_company(company).get(is_default=True)
    dataset = tablib.Dataset().load(path.read_bytes(), format="xlsx")
    result = EmployeeResource(company, group).import_data(dataset, raise_errors=True)
    if result.has_errors():
        raise SystemExit("the other import failed")


def export_ours(company: Company, path: Path) -> None:
    with path.open("w+b") as file:
        write_export(company=company, subject=Subject.EMPLOYEES, file=file)


def export_theirs(company: Company, path: Path) -> None:
    group = Group.objects.for_company(company).get(is_default=True)
    path.write_bytes(EmployeeResource(company, group).export().export("xlsx"))


def measured(stage: Stage) -> tuple[float, float, float]:
    """Seconds, memory before and the highest, in MiB, of a process of its own."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_measure, args=(stage, sender))
    child.start()
    child.join()
    if child.exitcode:
        raise SystemExit(child.exitcode)
    found: tuple[float, float, float] = receiver.recv()
    return found


def _measure(stage: Stage, sender: Any) -> None:
    before = _memory()
    began = time.perf_counter()
    stage()
    seconds = time.perf_counter() - began
    highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE
    sender.send((seconds, before, highest))
    connections.close_all()


def _memory() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / MEBIBYTE / MEBIBYTE


def new_company(code: str) -> Company:
    administrator = create_company(
        code=code,
        name=code,
        admin_id="admin",
        admin_email="admin@example.com",
        admin_password="not a real one",  # noqa: S106
        actor=command("bench"),
    )
    return administrator.company


def measure(people: int, peer: int, folder: Path) -> None:
    ours, theirs = new_company("bench-ours"), new_company("bench-peer")
    files = {}
    for name, every in (("first import", 0), ("unchanged", 0), ("1 % changed", 100)):
        for count in {people, peer}:
            files[name, count] = folder / f"{name} {count}.xlsx"
            made_up_file(files[name, count], count, changed_every=every)
    print(f"{people:,} people here, {peer:,} there")
    print(f"{'':14}{'seconds':>10}{'MiB more':>10}{'seconds':>12}{'MiB more':>10}{'ratio':>8}")
    for name in ("first import", "unchanged", "1 % changed"):
        _tell(
            name,
            measured(lambda name=name: import_ours(ours, files[name, people])),  # type: ignore[misc]
            measured(lambda name=name: import_theirs(theirs, files[name, peer])),  # type: ignore[misc]
            people / peer,
        )
    target = folder / "out.xlsx"
    _tell(
        "export",
        measured(lambda: export_ours(ours, target)),
        measured(lambda: export_theirs(theirs, target)),
        people / peer,
    )


def _tell(
    name: str,
    here: tuple[float, float, float],
    there: tuple[float, float, float],
    weight: float,
) -> None:
    """The ratio is that of the seconds a person."""
    (fast, low, high), (slow, their_low, their_high) = here, there
    print(
        f"{name:14}{fast:10.1f}{high - low:10.0f}{slow:12.1f}{their_high - their_low:10.0f}"
        f"{slow * weight / fast:8.1f}",
        flush=True,
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=100_000)
    options.add_argument("--peer", type=int, default=0, help="how many there; the same if 0")
    chosen = options.parse_args()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        with TemporaryDirectory() as folder:
            measure(chosen.people, chosen.peer or chosen.people, Path(folder))
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
