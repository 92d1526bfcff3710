"""Jobs whose workers die, that break, or whose time is over; and exports (B1, B5, X6)."""

from __future__ import annotations

from typing import Any

import pytest

from bulk.choices import JobStatus, Subject
from bulk.models import FilePart, Job, PreviewRow
from bulk.services import applying, checking, jobs
from bulk.services.applying import apply_import
from bulk.services.checking import check_import
from bulk.services.export_jobs import fetch_export, is_fetchable, run_export
from bulk.services.jobs import INTERRUPTED, claim, purge, start_export
from companies.models import AuditEntry
from employees.models import Employee
from tests.bulk.jobs import applied, confirmed, exists, later, previewed, uploaded
from tests.bulk.test_jobs import NEW
from tests.bulk.workbooks import groups, people, read
from tests.factories import AdministratorFactory


def test_a_job_whose_worker_is_gone_is_taken_over(administrator: Employee) -> None:
    job = uploaded(administrator, NEW)
    assert claim(job.pk) is not None
    assert claim(job.pk) is None  # somebody works on it
    job.refresh_from_db()

    later(job, seconds=61)
    check_import(job.pk)

    job.refresh_from_db()
    assert (job.status, job.tries) == (JobStatus.READY, 2)


def test_a_worker_that_lost_its_lease_writes_nothing(
    administrator: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = uploaded(administrator, NEW)
    beat = jobs.beat

    def taken_over(*arguments: Any, **values: Any) -> None:
        Job.objects.for_company(administrator.company).update(lease=None)
        beat(*arguments, **values)

    monkeypatch.setattr(checking, "beat", taken_over)
    check_import(job.pk)

    job.refresh_from_db()
    assert job.status == JobStatus.RUNNING
    assert not PreviewRow.objects.for_company(administrator.company).exists()


def test_a_job_that_kills_its_workers_is_ended(administrator: Employee) -> None:
    job = uploaded(administrator, NEW)
    for _ in range(jobs.MOST_TRIES):
        claim(job.pk)
        job.refresh_from_db()
        later(job, seconds=61)

    check_import(job.pk)

    job.refresh_from_db()
    assert (job.status, job.error) == (JobStatus.FAILED, INTERRUPTED)


@pytest.mark.parametrize("place", ["write", "end"])
def test_B5_an_apply_that_breaks_leaves_nothing_half_done(
    administrator: Employee, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    job = confirmed(administrator, NEW)
    name = "has_administrator" if place == "write" else "imported"

    def broken(*_: Any, **__: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(applying, name, broken)
        with pytest.raises(MemoryError):
            apply_import(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.APPLYING
    assert not exists(administrator)

    apply_import(job.pk)  # as the sweep asks for

    job.refresh_from_db()
    assert (job.status, job.tries, exists(administrator)) == (JobStatus.DONE, 2, True)


def test_an_apply_that_breaks_again_and_again_is_ended(
    administrator: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = confirmed(administrator, NEW)

    def broken(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(applying, "write_all", broken)
    for _ in range(jobs.MOST_TRIES):
        with pytest.raises(MemoryError):
            apply_import(job.pk)
    apply_import(job.pk)

    job.refresh_from_db()
    assert (job.status, job.error) == (JobStatus.FAILED, INTERRUPTED)


def test_the_sweep_asks_for_workers_anew(
    administrator: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr(jobs, "_ask", lambda task, pk: asked.append((task, pk)))
    other = AdministratorFactory()
    waiting, working = uploaded(other, NEW), confirmed(administrator, NEW)
    export = start_export(
        company=administrator.company, subject=Subject.CARDS, actor=administrator, total=1
    )
    jobs.ask_again()
    assert asked == []

    for job in (waiting, working, export):
        later(job, seconds=61)
    jobs.ask_again()

    assert sorted(asked) == [
        ("bulk.apply_import", working.pk),
        ("bulk.check_import", waiting.pk),
        ("bulk.write_export", export.pk),
    ]


def test_files_and_previews_are_purged_after_24_hours(administrator: Employee) -> None:
    done = applied(administrator, people(["00028", "佐藤", "", "", "", "", ""]))
    ready = previewed(administrator, NEW)
    purge()
    assert FilePart.objects.for_company(administrator.company).count() == 2

    for job in (done, ready):
        later(job, hours=24)
    purge()

    ready.refresh_from_db()
    assert not FilePart.objects.for_company(administrator.company).exists()
    assert ready.status == JobStatus.CANCELLED
    rows = PreviewRow.objects.for_company(administrator.company)
    assert {row.job_id for row in rows} == {done.pk}
    later(done, days=29)
    later(Job.objects.for_company(administrator.company).get(pk=done.pk), days=1)
    purge()
    assert not rows.all().exists()
    done.refresh_from_db()
    later(done, days=400)
    purge()
    assert not Job.objects.for_company(administrator.company).filter(pk=done.pk).exists()


def test_an_import_that_is_being_applied_keeps_its_file(administrator: Employee) -> None:
    job = confirmed(administrator, NEW)
    later(job, hours=25)

    purge()
    apply_import(job.pk)

    job.refresh_from_db()
    assert job.status == JobStatus.DONE


# --- exports ---------------------------------------------------------------------------------


def test_B1_an_export_is_written_by_a_worker(administrator: Employee) -> None:
    job = start_export(
        company=administrator.company, subject=Subject.EMPLOYEES, actor=administrator, total=1
    )
    assert not is_fetchable(job)

    run_export(job.pk)

    job.refresh_from_db()
    assert (job.status, job.total) == (JobStatus.DONE, 1)
    assert not AuditEntry.objects.for_company(administrator.company).exists()
    content = b"".join(fetch_export(job=job, actor=administrator))
    assert read(content)["社員"][1] == [
        "a001",
        "山田",
        "花子",
        "a001@example.com",
        "グループ1",
        "管理者",
        "",
    ]
    entry = AuditEntry.objects.for_company(administrator.company).get()
    assert (entry.action, entry.object_label) == ("downloaded", "社員リスト（1名）")
    later(job, hours=25)
    job.refresh_from_db()
    assert not is_fetchable(job)


def test_B2_an_import_of_groups_runs_the_same_way(administrator: Employee) -> None:
    job = applied(administrator, groups(["営業部", ""]), Subject.GROUPS)

    assert (job.status, job.new) == (JobStatus.DONE, 1)
