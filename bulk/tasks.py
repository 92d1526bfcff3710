"""Background work of 一括処理. Messages carry ids; the state is in the rows."""

from celery import shared_task

from bulk.services import applying, checking, export_jobs, jobs


@shared_task(name="bulk.write_export")
def write_export(job_id: int) -> None:
    export_jobs.run_export(job_id)


@shared_task(name="bulk.check_import")
def check_import(job_id: int) -> None:
    checking.check_import(job_id)


@shared_task(name="bulk.apply_import")
def apply_import(job_id: int) -> None:
    applying.apply_import(job_id)


@shared_task(name="bulk.resume")
def resume() -> None:
    """Jobs whose worker died or whose message was lost."""
    jobs.ask_again()


@shared_task(name="bulk.purge")
def purge() -> None:
    """Files and previews after their time."""
    jobs.purge()
